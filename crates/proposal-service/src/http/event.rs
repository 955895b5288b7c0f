//! What other services report.

use actix_web::{HttpResponse, web::Data};
use service_kit::{
    Problem,
    http::{Authorised, Body},
};
use types::{
    proposal::{ProposalSummary, RunEvent},
    window::WindowClosed,
};

use crate::app::App;

/// patch-apply tells how a run is getting on. Late and doubled reports change nothing.
#[utoipa::path(post, path = "/runs/events", tag = "reports", request_body = RunEvent,
    responses(
        (status = 200, description = "Where the proposal stands now", body = ProposalSummary),
        (status = 404, description = "PROPOSAL_NOT_FOUND", content_type = "application/problem+json", body = types::problem::Problem),
    ))]
pub(super) async fn run_event(
    app: Data<App>,
    act: Authorised,
    Body(event): Body<RunEvent>,
) -> Result<HttpResponse, Problem> {
    if event
        .pull_number
        .is_some_and(|number| i64::try_from(number).is_err())
    {
        return Err(Problem::invalid_field(
            "/pull_number",
            "expected the number of a pull request",
        ));
    }
    let is_link = |url: &String| {
        let is_web = url.starts_with("http://") || url.starts_with("https://");
        is_web && app.redactor.inner().finds_secret(url).is_none()
    };
    if !event.pull_url.as_ref().is_none_or(is_link) {
        return Err(Problem::invalid_field(
            "/pull_url",
            "expected the address of a pull request, without credentials",
        ));
    }
    Ok(HttpResponse::Ok().json(app.run_event(&act, event).await?))
}

/// tune-gateway tells that a window closed.
#[utoipa::path(post, path = "/windows/closed", tag = "reports", request_body = WindowClosed,
    responses(
        (status = 200, description = "Where the proposal stands now, if the window had one",
            body = Option<ProposalSummary>),
        (status = 404, description = "PROPOSAL_NOT_FOUND", content_type = "application/problem+json", body = types::problem::Problem),
    ))]
pub(super) async fn window_closed(
    app: Data<App>,
    act: Authorised,
    Body(closed): Body<WindowClosed>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.window_closed(&act, closed).await?))
}
