//! Runs over HTTP.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use service_kit::{Problem, http::PathValues};
use types::{ProposalId, patch::Run};
use utoipa::ToSchema;

use crate::app::App;

/// Some runs, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RunPage {
    /// The runs.
    pub data: Vec<Run>,
}

/// The newest runs.
#[utoipa::path(get, path = "/runs", tag = "runs", responses((status = 200, body = RunPage)))]
pub(super) async fn list(app: Data<App>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(RunPage {
        data: app.runs().await?,
    }))
}

/// The record of a proposal's run: every step and what it printed.
#[utoipa::path(get, path = "/runs/{id}", tag = "runs", params(("id" = ProposalId, Path)),
    responses((status = 200, body = Run)))]
pub(super) async fn detail(
    app: Data<App>,
    PathValues(id): PathValues<ProposalId>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.run(id).await?))
}
