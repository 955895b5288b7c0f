//! The routes that every service has.

use std::{future::Future, pin::Pin, sync::Arc};

use actix_web::{HttpResponse, http::header, web::Data};
use serde::Deserialize;
use serde_json::json;
use types::{
    Service,
    journal::{JournalCheck, JournalPage},
    key::{KeyRecord, NewKey},
};
use utoipa::{IntoParams, OpenApi};

use super::{
    endpoint::{Access, Endpoint},
    extract::{Authorised, Body, Fields, PathValues},
};
use crate::{
    auth::Keyring, clock::Clock, db::Db, problem::Problem, redaction::CountingRedactor,
    steps::journal, tasks::Stop, telemetry,
};

/// A question that decides whether the service is ready: `Err` says what is missing.
pub type Readiness =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

pub(super) struct Shared {
    pub(super) service: Service,
    pub(super) db: Db,
    pub(super) keys: Keyring,
    pub(super) clock: Clock,
    pub(super) redactor: CountingRedactor,
    pub(super) stop: Stop,
    pub(super) readiness: Vec<Readiness>,
    pub(super) document: String,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/health", Access::Open, health),
        Endpoint::get("/livez", Access::Open, livez),
        Endpoint::get("/readyz", Access::Open, readyz),
        Endpoint::get("/openapi.json", Access::Open, openapi_json),
        Endpoint::get("/docs", Access::Open, docs_root),
        Endpoint::get("/docs/{file:.*}", Access::Open, docs),
        Endpoint::get("/metrics", Access::Read, metrics_text),
        Endpoint::get("/journal", Access::Read, journal_page),
        Endpoint::get("/journal/verify", Access::Read, journal_verify),
        Endpoint::get("/keys", Access::Admin, keys),
        Endpoint::post("/keys", Access::Admin, create_key),
        Endpoint::delete("/keys/{id}", Access::Admin, revoke_key),
    ]
}

#[derive(OpenApi)]
#[openapi(paths(
    health,
    livez,
    readyz,
    openapi_json,
    docs_root,
    docs,
    metrics_text,
    journal_page,
    journal_verify,
    keys,
    create_key,
    revoke_key
))]
pub(super) struct SharedApi;

/// Says that the service is there, and what its clock shows.
#[utoipa::path(get, path = "/health", tag = "probes", responses((status = 200, body = Object)))]
async fn health(shared: Data<Shared>) -> HttpResponse {
    let mut body = json!({ "status": "ok", "service": shared.service.name() });
    if shared.clock.is_for_trials() {
        body["clock"] = json!({ "scale": shared.clock.scale(), "now": shared.clock.now() });
    }
    HttpResponse::Ok().json(body)
}

/// Says that the process runs.
#[utoipa::path(get, path = "/livez", tag = "probes", responses((status = 200, body = Object)))]
async fn livez() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Says whether the service can do its work, and if not, what is missing.
#[utoipa::path(get, path = "/readyz", tag = "probes", responses(
    (status = 200, body = Object),
    (status = 503, description = "Something is missing: `missing` lists what", body = Object)
))]
async fn readyz(shared: Data<Shared>) -> HttpResponse {
    let mut missing = Vec::new();
    if shared.stop.is_set() {
        missing.push("the service is stopping".to_owned());
    } else if let Err(error) = shared.db.ping().await {
        tracing::warn!(error = %error, "not ready: {error}");
        missing.push("the database does not answer".to_owned());
    } else {
        for question in &shared.readiness {
            missing.extend(question().await.err());
        }
    }
    if missing.is_empty() {
        HttpResponse::Ok().json(json!({ "status": "ready" }))
    } else {
        HttpResponse::ServiceUnavailable()
            .json(json!({ "status": "not ready", "missing": missing }))
    }
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "documentation",
    responses((status = 200, body = Object)))]
async fn openapi_json(shared: Data<Shared>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(shared.document.clone())
}

/// Leads to the page that shows this document.
#[utoipa::path(get, path = "/docs", tag = "documentation",
    responses((status = 308, description = "Leads to /docs/")))]
async fn docs_root() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/docs/"))
        .finish()
}

const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' \
    'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; \
    base-uri 'none'";

/// The files of the page that shows this document.
#[utoipa::path(get, path = "/docs/{file}", tag = "documentation",
    params(("file" = String, Path)),
    responses((status = 200, content_type = "text/html", body = String)))]
