//! Calls that are made through the observer, so that it sees how they go.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use clients::About;
use serde::de::IgnoredAny;
use service_kit::{
    Problem,
    http::{Authorised, RawBody},
};

use crate::app::{App, Call};

const PREFIX: &str = "/observed/";

/// Calls the upstream with the same body and gives back what it answers; how it went is recorded
/// as an operation.
///
/// `X-Attune-Description` says what the call is for, `X-Attune-Agent` who makes it (else the holder
/// of the key), `X-Attune-Session` which task it belongs to. The key does not go along; an
/// `Idempotency-Key` does. The answer names the operation in `Attune-Event-Id`, and says
/// `Attune-Recorded: false` if the call was made but could not be recorded.
#[utoipa::path(post, path = "/observed/{path}", tag = "ingest",
    params(
        ("path" = String, Path, description = "The path below the setting observer.upstream"),
        ("X-Attune-Description" = Option<String>, Header, description = "What the call is for"),
        ("X-Attune-Agent" = Option<String>, Header, description = "Who makes it"),
        ("X-Attune-Session" = Option<String>, Header, description = "Which task it belongs to")
    ),
    request_body(content = Object, description = "What the upstream expects"),
    responses(
        (status = 200, description = "What the upstream answered, whatever its status is",
            body = Object),
        (status = 502, description = "The upstream gave no answer, or too much of it",
            body = types::problem::Problem)
    ))]
pub(super) async fn forward(
    app: Data<App>,
    act: Authorised,
    request: HttpRequest,
    RawBody(raw): RawBody,
) -> Result<HttpResponse, Problem> {
    require_json(&request, &raw)?;
    // As it was sent: decoding it would turn `%2F` into another path.
    let path = request.path().strip_prefix(PREFIX).unwrap_or_default();
    let named = |name| {
        request
            .headers()
            .get(name)?
            .to_str()
            .ok()
            .map(str::to_owned)
    };
    let about = About {
        endpoint: format!("/{path}"),
        description: named("x-attune-description").unwrap_or_else(|| format!("POST /{path}")),
        agent: named("x-attune-agent").unwrap_or_else(|| act.actor.clone()),
        session_id: named("x-attune-session"),
    };
    let call = Call {
        path,
        query: request.query_string(),
        body: raw.to_vec(),
        key: act.idempotency.as_ref().map(|known| known.key.as_str()),
    };
    let watched = app.observe(call, &about).await?;
    let reply = watched.reply?;
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut answer = HttpResponse::build(status);
    if let Some(content_type) = &reply.content_type {
        answer.insert_header((header::CONTENT_TYPE, content_type.as_str()));
    }
    Ok(answer
        .insert_header(("Attune-Event-Id", watched.event_id))
        .insert_header(("Attune-Recorded", watched.recorded.is_ok().to_string()))
        .body(reply.body))
}

fn require_json(request: &HttpRequest, raw: &[u8]) -> Result<(), Problem> {
    let stated = request.headers().get(header::CONTENT_TYPE);
    let stated = stated.and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = stated.split(';').next().unwrap_or("").trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Problem::unsupported_media_type(
            "send the body as Content-Type: application/json",
        ));
    }
    serde_json::from_slice::<IgnoredAny>(raw)
        .map(drop)
        .map_err(|error| {
            Problem::bad_request("MALFORMED_JSON", format!("the body is not JSON: {error}"))
        })
}
