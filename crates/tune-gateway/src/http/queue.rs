//! The queue for the slot over HTTP.

use actix_web::{HttpResponse, web::Data};
use service_kit::{
    Problem,
    http::{Authorised, Body},
};
use types::window::{JoinQueue, LeaveQueue, LeftQueue, QueueEntry, QueuePage};

use crate::app::App;

/// Who waits for the slot, first come first.
#[utoipa::path(get, path = "/api/agent-tune/queue", tag = "queue",
    responses((status = 200, body = QueuePage)))]
pub(super) async fn list(app: Data<App>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(QueuePage {
        data: app.queue().await?,
    }))
}

/// Joins the queue; joining twice keeps the first place.
#[utoipa::path(post, path = "/api/agent-tune/queue", tag = "queue",
    request_body = JoinQueue, responses((status = 201, body = QueueEntry)))]
pub(super) async fn join(
    app: Data<App>,
    act: Authorised,
    Body(wish): Body<JoinQueue>,
) -> Result<HttpResponse, Problem> {
    let length = wish.reason.chars().count();
    if !(1..=500).contains(&length) {
        return Err(Problem::invalid_field(
            "/reason",
            "expected 1 to 500 characters",
        ));
    }
    Ok(HttpResponse::Created().json(app.join_queue(wish, &act).await?))
}

/// Gives up a place in the queue; without one nothing changes.
#[utoipa::path(post, path = "/api/agent-tune/queue/leave", tag = "queue",
    request_body = LeaveQueue, responses((status = 200, body = LeftQueue)))]
pub(super) async fn leave(
    app: Data<App>,
    act: Authorised,
    Body(wish): Body<LeaveQueue>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.leave_queue(&wish, &act).await?))
}
