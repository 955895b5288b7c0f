//! What OTLP clients are answered.

use actix_web::HttpResponse;
use serde::Serialize;
use service_kit::protobuf::{self, put_bytes, put_number};
use utoipa::ToSchema;

use super::Encoding;
use crate::domain::formats::otlp::{Rejected, Signal};

/// OTLP's ExportTraceServiceResponse.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct TracesReply {
    /// Present when some spans are not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_success: Option<RejectedSpans>,
}

/// The spans that are not kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct RejectedSpans {
    /// How many; numbers of 64 bits are texts in OTLP's JSON.
    rejected_spans: String,
    /// Why, by code.
    error_message: String,
}

/// OTLP's ExportLogsServiceResponse.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct LogsReply {
    /// Present when some records are not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_success: Option<RejectedLogRecords>,
}

/// The log records that are not kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct RejectedLogRecords {
    /// How many; numbers of 64 bits are texts in OTLP's JSON.
    rejected_log_records: String,
    /// Why, by code.
    error_message: String,
}

/// The answer once what is kept is on disk.
pub(super) fn accepted(encoding: Encoding, signal: Signal, rejected: &Rejected) -> HttpResponse {
    if rejected.total() == 0 {
        return nothing(encoding);
    }
    let why = why(rejected);
    match (encoding, signal) {
        (Encoding::Protobuf, _) => in_protobuf(partial_success(rejected.total(), &why)),
        (Encoding::Json, Signal::Traces) => HttpResponse::Ok().json(TracesReply {
            partial_success: Some(RejectedSpans {
                rejected_spans: rejected.total().to_string(),
                error_message: why,
            }),
        }),
        (Encoding::Json, Signal::Logs) => HttpResponse::Ok().json(LogsReply {
            partial_success: Some(RejectedLogRecords {
                rejected_log_records: rejected.total().to_string(),
                error_message: why,
            }),
        }),
    }
}

/// The answer when there is nothing to say.
pub(super) fn nothing(encoding: Encoding) -> HttpResponse {
    match encoding {
        Encoding::Protobuf => in_protobuf(Vec::new()),
        Encoding::Json => HttpResponse::Ok().json(serde_json::json!({})),
    }
}

fn in_protobuf(message: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(protobuf::CONTENT_TYPE)
        .body(message)
}

/// The replies of both signals are alike in protobuf: the partial success (1) holds a count (1) and
/// a text (2).
fn partial_success(count: u64, why: &str) -> Vec<u8> {
    let mut partial = Vec::new();
    put_number(&mut partial, 1, count);
    put_bytes(&mut partial, 2, why.as_bytes());
    let mut reply = Vec::new();
    put_bytes(&mut reply, 1, &partial);
    reply
}

fn why(rejected: &Rejected) -> String {
    let reasons: Vec<String> = rejected
        .reasons()
        .map(|(rejection, count)| format!("{count} {} ({})", rejection.code(), rejection.reason()))
        .collect();
    format!("not kept: {}", reasons.join(", "))
}
