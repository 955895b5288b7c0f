//! Monitoring windows over HTTP.

use actix_web::{HttpResponse, web::Data};
use serde::Deserialize;
use service_kit::{
    Problem,
    http::{Authorised, Body, Fields, PathValues},
};
use types::{
    WindowId,
    problem::Problem as ProblemBody,
    window::{
        CloseWindow, ExtendWindow, MonitoringWindow, OpenWindow, WindowDetail, WindowPage,
        WindowStatus, WithdrawWindow,
    },
};
use utoipa::IntoParams;

use crate::app::{App, ChangeWindowError};

/// The active windows as a bare array: one or none.
#[utoipa::path(get, path = "/api/agent-tune/monitoring", tag = "windows",
    responses((status = 200, body = [MonitoringWindow])))]
pub(super) async fn active(app: Data<App>) -> Result<HttpResponse, Problem> {
    let active = app.store.active().await?;
    let windows: Vec<MonitoringWindow> = active.into_iter().map(|stored| stored.window).collect();
    Ok(HttpResponse::Ok().json(windows))
}

/// Opens the one window.
#[utoipa::path(post, path = "/api/agent-tune/monitoring", tag = "windows",
    request_body = OpenWindow, responses(
    (status = 201, body = MonitoringWindow),
    (status = 409, description = "SERIALISATION_VIOLATION: `context.active_window` holds the slot; \
        TRUTH_RULE_REFUSED", body = ProblemBody)
))]
pub(super) async fn open(
    app: Data<App>,
    act: Authorised,
    Body(request): Body<OpenWindow>,
) -> Result<HttpResponse, Problem> {
    let window = app.open_window(request, &act).await?;
    Ok(HttpResponse::Created().json(window))
}

/// A window with every look at its evidence.
#[utoipa::path(get, path = "/api/agent-tune/monitoring/{id}", tag = "windows",
    params(("id" = WindowId, Path)), responses((status = 200, body = WindowDetail)))]
pub(super) async fn detail(
    app: Data<App>,
    PathValues(id): PathValues<WindowId>,
) -> Result<HttpResponse, Problem> {
    let stored = app
        .store
        .find(id)
        .await?
        .ok_or(ChangeWindowError::NotFound(id))?;
    let evaluations = app.store.evaluations(id).await?;
    Ok(HttpResponse::Ok().json(WindowDetail {
        window: stored.window,
        evaluations,
    }))
}

/// Closes a window by hand; the same status again changes nothing.
#[utoipa::path(put, path = "/api/agent-tune/monitoring/{id}/close", tag = "windows",
    params(("id" = WindowId, Path)), request_body = CloseWindow, responses(
    (status = 200, body = MonitoringWindow),
    (status = 409, description = "ALREADY_CLOSED: it ended in the other way", body = ProblemBody)
))]
pub(super) async fn close(
    app: Data<App>,
    act: Authorised,
    PathValues(id): PathValues<WindowId>,
    Body(request): Body<CloseWindow>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.close_window(id, request.status, &act).await?))
}

/// Lets a window run longer, at most 24 hours after the deployment.
#[utoipa::path(post, path = "/api/agent-tune/monitoring/{id}/extend", tag = "windows",
    params(("id" = WindowId, Path)), request_body = ExtendWindow, responses(
    (status = 200, body = MonitoringWindow),
    (status = 409, description = "ALREADY_CLOSED", body = ProblemBody)
))]
pub(super) async fn extend(
    app: Data<App>,
    act: Authorised,
    PathValues(id): PathValues<WindowId>,
    Body(request): Body<ExtendWindow>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.extend_window(id, request.expires_at, &act).await?))
}

/// Frees the slot; the change is still watched until the next one.
#[utoipa::path(post, path = "/api/agent-tune/monitoring/{id}/release", tag = "windows",
    params(("id" = WindowId, Path)), responses(
    (status = 200, body = MonitoringWindow),
    (status = 409, description = "ALREADY_CLOSED", body = ProblemBody)
))]
pub(super) async fn release(
    app: Data<App>,
    act: Authorised,
    PathValues(id): PathValues<WindowId>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.release_window(id, &act).await?))
}

/// Ends a window whose change a person takes back; one that has ended stays as it ended.
#[utoipa::path(post, path = "/api/agent-tune/monitoring/{id}/withdraw", tag = "windows",
    params(("id" = WindowId, Path)), request_body = WithdrawWindow,
    responses((status = 200, body = MonitoringWindow)))]
pub(super) async fn withdraw(
    app: Data<App>,
    act: Authorised,
    PathValues(id): PathValues<WindowId>,
    Body(request): Body<WithdrawWindow>,
) -> Result<HttpResponse, Problem> {
    let length = request.reason.chars().count();
    if !(1..=2_500).contains(&length) {
        return Err(Problem::invalid_field(
            "/reason",
            "expected 1 to 2500 characters",
        ));
    }
    Ok(HttpResponse::Ok().json(app.withdraw_window(id, &request.reason, &act).await?))
}

/// Which windows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WindowQuery {
    /// Only those that stand here.
    status: Option<WindowStatus>,
    /// Only those over this agent.
    agent: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<WindowId>,
}

/// How many windows a page holds.
const PAGE: i64 = 50;

/// All windows, the newest first.
#[utoipa::path(get, path = "/api/agent-tune/windows", tag = "windows", params(WindowQuery),
    responses((status = 200, body = WindowPage)))]
pub(super) async fn page(
    app: Data<App>,
    Fields(query): Fields<WindowQuery>,
) -> Result<HttpResponse, Problem> {
    // What is looked for was redacted when it was stored.
    let agent = query.agent.map(|agent| app.redactor.redact_owned(agent));
    let data = app
        .store
        .page(query.status, agent.as_deref(), query.cursor, PAGE)
        .await?;
    let full = i64::try_from(data.len()).is_ok_and(|count| count == PAGE);
    let next_cursor = data
        .last()
        .filter(|_| full)
        .map(|window| window.id.to_string());
    Ok(HttpResponse::Ok().json(WindowPage { data, next_cursor }))
}
