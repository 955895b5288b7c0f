//! What tune-gateway tells.

use actix_web::{HttpResponse, web::Data};
use service_kit::{
    Problem,
    http::{Authorised, Body},
};
use types::window::WindowClosed;

use crate::app::{App, WindowNoted};

/// Takes note of the end of a window: a regression is reverted.
#[utoipa::path(post, path = "/windows/closed", tag = "windows", request_body = WindowClosed,
    responses((status = 200, body = WindowNoted)))]
pub(super) async fn closed(
    app: Data<App>,
    act: Authorised,
    Body(closed): Body<WindowClosed>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.close_window(&act, closed).await?))
}
