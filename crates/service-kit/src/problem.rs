//! Every error reply: `application/problem+json` with a stable code.

use std::{fmt, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    body::BoxBody,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use serde_json::Value;
use types::problem::{FieldError, Problem as Body};

use crate::{db::DbError, protobuf, redaction::CountingRedactor};

/// An answer that is not the one the caller hoped for.
#[derive(Debug)]
pub struct Problem(Answer);

#[derive(Debug)]
enum Answer {
    Error(Box<Refusal>),
    Replay { status: StatusCode, body: Vec<u8> },
}

/// An error before it is sent.
#[derive(Clone, Debug)]
struct Refusal {
    body: Body,
    retry_after: Option<Duration>,
    allow: Option<String>,
}

impl Refusal {
    fn response(&self, status: StatusCode) -> HttpResponse {
        let mut reply = HttpResponse::build(status);
        reply.content_type("application/problem+json");
        if let Some(span) = self.retry_after {
            reply.insert_header((header::RETRY_AFTER, span.as_secs().max(1).to_string()));
        }
        if let Some(methods) = &self.allow {
            reply.insert_header((header::ALLOW, methods.as_str()));
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            reply.insert_header((header::WWW_AUTHENTICATE, scheme));
        }
        reply.body(serde_json::to_vec(&self.body).unwrap_or_default())
    }
}

impl Refusal {
    /// The error as the message `google.rpc.Status`.
    fn rpc_status(&self) -> Vec<u8> {
        // The codes of gRPC that its mapping to HTTP names for these.
        let code = match self.body.status {
            401 => 16,
            403 => 7,
            404 => 5,
            409 => 10,
            429 => 8,
            503 => 14,
            500.. => 13,
            _ => 3,
        };
        let text = format!("{}: {}", self.body.code, self.body.detail);
        let mut message = Vec::with_capacity(text.len() + 8);
        protobuf::put_number(&mut message, 1, code);
        protobuf::put_bytes(&mut message, 2, text.as_bytes());
        message
    }
}

impl Problem {
    fn new(status: StatusCode, code: &str, detail: impl fmt::Display) -> Self {
        let detail = detail.to_string();
        let body = Body {
            kind: format!("urn:attune:problem:{}", code.to_ascii_lowercase()),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.clone(),
            code: code.to_owned(),
            error: code.to_owned(),
            message: detail,
            request_id: None,
            errors: Vec::new(),
            context: None,
        };
        let (retry_after, allow) = (None, None);
        Self(Answer::Error(Box::new(Refusal {
            body,
            retry_after,
            allow,
        })))
    }

    /// 400: the request cannot be read.
    pub fn bad_request(code: &str, detail: impl fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: no key, or not one that works.
    pub fn unauthorized(detail: impl fmt::Display) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", detail)
    }

    /// 403: the key does not allow it.
    pub fn forbidden(code: &str, detail: impl fmt::Display) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404: it is not there.
    pub fn not_found(code: &str, detail: impl fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 405: another method is meant.
    pub fn method_not_allowed(allow: String) -> Self {
        let detail = format!("this path answers to {allow}");
        let mut problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", detail);
        if let Answer::Error(refusal) = &mut problem.0 {
            refusal.allow = Some(allow);
        }
        problem
    }

    /// 409: it contradicts what is.
    pub fn conflict(code: &str, detail: impl fmt::Display) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 413: more than is accepted.
    pub fn too_large(limit_bytes: usize) -> Self {
        let detail = format!("the body is larger than {limit_bytes} bytes; send less at a time");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", detail)
    }

    /// 415: another content type is meant.
    pub fn unsupported_media_type(detail: impl fmt::Display) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            detail,
        )
    }

    /// 422: it can be read but not accepted.
    pub fn unprocessable(code: &str, detail: impl fmt::Display) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 422 for a body or query whose fields are at fault.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors.first().map_or_else(
            || "the input is not valid".to_owned(),
            FieldError::to_string,
        );
        let mut problem = Self::unprocessable("INVALID_INPUT", detail);
        if let Answer::Error(refusal) = &mut problem.0 {
            refusal.body.errors = errors;
        }
        problem
    }

    /// 422 for one field at fault.
    pub fn invalid_field(pointer: &str, detail: impl fmt::Display) -> Self {
        let error = FieldError {
            pointer: pointer.to_owned(),
            detail: detail.to_string(),
        };
        Self::invalid(vec![error])
    }

    /// 429: too often.
    pub fn too_many_requests(retry_after: Duration) -> Self {
        let detail = "too many requests; wait and try again";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", detail).retry_after(retry_after)
    }

    /// 503: it cannot be done now.
    pub fn unavailable(code: &str, detail: impl fmt::Display) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(Duration::from_secs(1))
    }

    /// 502: another service that was asked gave no usable answer.
    pub fn bad_gateway(code: &str, detail: impl fmt::Display) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, code, detail)
    }

    /// 500: our fault. The cause is logged, never shown.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(error = %cause, "a request failed: {cause}");
        let detail = "the request failed inside; the log has the cause under the request id";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", detail)
    }

    /// The answer that an earlier request with the same idempotency key got.
    pub fn replay(status: u16, body: Vec<u8>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        Self(Answer::Replay { status, body })
    }

    /// Adds facts for programs.
    #[must_use]
    pub fn with_context(mut self, context: Value) -> Self {
        if let Answer::Error(refusal) = &mut self.0 {
            refusal.body.context = Some(context);
        }
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, span: Duration) -> Self {
        if let Answer::Error(refusal) = &mut self.0 {
            refusal.retry_after = Some(span);
        }
        self
    }

    /// The answer in the form that the request came in: whoever speaks protobuf gets the message
    /// `google.rpc.Status`, everybody else a problem document.
    pub(crate) fn response_to(&self, request: &HttpRequest) -> HttpResponse {
        let reply = self.error_response();
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let in_protobuf = content_type
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with(protobuf::CONTENT_TYPE));
        let Answer::Error(refusal) = &self.0 else {
            return reply;
        };
        if !in_protobuf {
            return reply;
        }
        let mut reply = reply.set_body(BoxBody::new(refusal.rpc_status()));
        reply.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(protobuf::CONTENT_TYPE),
        );
        reply
    }

    /// The same error as it is sent: it names the request that it answers, and says nothing back
    /// that may not be shown. `None` for a replay.
    pub(crate) fn presented(&self, request_id: &str, redactor: &CountingRedactor) -> Option<Self> {
        match &self.0 {
            Answer::Error(refusal) => {
                let mut presented = refusal.clone();
                presented.body = redacted(&refusal.body, redactor);
                presented.body.request_id = Some(request_id.to_owned());
                Some(Self(Answer::Error(presented)))
            }
            Answer::Replay { .. } => None,
        }
    }
}

