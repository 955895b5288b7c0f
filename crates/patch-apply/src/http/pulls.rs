//! Pull requests over HTTP.

use actix_web::{HttpResponse, web::Data};
use service_kit::{
    Problem,
    http::{Authorised, Body, PathValues},
};
use types::patch::{MergeOutcome, MergePull, Pull, PullPage};

use crate::app::{App, Merging};

/// The newest pull requests.
#[utoipa::path(get, path = "/pulls", tag = "pulls", responses((status = 200, body = PullPage)))]
pub(super) async fn list(app: Data<App>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.pulls().await?))
}

/// A pull request.
#[utoipa::path(get, path = "/pulls/{number}", tag = "pulls", params(("number" = u64, Path)),
    responses((status = 200, body = Pull)))]
pub(super) async fn detail(
    app: Data<App>,
    PathValues(number): PathValues<u64>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.pull(number).await?))
}

/// The diff of a pull request, byte for byte what was approved.
#[utoipa::path(get, path = "/pulls/{number}.diff", tag = "pulls", params(("number" = u64, Path)),
    responses((status = 200, content_type = "text/x-diff", body = String)))]
pub(super) async fn diff(
    app: Data<App>,
    PathValues(number): PathValues<u64>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok()
        .content_type("text/x-diff; charset=utf-8")
        .body(app.pull_diff(number).await?))
}

/// Merges a pull request whose head was read, or puts it into the merge queue.
#[utoipa::path(post, path = "/pulls/{number}/merge", tag = "pulls", params(("number" = u64, Path)),
    request_body = MergePull, responses(
    (status = 200, body = MergeOutcome),
    (status = 202, description = "It waits; `message` says for what", body = MergeOutcome),
    (status = 409, description = "HEAD_MOVED, PULL_CLOSED, STALE_BASE, TARGET_NOT_CONFIGURED",
        content_type = "application/problem+json", body = types::problem::Problem),
    (status = 422, description = "POLICY_REFUSED: the policy has changed since",
        content_type = "application/problem+json", body = types::problem::Problem)
))]
pub(super) async fn merge(
    app: Data<App>,
    act: Authorised,
    PathValues(number): PathValues<u64>,
    Body(request): Body<MergePull>,
) -> Result<HttpResponse, Problem> {
    Ok(
        match app.merge_pull(&act, number, &request.expected_head).await? {
            Merging::Done(outcome) => HttpResponse::Ok().json(outcome),
            Merging::Waits(outcome) => HttpResponse::Accepted().json(outcome),
        },
    )
}
