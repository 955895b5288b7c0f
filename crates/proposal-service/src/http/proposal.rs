//! Proposals.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ContentType},
    web::Data,
};
use serde::Deserialize;
use service_kit::{
    Problem,
    http::{Authorised, Body, Fields, PathValues},
};
use types::{
    ProposalId,
    proposal::{NewProposal, Proposal, ProposalPage, ProposalStatus, ReviseProposal},
};
use utoipa::IntoParams;

use super::problem::no_proposal;
use crate::{
    app::{App, Proposed, place},
    domain::markdown,
};

/// The content type of markdown.
pub(super) const MARKDOWN: &str = "text/markdown; charset=utf-8";

/// Which proposals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Only those that stand here.
    #[serde(default)]
    status: Option<ProposalStatus>,
    /// The `next_cursor` of the page before.
    #[serde(default)]
    #[param(pattern = "^[0-9a-f]{1,15}[.][0-9a-f-]{36}$")]
    cursor: Option<String>,
    /// How many: 50 when absent.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// How many of a list are wanted.
pub(super) fn checked_limit(limit: Option<u32>) -> Result<u32, Problem> {
    match limit.unwrap_or(50) {
        limit @ 1..=200 => Ok(limit),
        _ => Err(Problem::invalid_field(
            "limit",
            "expected a number from 1 to 200",
        )),
    }
}

/// Some proposals, the newest first.
#[utoipa::path(get, path = "/proposals", tag = "proposals", params(ListQuery),
    responses((status = 200, body = ProposalPage)))]
pub(super) async fn list(
    app: Data<App>,
    Fields(query): Fields<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = checked_limit(query.limit)?;
    let after = query.cursor.as_deref().map(place).transpose();
    let after = after.map_err(|error| Problem::invalid_field("cursor", error))?;
    Ok(HttpResponse::Ok().json(app.proposals(query.status, after, limit).await?))
}

/// Proposes a change. While its finding has an open proposal, that one is the answer.
#[utoipa::path(post, path = "/proposals", tag = "proposals", request_body = NewProposal,
    responses(
        (status = 200, description = "The open proposal for the same finding", body = Proposal),
        (status = 201, description = "It is proposed", body = Proposal),
        (status = 409, description = "RECENTLY_REJECTED, BREAKER_OPEN, TARGET_NOT_CONFIGURED or COMMIT_NOT_FOUND",
            content_type = "application/problem+json", body = types::problem::Problem),
        (status = 422, description = "POLICY_REFUSED: `context` has `refusals` and, where there \
            is one, `suggested_patch`; or INVALID_INPUT", content_type = "application/problem+json", body = types::problem::Problem),
        (status = 502, description = "PEER_ANSWER_INVALID", content_type = "application/problem+json", body = types::problem::Problem),
    ))]
pub(super) async fn propose(
    app: Data<App>,
    act: Authorised,
    Body(new): Body<NewProposal>,
) -> Result<HttpResponse, Problem> {
    Ok(match app.propose(&act, new).await? {
        Proposed::New(proposal) => HttpResponse::Created().json(proposal),
        Proposed::Known(proposal) => HttpResponse::Ok().json(proposal),
    })
}

/// One proposal: as JSON, or as its file with `Accept: text/markdown`.
#[utoipa::path(get, path = "/proposals/{id}", tag = "proposals",
    params(("id" = ProposalId, Path)),
    responses((status = 200, content(
        (Proposal = "application/json"),
        (String = "text/markdown"),
    ))))]
pub(super) async fn show(
    app: Data<App>,
    request: HttpRequest,
    PathValues(id): PathValues<ProposalId>,
) -> Result<HttpResponse, Problem> {
    let case = app.proposal(id).await?.ok_or_else(no_proposal)?;
    if wants_markdown(&request) {
        let text = markdown::proposal(&case);
        return Ok(HttpResponse::Ok().content_type(MARKDOWN).body(text));
    }
    let json = ContentType::json();
    Ok(HttpResponse::Ok().insert_header(json).json(case.proposal))
}

/// Whichever of the two types is named first.
fn wants_markdown(request: &HttpRequest) -> bool {
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept
        .unwrap_or("")
        .split(',')
        .filter_map(|item| item.split(';').next())
        .map(|item| item.trim().to_ascii_lowercase())
        .find(|item| item == "text/markdown" || item == "application/json")
        .is_some_and(|item| item == "text/markdown")
}

/// Gives a blocked or stale proposal a new diff; earlier approvals are void.
#[utoipa::path(post, path = "/proposals/{id}/revise", tag = "proposals",
    params(("id" = ProposalId, Path)), request_body = ReviseProposal,
    responses(
        (status = 200, body = Proposal),
        (status = 409, description = "WRONG_STATUS or TARGET_NOT_CONFIGURED",
            content_type = "application/problem+json", body = types::problem::Problem),
        (status = 422, description = "POLICY_REFUSED or INVALID_INPUT",
            content_type = "application/problem+json", body = types::problem::Problem),
        (status = 502, description = "PEER_ANSWER_INVALID", content_type = "application/problem+json", body = types::problem::Problem),
    ))]
pub(super) async fn revise(
    app: Data<App>,
    act: Authorised,
    PathValues(id): PathValues<ProposalId>,
    Body(body): Body<ReviseProposal>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.revise(&act, id, body).await?))
}
