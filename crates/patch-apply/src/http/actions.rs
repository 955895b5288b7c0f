//! What is done with an approved diff, over HTTP.

use actix_web::{HttpResponse, web::Data};
use service_kit::{
    Problem,
    http::{Authorised, Body},
};
use types::patch::{
    OpenPull, Pull, RevertChange, Run, ValidateBranch, ValidationReport, WritePatch, WrittenPatch,
};

use crate::app::{App, Opened};

/// The most agents of one change.
const MOST_AGENTS: usize = 1_000;

/// Puts an approved diff onto a branch of its own. The same request again answers the same.
#[utoipa::path(post, path = "/actions/write_patch", tag = "actions", request_body = WritePatch, responses(
    (status = 200, body = WrittenPatch),
    (status = 409, description = "STALE_BASE, DIGEST_MISMATCH, RUN_UNDER_WAY, TARGET_NOT_CONFIGURED",
        content_type = "application/problem+json", body = types::problem::Problem),
    (status = 422, description = "POLICY_REFUSED: `context.refusals` says why",
        content_type = "application/problem+json", body = types::problem::Problem)
))]
pub(super) async fn write_patch(
    app: Data<App>,
    act: Authorised,
    Body(request): Body<WritePatch>,
) -> Result<HttpResponse, Problem> {
    if request
        .title
        .as_ref()
        .is_some_and(|title| 200 < title.chars().count())
    {
        return Err(Problem::invalid_field(
            "/title",
            "expected at most 200 characters",
        ));
    }
    if MOST_AGENTS < request.agents.len() {
        return Err(Problem::invalid_field(
            "/agents",
            "expected at most 1000 names",
        ));
    }
    if request
        .agents
        .iter()
        .any(|agent| !(1..=200).contains(&agent.chars().count()))
    {
        return Err(Problem::invalid_field(
            "/agents",
            "expected names of 1 to 200 characters",
        ));
    }
    Ok(HttpResponse::Ok().json(app.write_patch(&act, request).await?))
}

/// Checks a branch. One that does not pass is an answer: `passed` is false.
#[utoipa::path(post, path = "/actions/validate_branch", tag = "actions", request_body = ValidateBranch,
    responses((status = 200, body = ValidationReport)))]
pub(super) async fn validate_branch(
    app: Data<App>,
    act: Authorised,
    Body(request): Body<ValidateBranch>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.validate_branch(&act, &request.branch).await?))
}

/// Opens a pull request for a validated branch.
#[utoipa::path(post, path = "/actions/open_pr", tag = "actions", request_body = OpenPull, responses(
    (status = 200, description = "It was open before", body = Pull),
    (status = 201, body = Pull),
    (status = 409, description = "NOT_VALIDATED, OTHER_PROPOSAL, TARGET_NOT_CONFIGURED",
        content_type = "application/problem+json", body = types::problem::Problem)
))]
pub(super) async fn open_pull(
    app: Data<App>,
    act: Authorised,
    Body(request): Body<OpenPull>,
) -> Result<HttpResponse, Problem> {
    Ok(match app.open_pull(&act, request).await? {
        Opened::New(pull) => HttpResponse::Created().json(pull),
        Opened::Before(pull) => HttpResponse::Ok().json(pull),
    })
}

/// Takes a merged change back: restores what was there before, and deploys again.
#[utoipa::path(post, path = "/actions/revert", tag = "actions", request_body = RevertChange, responses(
    (status = 202, description = "It is on its way back, or gone already", body = Run),
    (status = 409, description = "NOT_MERGED, TARGET_NOT_CONFIGURED", content_type = "application/problem+json", body = types::problem::Problem)
))]
pub(super) async fn revert(
    app: Data<App>,
    act: Authorised,
    Body(request): Body<RevertChange>,
) -> Result<HttpResponse, Problem> {
    if !(1..=2_000).contains(&request.reason.chars().count()) {
        return Err(Problem::invalid_field(
            "/reason",
            "expected 1 to 2000 characters",
        ));
    }
    Ok(HttpResponse::Accepted().json(app.take_back(&act, request).await?))
}
