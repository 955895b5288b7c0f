//! The gateway's routes.

mod problem;
mod queue;
mod truth;
mod windows;

use service_kit::http::{Access, Endpoint};
use utoipa::OpenApi;

/// Every route of the gateway's own.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/agent-tune/monitoring", Access::Read, windows::active),
        Endpoint::post("/api/agent-tune/monitoring", Access::Act, windows::open),
        Endpoint::get(
            "/api/agent-tune/monitoring/{id}",
            Access::Read,
            windows::detail,
        ),
        Endpoint::put(
            "/api/agent-tune/monitoring/{id}/close",
            Access::Decide,
            windows::close,
        ),
        Endpoint::post(
            "/api/agent-tune/monitoring/{id}/extend",
            Access::Decide,
            windows::extend,
        ),
        Endpoint::post(
            "/api/agent-tune/monitoring/{id}/release",
            Access::Decide,
            windows::release,
        ),
        Endpoint::post(
            "/api/agent-tune/monitoring/{id}/withdraw",
            Access::Serve,
            windows::withdraw,
        ),
        Endpoint::get("/api/agent-tune/windows", Access::Read, windows::page),
        Endpoint::get("/api/agent-tune/queue", Access::Read, queue::list),
        Endpoint::post("/api/agent-tune/queue", Access::Act, queue::join),
        Endpoint::post("/api/agent-tune/queue/leave", Access::Act, queue::leave),
        Endpoint::post("/api/truth/evaluate", Access::Read, truth::evaluate),
    ]
}

/// The documentation of those routes.
#[derive(OpenApi)]
#[openapi(paths(
    windows::active,
    windows::open,
    windows::detail,
    windows::close,
    windows::extend,
    windows::release,
    windows::withdraw,
    windows::page,
    queue::list,
    queue::join,
    queue::leave,
    truth::evaluate
))]
pub struct Api;
