//! Operations, read.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use service_kit::{
    Problem,
    http::{Fields, PathValues},
};
use std::time::Duration;
use types::{Timestamp, event::Operation};
use utoipa::{IntoParams, ToSchema};

use crate::{app::App, store::OperationQuery};

/// Which operations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Only this one.
    event_id: Option<String>,
    /// Only those of this agent.
    agent: Option<String>,
    /// Only those with this tool.
    tool: Option<String>,
    /// Only those of this session.
    session_id: Option<String>,
    /// Only those from this source.
    source: Option<String>,
    /// Only those that worked, or that did not.
    success: Option<bool>,
    /// The `next_cursor` of the page before.
    #[param(minimum = 1)]
    cursor: Option<i64>,
    /// How many: 100 when absent, 1000 at most.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// Some operations, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OperationPage {
    data: Vec<Operation>,
    next_cursor: Option<String>,
}

/// Operations, the newest first by arrival. A page of several filters may hold fewer than `limit`,
/// even none, although there are more: `next_cursor` tells.
#[utoipa::path(get, path = "/ops", tag = "operations", params(Filter),
    responses((status = 200, body = OperationPage)))]
pub(super) async fn list(
    app: Data<App>,
    Fields(filter): Fields<Filter>,
) -> Result<HttpResponse, Problem> {
    let limit = filter.limit.unwrap_or(100);
    if !(1..=1_000).contains(&limit) {
        return Err(Problem::invalid_field(
            "limit",
            "expected a number from 1 to 1000",
        ));
    }
    if filter.cursor.is_some_and(|cursor| cursor < 1) {
        return Err(Problem::invalid_field(
            "cursor",
            "expected the next_cursor of a page",
        ));
    }
    app.catch_up().await?;
    // What is looked for was redacted when it was stored.
    let clean = |text: Option<String>| text.map(|text| app.redactor.redact_owned(text));
    let id = |text: Option<String>| text.map(|text| app.redactor.id(&text).into_owned());
    let page = app
        .store
        .page(&OperationQuery {
            event_id: id(filter.event_id),
            agent: clean(filter.agent),
            tool: clean(filter.tool),
            session_id: id(filter.session_id),
            source: clean(filter.source),
            success: filter.success,
            before: filter.cursor,
            limit,
        })
        .await?;
    let next_cursor = page.next.map(|next| next.to_string());
    let data = page
        .operations
        .into_iter()
        .map(|row| row.operation)
        .collect();
    Ok(HttpResponse::Ok().json(OperationPage { data, next_cursor }))
}

/// How many lines are read at once.
const PART: i64 = 5_000;
const A_DAY: Duration = Duration::from_secs(24 * 3_600);

/// The operations of one day in UTC as JSONL, by time.
#[utoipa::path(get, path = "/telemetry/{file}", tag = "operations",
    params(("file" = String, Path, description = "A day, such as 2026-01-10.jsonl")),
    responses((status = 200, content_type = "application/x-ndjson", body = String)))]
pub(super) async fn day(
    app: Data<App>,
    PathValues(file): PathValues<String>,
) -> Result<HttpResponse, Problem> {
    let from = file
        .strip_suffix(".jsonl")
        .filter(|date| date.len() == 10)
        .and_then(|date| format!("{date}T00:00:00Z").parse::<Timestamp>().ok())
        .ok_or_else(|| {
            Problem::not_found("NOT_FOUND", "expected a day, such as 2026-01-10.jsonl")
        })?;
    app.catch_up().await?;
    let (mut after, mut lines) = ((i64::MIN, i64::MIN), Vec::new());
    loop {
        let rows = app.store.day(from, from.plus(A_DAY), after, PART).await?;
        let Some(last) = rows.last() else { break };
        after = (last.operation.timestamp.as_micros(), last.sequence);
        for row in &rows {
            serde_json::to_writer(&mut lines, &row.operation).map_err(Problem::internal)?;
            lines.push(b'\n');
        }
    }
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .body(lines))
}
