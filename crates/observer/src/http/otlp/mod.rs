//! OpenTelemetry comes in.

mod answer;
mod packing;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Bytes, Data},
};
use serde_json::Value;
use service_kit::{Problem, http::RawBody, protobuf};
use types::event::Operation;
use utoipa::ToSchema;

use crate::{
    app::App,
    domain::{
        formats::otlp::{
            Contents, Found, OtlpJsonError, Rejected, Rejection, Signal, read_json, read_logs,
            read_traces,
        },
        sanitise::sanitise,
    },
};

use answer::{LogsReply, TracesReply, accepted, nothing};

/// OTLP's ExportTraceServiceRequest, as far as its outermost list.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is documented, and read piece by piece")]
struct TracesRequest {
    /// Spans by resource and scope.
    #[schema(value_type = Option<Vec<Object>>)]
    resource_spans: Vec<Value>,
}

/// OTLP's ExportLogsServiceRequest, as far as its outermost list.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is documented, and read piece by piece")]
struct LogsRequest {
    /// Log records by resource and scope.
    #[schema(value_type = Option<Vec<Object>>)]
    resource_logs: Vec<Value>,
}

/// Takes the spans of agents as operations: calls of tools, failed tasks, judgements.
///
/// The answer means that they are on disk. It says how many spans are not kept and why, by code:
/// `INVALID_ID`, `MISSING_TIME`, `UNREADABLE`, `WRONG_SIGNAL`, or `NOT_AN_OPERATION` for spans in
/// which no agent did anything that is recorded. Prompts, arguments and results are not taken in.
#[utoipa::path(post, path = "/v1/traces", tag = "ingest",
    request_body(content(
        (Vec<u8> = "application/x-protobuf"),
        (TracesRequest = "application/json")
    ), description = "OTLP's ExportTraceServiceRequest; Content-Encoding may be gzip or deflate"),
    responses((status = 200, content(
        (TracesReply = "application/json"),
        (Vec<u8> = "application/x-protobuf")
    ))))]
pub(in crate::http) async fn traces(
    app: Data<App>,
    request: HttpRequest,
    RawBody(raw): RawBody,
) -> Result<HttpResponse, Problem> {
    take(&app, &request, raw, Signal::Traces).await
}

/// The same for clients of Langfuse: the key is the password of `Authorization: Basic`.
#[utoipa::path(post, path = "/api/public/otel/v1/traces", tag = "ingest",
    request_body(content(
        (Vec<u8> = "application/x-protobuf"),
        (TracesRequest = "application/json")
    ), description = "OTLP's ExportTraceServiceRequest; Content-Encoding may be gzip or deflate"),
    responses((status = 200, content(
        (TracesReply = "application/json"),
        (Vec<u8> = "application/x-protobuf")
    ))))]
pub(in crate::http) async fn langfuse_traces(
    app: Data<App>,
    request: HttpRequest,
    RawBody(raw): RawBody,
) -> Result<HttpResponse, Problem> {
    take(&app, &request, raw, Signal::Traces).await
}

/// Takes the events that agents send as log records: results of tools, decisions of people on
/// them, requests to models, evaluations.
///
/// What is said of `/v1/traces` holds here, too.
#[utoipa::path(post, path = "/v1/logs", tag = "ingest",
    request_body(content(
        (Vec<u8> = "application/x-protobuf"),
        (LogsRequest = "application/json")
    ), description = "OTLP's ExportLogsServiceRequest; Content-Encoding may be gzip or deflate"),
    responses((status = 200, content(
        (LogsReply = "application/json"),
        (Vec<u8> = "application/x-protobuf")
    ))))]
pub(in crate::http) async fn logs(
    app: Data<App>,
    request: HttpRequest,
    RawBody(raw): RawBody,
) -> Result<HttpResponse, Problem> {
    take(&app, &request, raw, Signal::Logs).await
}

/// Accepts metrics and ignores them: clients send all three signals to one address.
#[utoipa::path(post, path = "/v1/metrics", tag = "ingest",
    responses((status = 200, content(
        (Object = "application/json"),
        (Vec<u8> = "application/x-protobuf")
    ))))]
pub(in crate::http) async fn metrics(request: HttpRequest) -> HttpResponse {
    nothing(Encoding::of(&request).unwrap_or(Encoding::Protobuf))
}

/// How a message is written; the answer is written like the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Protobuf,
    Json,
}

