//! Corrections, read.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use service_kit::{Problem, http::Fields};
use types::{Timestamp, event::Operation};
use utoipa::{IntoParams, ToSchema};

use crate::{
    app::App,
    domain::formats::{OVERSEER_ENDPOINT, OVERSEER_SOURCE},
};

/// How many corrections are looked at for one page.
const LOOKED_AT: usize = 10_000;
const PART: i64 = 500;

/// Which corrections.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CorrectionQuery {
    /// Only those by an overseer, or by a person.
    by: Option<Corrector>,
    /// Only those of this agent.
    agent: Option<String>,
    /// Only those on tasks of this class.
    task_class: Option<String>,
    /// Only those on situations of this signature.
    sig_hash: Option<String>,
    /// Only those by this model.
    model: Option<String>,
    /// The `next_cursor` of the page before.
    #[param(minimum = 1)]
    cursor: Option<i64>,
    /// How many: 100 when absent, 1000 at most.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// Who corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Corrector {
    /// A stronger model, as the gateway writes into the corrections file.
    Overseer,
    /// A person.
    Person,
}

/// One correction. What a person wrote is never kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Correction {
    /// The operation that it is; `GET /ops?event_id=` shows it.
    event_id: String,
    /// When.
    timestamp: Timestamp,
    /// Who corrected.
    by: Corrector,
    /// Who was corrected, where that is known.
    agent: String,
    /// In which session.
    session_id: Option<String>,
    /// The kind of correction.
    correction_type: Option<String>,
    /// The model that corrected.
    model: Option<String>,
    /// The class of task.
    task_class: Option<String>,
    /// What it was about: the class of task and the reason, redacted.
    summary: Option<String>,
    /// The advice, redacted.
    correction: Option<String>,
    /// The signature of the situation.
    sig_hash: Option<String>,
    /// At which turn the advice was applied.
    applied_at_turn: Option<i64>,
    /// How long the overseer took, in milliseconds.
    latency_ms: Option<f64>,
}

/// Some corrections, the newest first. A page may hold fewer than were asked for although there
/// are more: `next_cursor` tells.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CorrectionPage {
    data: Vec<Correction>,
    next_cursor: Option<String>,
}

/// Corrections by overseers and persons, the newest first by arrival.
#[utoipa::path(get, path = "/corrections", tag = "operations", params(CorrectionQuery),
    responses((status = 200, body = CorrectionPage)))]
pub(super) async fn list(
    app: Data<App>,
    Fields(query): Fields<CorrectionQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit.unwrap_or(100);
    let limit = usize::try_from(limit)
        .ok()
        .filter(|limit| (1..=1_000).contains(limit));
    let Some(limit) = limit else {
        return Err(Problem::invalid_field(
            "limit",
            "expected a number from 1 to 1000",
        ));
    };
    if query.cursor.is_some_and(|cursor| cursor < 1) {
        let expected = "expected the next_cursor of a page";
        return Err(Problem::invalid_field("cursor", expected));
    }
    app.catch_up().await?;
    let (mut before, mut looked_at) = (query.cursor, 0);
    let mut data = Vec::new();
    while data.len() < limit && looked_at < LOOKED_AT {
        let rows = app.store.corrections(before, PART).await?;
        if rows.is_empty() {
            return Ok(page(data, None));
        }
        for row in rows {
            looked_at += 1;
            before = Some(row.sequence);
            data.extend(Some(correction(row.operation)).filter(|one| query.asks_for(one)));
            if data.len() == limit {
                break;
            }
        }
    }
    Ok(page(data, before))
}

fn page(data: Vec<Correction>, next: Option<i64>) -> HttpResponse {
    HttpResponse::Ok().json(CorrectionPage {
        data,
        next_cursor: next.map(|sequence| sequence.to_string()),
    })
}

impl CorrectionQuery {
    fn asks_for(&self, one: &Correction) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        self.by.is_none_or(|by| by == one.by)
            && is(&self.agent, Some(&one.agent))
            && is(&self.task_class, one.task_class.as_deref())
            && is(&self.sig_hash, one.sig_hash.as_deref())
            && is(&self.model, one.model.as_deref())
    }
}

fn correction(operation: Operation) -> Correction {
    let is_overseer = operation.source == OVERSEER_SOURCE;
    let scenario = operation.scenario.unwrap_or_default();
    let endpoint = operation.endpoint.as_deref().unwrap_or_default();
    let model = endpoint.strip_prefix(OVERSEER_ENDPOINT).map(str::to_owned);
    Correction {
        event_id: operation.event_id,
        timestamp: operation.timestamp,
        by: if is_overseer {
            Corrector::Overseer
        } else {
            Corrector::Person
        },
        agent: operation.agent,
        session_id: operation.session_id,
        correction_type: operation.correction_type,
        model: model.filter(|_| is_overseer),
        task_class: operation.task_class,
        summary: operation.input_summary,
        correction: scenario.correction,
        sig_hash: scenario.sig_hash,
        applied_at_turn: scenario.applied_at_turn,
        latency_ms: operation.latency_ms,
    }
}