async fn docs(PathValues(file): PathValues<String>) -> Result<HttpResponse, Problem> {
    let config = Arc::new(utoipa_swagger_ui::Config::from("/openapi.json"));
    let found = utoipa_swagger_ui::serve(&file, config).map_err(Problem::internal)?;
    let page = found.ok_or_else(|| Problem::not_found("NOT_FOUND", "there is no such file"))?;
    Ok(HttpResponse::Ok()
        .content_type(page.content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .body(page.bytes.into_owned()))
}

/// Counters and histograms in the text form of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, content_type = "text/plain", body = String)))]
async fn metrics_text() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(telemetry::render_metrics())
}

/// Which part of a listing.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct JournalQuery {
    /// The `next_cursor` of the page before.
    #[serde(default)]
    #[param(minimum = 0)]
    cursor: Option<i64>,
    /// How many entries: 100 when absent, 1000 at most.
    #[serde(default)]
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// The record of every change, oldest first.
#[utoipa::path(get, path = "/journal", tag = "operations", params(JournalQuery),
    responses((status = 200, body = JournalPage)))]
async fn journal_page(
    shared: Data<Shared>,
    Fields(query): Fields<JournalQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit.unwrap_or(100);
    if !(1..=1_000).contains(&limit) {
        return Err(Problem::invalid_field(
            "limit",
            "expected a number from 1 to 1000",
        ));
    }
    let after = query.cursor.unwrap_or(0);
    if after < 0 {
        return Err(Problem::invalid_field(
            "cursor",
            "expected the next_cursor of a page",
        ));
    }
    Ok(HttpResponse::Ok().json(journal::page(&shared.db, after, limit).await?))
}

/// Checks the whole chain of the journal.
#[utoipa::path(get, path = "/journal/verify", tag = "operations",
    responses((status = 200, body = JournalCheck)))]
async fn journal_verify(shared: Data<Shared>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(journal::verify(&shared.db).await?))
}

/// All keys, without their texts.
#[utoipa::path(get, path = "/keys", tag = "keys", responses((status = 200, body = [KeyRecord])))]
async fn keys(shared: Data<Shared>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(shared.keys.list().await?))
}

/// Registers a key that its maker has generated: only the digest is sent.
#[utoipa::path(post, path = "/keys", tag = "keys", request_body = NewKey, responses(
    (status = 201, body = KeyRecord),
    (status = 409, description = "KEY_EXISTS: the id or the text is taken",
        body = types::problem::Problem)
))]
async fn create_key(
    shared: Data<Shared>,
    act: Authorised,
    Body(new): Body<NewKey>,
) -> Result<HttpResponse, Problem> {
    let hex = new
        .id
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if new.id.len() != 12 || !hex {
        return Err(Problem::invalid_field(
            "/id",
            "expected twelve lower-case hex digits",
        ));
    }
    let name = new.person.trim();
    if name.is_empty() || 80 < name.chars().count() || name.chars().any(char::is_control) {
        return Err(Problem::invalid_field(
            "/person",
            "expected a name of 1 to 80 characters",
        ));
    }
    if !shared.redactor.is_clean(name) {
        return Err(Problem::invalid_field(
            "/person",
            "expected a name; this looks like a secret, an address or a path",
        ));
    }
    if new.expires_at.is_some_and(|expiry| expiry <= act.at) {
        return Err(Problem::invalid_field(
            "/expires_at",
            "expected a moment in the future",
        ));
    }
    match shared.keys.create(&new, &act).await? {
        Some(record) => Ok(HttpResponse::Created().json(record)),
        None => Err(Problem::conflict(
            "KEY_EXISTS",
            "a key with this id or text exists; make another",
        )),
    }
}

/// Ends a key for good.
#[utoipa::path(delete, path = "/keys/{id}", tag = "keys", params(("id" = String, Path)),
    responses((status = 200, body = KeyRecord),
        (status = 404, description = "KEY_NOT_FOUND", body = types::problem::Problem)))]
async fn revoke_key(
    shared: Data<Shared>,
    act: Authorised,
    PathValues(id): PathValues<String>,
) -> Result<HttpResponse, Problem> {
    let record = shared.keys.revoke(&id, &act).await?;
    record
        .map(|record| HttpResponse::Ok().json(record))
        .ok_or_else(|| Problem::not_found("KEY_NOT_FOUND", "there is no key with this id"))
}
