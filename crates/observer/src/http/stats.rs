//! Totals.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web::Data};
use serde::Serialize;
use serde_json::{Value, json};
use service_kit::Problem;
use utoipa::ToSchema;

use crate::app::{App, ScenarioCall, Tallies};

/// How many operations there are, and the newest of scenarios.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stats {
    /// All operations.
    total: u64,
    /// Those that worked.
    successes: u64,
    /// Those that did not.
    failures: u64,
    /// Operations by source.
    by_source: BTreeMap<String, u64>,
    /// The newest ten of source `scenario`, oldest first.
    #[schema(value_type = Vec<Object>)]
    recent_scenario_ops: Vec<Value>,
}

impl Stats {
    fn of(tallies: &Tallies) -> Self {
        let all = tallies.all();
        let by_source = tallies.by_source.iter();
        Self {
            total: all.total(),
            successes: all.successes,
            failures: all.failures,
            by_source: by_source
                .map(|(source, tally)| (source.clone(), tally.total()))
                .collect(),
            recent_scenario_ops: tallies.recent.iter().map(shown).collect(),
        }
    }
}

fn shown(call: &ScenarioCall) -> Value {
    json!({
        "ts": call.at, "ok": call.success, "staffer": call.staffer_id, "kind": call.event_kind,
        "role": call.role,
    })
}

/// Totals of all operations; one counts here within a second of its acknowledgement.
#[utoipa::path(get, path = "/stats", tag = "operations", responses((status = 200, body = Stats)))]
pub(super) async fn stats(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(app.tallies.with(Stats::of))
}

/// Requests and tokens of one model from one source.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ModelUsage {
    model: String,
    source: String,
    requests: u64,
    tokens: u64,
}

/// Requests and tokens per model and source.
#[utoipa::path(get, path = "/usage", tag = "operations",
    responses((status = 200, body = [ModelUsage])))]
pub(super) async fn usage(app: Data<App>) -> Result<HttpResponse, Problem> {
    let rows: Vec<ModelUsage> = app
        .store
        .usage()
        .await?
        .into_iter()
        .map(|row| ModelUsage {
            model: row.model,
            source: row.source,
            requests: row.requests,
            tokens: row.tokens,
        })
        .collect();
    Ok(HttpResponse::Ok().json(rows))
}
