//! What is counted.

use actix_web::{HttpResponse, web::Data};
use serde::Deserialize;
use service_kit::{
    Problem,
    http::{Fields, PathValues},
};
use types::{
    Timestamp,
    series::{Series, SeriesQuery},
};
use utoipa::IntoParams;

use crate::app::{AgentMetrics, App};

/// Sessions and operations by minute and metric.
#[utoipa::path(get, path = "/series", tag = "series", params(SeriesQuery),
    responses((status = 200, body = Series)))]
pub(super) async fn series(
    app: Data<App>,
    Fields(query): Fields<SeriesQuery>,
) -> Result<HttpResponse, Problem> {
    if query.bucket.is_some_and(|seconds| seconds != 60) {
        return Err(Problem::invalid_field(
            "bucket",
            "60 seconds is the only size there is",
        ));
    }
    if query.to < query.from {
        return Err(Problem::invalid_field("to", "expected a moment after from"));
    }
    let sound = |share: f64| share.is_finite() && 0.0 <= share;
    if !query.slow_over_ms.is_none_or(sound) {
        return Err(Problem::invalid_field(
            "slow_over_ms",
            "expected a number from 0 on",
        ));
    }
    if !query
        .quality_bound
        .is_none_or(|bound| sound(bound) && bound <= 1.0)
    {
        return Err(Problem::invalid_field(
            "quality_bound",
            "expected a number from 0 to 1",
        ));
    }
    Ok(HttpResponse::Ok().json(app.series(&query).await?))
}

/// Which time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Span {
    /// From when, inclusive; a day before `to` when absent.
    from: Option<Timestamp>,
    /// Until when, exclusive; now when absent.
    to: Option<Timestamp>,
}

/// How one agent does.
#[utoipa::path(get, path = "/agents/{agent}/metrics", tag = "series",
    params(("agent" = String, Path), Span), responses((status = 200, body = AgentMetrics)))]
pub(super) async fn agent(
    app: Data<App>,
    PathValues(agent): PathValues<String>,
    Fields(span): Fields<Span>,
) -> Result<HttpResponse, Problem> {
    let to = span.to.unwrap_or_else(|| app.clock.now());
    let from = span
        .from
        .unwrap_or_else(|| to.minus(std::time::Duration::from_secs(24 * 3_600)));
    if to < from {
        return Err(Problem::invalid_field("to", "expected a moment after from"));
    }
    app.catch_up().await?;
    let agent = app.redactor.redact_owned(agent);
    Ok(HttpResponse::Ok().json(app.agent_metrics(&agent, from, to).await?))
}
