//! The routes.

mod breaker;
mod decision;
mod document;
mod event;
mod inbox;
mod problem;
mod proposal;

pub use inbox::{Inbox, Notice, NoticeKind};

use service_kit::http::{Access, Endpoint};
use utoipa::OpenApi;

/// Every route of this service, and who may call it.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/proposals", Access::Read, proposal::list),
        Endpoint::post("/proposals", Access::Act, proposal::propose),
        Endpoint::get("/proposals/{id}", Access::Read, proposal::show),
        Endpoint::post("/proposals/{id}/approve", Access::Decide, decision::approve),
        Endpoint::post("/proposals/{id}/reject", Access::Decide, decision::reject),
        Endpoint::post("/proposals/{id}/confirm", Access::Decide, decision::confirm),
        Endpoint::post("/proposals/{id}/revert", Access::Decide, decision::revert),
        Endpoint::post("/proposals/{id}/revise", Access::Act, proposal::revise),
        Endpoint::get("/index.md", Access::Read, document::index),
        Endpoint::get("/templates/{name}", Access::Read, document::template),
        Endpoint::get("/breakers", Access::Read, breaker::list),
        Endpoint::post("/breakers/{name}/reset", Access::Decide, breaker::reset),
        Endpoint::post("/runs/events", Access::Serve, event::run_event),
        Endpoint::post("/windows/closed", Access::Serve, event::window_closed),
        Endpoint::get("/inbox", Access::Read, inbox::list),
    ]
}

/// What this service says of itself.
#[derive(OpenApi)]
#[openapi(paths(
    proposal::list,
    proposal::propose,
    proposal::show,
    proposal::revise,
    decision::approve,
    decision::reject,
    decision::confirm,
    decision::revert,
    document::index,
    document::template,
    breaker::list,
    breaker::reset,
    event::run_event,
    event::window_closed,
    inbox::list,
))]
pub(crate) struct Api;
