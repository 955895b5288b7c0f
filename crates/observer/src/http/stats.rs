//! Totals.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web::Data};
use serde::Serialize;
use serde_json::{Value, json};
use service_kit::Problem;
use utoipa::ToSchema;

use crate::{app::App, store::OperationQuery};

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

/// Totals of all operations.
#[utoipa::path(get, path = "/stats", tag = "operations", responses((status = 200, body = Stats)))]
pub(super) async fn stats(app: Data<App>) -> Result<HttpResponse, Problem> {
    let totals = app.store.totals().await?;
    let query = OperationQuery {
        source: Some("scenario".to_owned()),
        limit: 10,
        ..OperationQuery::default()
    };
    let mut recent = app.store.operations(&query).await?;
    recent.reverse();
    let recent_scenario_ops = recent
        .into_iter()
        .map(|one| {
            let scenario = one.operation.scenario.unwrap_or_default();
            json!({
                "ts": one.operation.timestamp, "ok": one.operation.success,
                "staffer": scenario.staffer_id, "kind": scenario.event_kind,
                "role": scenario.role,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(Stats {
        total: totals
            .iter()
            .map(|total| total.successes + total.failures)
            .sum(),
        successes: totals.iter().map(|total| total.successes).sum(),
        failures: totals.iter().map(|total| total.failures).sum(),
        by_source: totals
            .into_iter()
            .map(|total| (total.source, total.successes + total.failures))
            .collect(),
        recent_scenario_ops,
    }))
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
