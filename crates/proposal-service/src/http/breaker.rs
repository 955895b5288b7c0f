//! Breakers.

use actix_web::{HttpResponse, web::Data};
use service_kit::{
    Problem,
    http::{Authorised, PathValues},
};
use types::analysis::{Breaker, Breakers};

use crate::app::App;

/// All breakers, open or not.
#[utoipa::path(get, path = "/breakers", tag = "breakers",
    responses((status = 200, body = Breakers)))]
pub(super) async fn list(app: Data<App>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(Breakers {
        data: app.breakers().await?,
    }))
}

/// Closes a breaker; one that is closed stays so.
#[utoipa::path(post, path = "/breakers/{name}/reset", tag = "breakers",
    params(("name" = String, Path)),
    responses(
        (status = 200, body = Breaker),
        (status = 404, description = "BREAKER_NOT_FOUND", content_type = "application/problem+json", body = types::problem::Problem),
        (status = 409, description = "The Idempotency-Key is in use", content_type = "application/problem+json", body = types::problem::Problem),
    ))]
pub(super) async fn reset(
    app: Data<App>,
    act: Authorised,
    PathValues(name): PathValues<String>,
) -> Result<HttpResponse, Problem> {
    let breaker = app.reset_breaker(&act, &name).await?;
    breaker
        .map(|breaker| HttpResponse::Ok().json(breaker))
        .ok_or_else(|| {
            Problem::not_found(
                "BREAKER_NOT_FOUND",
                "there is no breaker of this name; GET /breakers lists them",
            )
        })
}
