//! The index and the templates, as they are in Git.

use actix_web::{HttpResponse, web::Data};
use service_kit::{Problem, http::PathValues};
use types::analysis::ProposalCategory;

use super::proposal::MARKDOWN;
use crate::{app::App, domain::markdown};

/// The listing of all proposals.
#[utoipa::path(get, path = "/index.md", tag = "documents",
    responses((status = 200, content_type = "text/markdown", body = String)))]
pub(super) async fn index(app: Data<App>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok()
        .content_type(MARKDOWN)
        .body(app.index().await?))
}

/// An empty proposal to start from: bugfix, optimization or enhancement.
#[utoipa::path(get, path = "/templates/{name}", tag = "documents",
    params(("name" = ProposalCategory, Path)),
    responses((status = 200, content_type = "text/markdown", body = String)))]
pub(super) async fn template(
    PathValues(name): PathValues<ProposalCategory>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok()
        .content_type(MARKDOWN)
        .body(markdown::template(name)))
}