impl Encoding {
    fn of(request: &HttpRequest) -> Option<Self> {
        let value = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
        let essence = value.split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            protobuf::CONTENT_TYPE => Some(Self::Protobuf),
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }
}

async fn take(
    app: &App,
    request: &HttpRequest,
    raw: Bytes,
    signal: Signal,
) -> Result<HttpResponse, Problem> {
    let encoding = Encoding::of(request).ok_or_else(|| {
        Problem::unsupported_media_type(
            "send OTLP as Content-Type: application/x-protobuf or application/json",
        )
    })?;
    let Taken {
        operations,
        rejected,
        size_bytes,
    } = unpack_and_read(app, request, raw, signal, encoding)?;
    if !operations.is_empty() {
        app.intake.take(operations, size_bytes).await?;
    }
    count(&rejected);
    Ok(accepted(encoding, signal, &rejected))
}

/// What a body holds. Nothing of the body itself is left, so that only this waits to be written.
struct Taken {
    operations: Vec<Operation>,
    rejected: Rejected,
    size_bytes: usize,
}

fn unpack_and_read(
    app: &App,
    request: &HttpRequest,
    raw: Bytes,
    signal: Signal,
    encoding: Encoding,
) -> Result<Taken, Problem> {
    let body = packing::unpacked(request, raw, app.settings.batch_bytes)?;
    let found = read(&body, signal, encoding)?;
    let size_bytes = body
        .len()
        .max(found.operations.len() * size_of::<Operation>());
    let operations = found.operations.into_iter();
    Ok(Taken {
        operations: operations
            .map(|operation| sanitise(&app.redactor, operation))
            .collect(),
        rejected: found.rejected,
        size_bytes,
    })
}

fn read(body: &[u8], signal: Signal, encoding: Encoding) -> Result<Found, Problem> {
    let mut found = Found::default();
    match encoding {
        Encoding::Protobuf => {
            let done = match signal {
                Signal::Traces => read_traces(body, &mut found),
                Signal::Logs => read_logs(body, &mut found),
            };
            done.map_err(|_| Problem::bad_request("MALFORMED_PROTOBUF", mistaken(body)))?;
            let others = found.rejected.count(Rejection::WrongSignal);
            if others != 0 && found.operations.is_empty() && others == found.rejected.total() {
                return Err(wrong_signal(signal));
            }
        }
        Encoding::Json => {
            let contents = read_json(body, Some(signal), &mut found).map_err(|error| {
                let code = match error {
                    OtlpJsonError::Json(_) => "MALFORMED_JSON",
                    OtlpJsonError::Shape(_) => "NOT_OTLP",
                };
                Problem::bad_request(code, error)
            })?;
            check(contents, signal)?;
        }
    }
    Ok(found)
}

/// What a body that is no protobuf seems to be.
fn mistaken(body: &[u8]) -> &'static str {
    match body {
        [b'{' | b'[', ..] => {
            "this looks like JSON and is no protobuf; send it as Content-Type: application/json"
        }
        [0x1f, 0x8b, ..] => "this is packed with gzip; say so by Content-Encoding: gzip",
        _ => "the body is not an OTLP request in protobuf, or it was cut off",
    }
}

/// An empty object is an empty request; one without a list of ours is something else.
fn check(contents: Contents, signal: Signal) -> Result<(), Problem> {
    let (wanted, other) = match signal {
        Signal::Traces => (contents.traces, contents.logs),
        Signal::Logs => (contents.logs, contents.traces),
    };
    match (wanted, other, contents.other) {
        (false, true, _) => Err(wrong_signal(signal)),
        (false, false, true) => {
            let list = match signal {
                Signal::Traces => "resourceSpans",
                Signal::Logs => "resourceLogs",
            };
            let detail = format!("the body is not OTLP: expected the list {list}");
            Err(Problem::bad_request("NOT_OTLP", detail))
        }
        (true, ..) | (false, false, false) => Ok(()),
    }
}

fn wrong_signal(signal: Signal) -> Problem {
    let detail = match signal {
        Signal::Traces => "the body holds log records, not spans; send it to v1/logs here",
        Signal::Logs => "the body holds spans, not log records; send it to v1/traces here",
    };
    Problem::bad_request("WRONG_SIGNAL", detail)
}

fn count(rejected: &Rejected) {
    for (rejection, count) in rejected.reasons() {
        metrics::counter!("attune_otlp_rejected_total", "reason" => rejection.code())
            .increment(count);
    }
}