/// The body without what its sentences quote of the request.
fn redacted(body: &Body, redactor: &CountingRedactor) -> Body {
    let clean = |text: &str| redactor.redact(text).into_owned();
    // The names in a pointer are the caller's; its slashes do not make it a path of a file.
    let pointer = |text: &str| {
        let names: Vec<String> = text.split('/').map(clean).collect();
        names.join("/")
    };
    let errors = body.errors.iter().map(|error| FieldError {
        pointer: pointer(&error.pointer),
        detail: clean(&error.detail),
    });
    let detail = match body.errors.first() {
        // The sentence begins with the pointer.
        Some(first) if body.detail.starts_with(&first.pointer) => {
            let (before, after) = body.detail.split_at(first.pointer.len());
            format!("{}{}", pointer(before), clean(after))
        }
        _ => clean(&body.detail),
    };
    Body {
        message: detail.clone(),
        detail,
        errors: errors.collect(),
        ..body.clone()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Answer::Error(refusal) => {
                write!(formatter, "{}: {}", refusal.body.code, refusal.body.detail)
            }
            Answer::Replay { status, .. } => write!(formatter, "replay of a {status} answer"),
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match &self.0 {
            Answer::Error(refusal) => StatusCode::from_u16(refusal.body.status)
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            Answer::Replay { status, .. } => *status,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match &self.0 {
            Answer::Error(refusal) => refusal.response(self.status_code()),
            Answer::Replay { status, body } => HttpResponse::build(*status)
                .content_type("application/json")
                .insert_header(("Idempotency-Replayed", "true"))
                .body(body.clone()),
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Replay { status, body } => Self::replay(status, body),
            DbError::KeyReused => Self::unprocessable(
                "IDEMPOTENCY_KEY_REUSED",
                "this Idempotency-Key was used for another request; use a new one",
            ),
            DbError::KeyInFlight => Self::conflict(
                "IDEMPOTENCY_KEY_IN_FLIGHT",
                "a request with this Idempotency-Key is under way; try again shortly",
            )
            .retry_after(Duration::from_secs(1)),
            DbError::Unavailable(cause) => {
                tracing::error!(error = %cause, "the database is not available: {cause}");
                Self::unavailable(
                    "STORE_UNAVAILABLE",
                    "the database is not available; try again",
                )
            }
            other => Self::internal(other),
        }
    }
}
