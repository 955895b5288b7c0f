//! Decisions of people.

use actix_web::{HttpResponse, web::Data};
use service_kit::{
    Problem,
    http::{Authorised, Body, PathValues},
};
use types::{
    ProposalId,
    proposal::{Approve, Confirm, Proposal, Reason},
};

use crate::app::App;

/// Says yes to exactly the diff with this digest.
#[utoipa::path(post, path = "/proposals/{id}/approve", tag = "decisions",
    params(("id" = ProposalId, Path)), request_body = Approve,
    responses(
        (status = 200, body = Proposal),
        (status = 409, description = "DIGEST_MISMATCH (`context.digest` is the present one), \
            WRONG_STATUS, SELF_APPROVAL or SECOND_PERSON_NEEDED", content_type = "application/problem+json", body = types::problem::Problem),
    ))]
pub(super) async fn approve(
    app: Data<App>,
    act: Authorised,
    PathValues(id): PathValues<ProposalId>,
    Body(body): Body<Approve>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.approve(&act, id, body).await?))
}

/// Says no.
#[utoipa::path(post, path = "/proposals/{id}/reject", tag = "decisions",
    params(("id" = ProposalId, Path)), request_body = Reason,
    responses(
        (status = 200, body = Proposal),
        (status = 409, description = "WRONG_STATUS",
            content_type = "application/problem+json", body = types::problem::Problem),
    ))]
pub(super) async fn reject(
    app: Data<App>,
    act: Authorised,
    PathValues(id): PathValues<ProposalId>,
    Body(body): Body<Reason>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.reject(&act, id, body).await?))
}

/// Keeps a change whose window ended without proof.
#[utoipa::path(post, path = "/proposals/{id}/confirm", tag = "decisions",
    params(("id" = ProposalId, Path)), request_body = Confirm,
    responses(
        (status = 200, body = Proposal),
        (status = 409, description = "WRONG_STATUS or BEING_TAKEN_BACK",
            content_type = "application/problem+json", body = types::problem::Problem),
    ))]
pub(super) async fn confirm(
    app: Data<App>,
    act: Authorised,
    PathValues(id): PathValues<ProposalId>,
    Body(body): Body<Confirm>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.confirm(&act, id, body).await?))
}

/// Takes a merged change back; the status is `reverted` once that has happened.
#[utoipa::path(post, path = "/proposals/{id}/revert", tag = "decisions",
    params(("id" = ProposalId, Path)), request_body = Reason,
    responses(
        (status = 200, body = Proposal),
        (status = 409, description = "NOT_MERGED, WRONG_STATUS or BEING_TAKEN_BACK",
            content_type = "application/problem+json", body = types::problem::Problem),
    ))]
pub(super) async fn revert(
    app: Data<App>,
    act: Authorised,
    PathValues(id): PathValues<ProposalId>,
    Body(body): Body<Reason>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.revert(&act, id, body).await?))
}
