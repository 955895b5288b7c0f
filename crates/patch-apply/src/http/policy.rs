//! Policy over HTTP.

use actix_web::{HttpResponse, web::Data};
use service_kit::{Problem, http::Body};
use types::patch::{CheckPatch, PatchReport};

use crate::app::App;

/// Whether a diff would be accepted, and every reason why not. Changes nothing.
#[utoipa::path(post, path = "/policy/check", tag = "policy", request_body = CheckPatch, responses(
    (status = 200, description = "`accepted` says whether", body = PatchReport)
))]
pub(super) async fn check(
    app: Data<App>,
    Body(request): Body<CheckPatch>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.check(request).await?))
}
