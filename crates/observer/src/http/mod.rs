//! The observer's routes.

mod analysis;
mod corrections;
mod events;
mod observed;
mod operations;
mod otlp;
mod problem;
mod series;
mod stats;

use service_kit::http::{Access, Endpoint};
use utoipa::OpenApi;

/// Every route of the observer's own; a batch may be `batch_bytes` long.
pub fn endpoints(batch_bytes: usize) -> Vec<Endpoint> {
    vec![
        Endpoint::post("/event", Access::Ingest, events::one),
        Endpoint::post("/events", Access::Ingest, events::many).with_body_limit(batch_bytes),
        Endpoint::post("/v1/traces", Access::Ingest, otlp::traces).with_body_limit(batch_bytes),
        Endpoint::post("/v1/logs", Access::Ingest, otlp::logs).with_body_limit(batch_bytes),
        Endpoint::post("/v1/metrics", Access::Ingest, otlp::metrics).with_body_limit(batch_bytes),
        Endpoint::post(
            "/api/public/otel/v1/traces",
            Access::Ingest,
            otlp::langfuse_traces,
        )
        .with_body_limit(batch_bytes),
        Endpoint::post("/observed/{path:.*}", Access::Ingest, observed::forward),
        Endpoint::get("/stats", Access::Read, stats::stats),
        Endpoint::get("/usage", Access::Read, stats::usage),
        Endpoint::get("/ops", Access::Read, operations::list),
        Endpoint::get("/corrections", Access::Read, corrections::list),
        Endpoint::get("/telemetry/{file}", Access::Read, operations::day),
        Endpoint::get("/agents/{agent}/metrics", Access::Read, series::agent),
        Endpoint::get("/series", Access::Read, series::series),
        Endpoint::get("/findings", Access::Read, analysis::findings),
        Endpoint::get("/playbooks", Access::Read, analysis::playbooks),
        Endpoint::post("/log", Access::Ingest, analysis::log),
        Endpoint::get("/analysis", Access::Read, analysis::jobs),
        Endpoint::post("/analysis/{job}/run", Access::Act, analysis::run),
    ]
}

/// The documentation of those routes.
#[derive(OpenApi)]
#[openapi(paths(
    events::one,
    events::many,
    otlp::traces,
    otlp::langfuse_traces,
    otlp::logs,
    otlp::metrics,
    observed::forward,
    stats::stats,
    stats::usage,
    operations::list,
    operations::day,
    corrections::list,
    series::agent,
    series::series,
    analysis::findings,
    analysis::playbooks,
    analysis::log,
    analysis::jobs,
    analysis::run
))]
pub struct Api;
