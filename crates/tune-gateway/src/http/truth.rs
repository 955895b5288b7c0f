//! Truth rules over HTTP.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use service_kit::{Problem, http::Body};
use utoipa::ToSchema;

use crate::{app::App, domain::truth::rejection};

/// Asks the truth rules: `POST /api/truth/evaluate`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EvaluateTruth {
    /// The class of task.
    task_class: String,
    /// What the rules look at.
    #[schema(value_type = Object)]
    context: serde_json::Map<String, serde_json::Value>,
}

/// A rule that fired.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FiredRule {
    /// Which rule.
    rule_id: String,
    /// What its condition found.
    why: String,
    /// What follows.
    #[schema(value_type = Vec<Object>)]
    actions: serde_json::Value,
}

/// The rules that fired.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TruthReport {
    /// The rules, in their order.
    fired: Vec<FiredRule>,
    /// Whether one of them forbids the change.
    rejected: bool,
}

/// The rules that fire on a context, with why.
#[utoipa::path(post, path = "/api/truth/evaluate", tag = "truth",
    request_body = EvaluateTruth, responses((status = 200, body = TruthReport)))]
pub(super) async fn evaluate(
    app: Data<App>,
    Body(question): Body<EvaluateTruth>,
) -> Result<HttpResponse, Problem> {
    let context = serde_json::Value::Object(question.context);
    let fired = app.evaluate_truth(&question.task_class, &context);
    let rejected = rejection(&fired).is_some();
    let fired = fired
        .into_iter()
        .map(|rule| FiredRule {
            actions: serde_json::json!(rule.actions),
            rule_id: rule.rule_id,
            why: rule.why,
        })
        .collect();
    Ok(HttpResponse::Ok().json(TruthReport { fired, rejected }))
}
