//! The one middleware: names the request, lets it in or not, and counts it.

use std::{collections::HashMap, sync::Arc, time::Instant};

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use tracing::{Instrument, debug, info_span};
use types::Service;

use super::{
    admission::Admission,
    endpoint::{Access, Endpoint},
};
use crate::{clock::Clock, problem::Problem, redaction::CountingRedactor, trace::TraceParent};

/// What the middleware knows of the routes.
pub(super) struct Gate {
    pub(super) service: Service,
    pub(super) clock: Clock,
    pub(super) admission: Arc<Admission>,
    pub(super) redactor: CountingRedactor,
    table: HashMap<(String, String), (Access, Option<usize>)>,
    body_limit: usize,
}

impl Gate {
    pub(super) fn new(
        service: Service,
        clock: Clock,
        admission: Admission,
        redactor: CountingRedactor,
        endpoints: &[Endpoint],
        body_limit: usize,
    ) -> Self {
        let table = endpoints
            .iter()
            .map(|endpoint| {
                let key = (endpoint.path.to_owned(), endpoint.method.to_string());
                (key, (endpoint.access, endpoint.body_limit))
            })
            .collect();
        Self {
            service,
            clock,
            admission: Arc::new(admission),
            redactor,
            table,
            body_limit,
        }
    }

    /// Who may call what is asked for, and how large a body may be. What is not in the table needs
    /// a key before it may learn that it is not there.
    fn terms(&self, request: &ServiceRequest) -> (Access, usize) {
        let pattern = request.match_pattern().unwrap_or_default();
        let method = match request.method().as_str() {
            "HEAD" => "GET",
            other => other,
        };
        let key = (pattern, method.to_owned());
        let (access, limit) = self
            .table
            .get(&key)
            .copied()
            .unwrap_or((Access::Unlisted, None));
        (access, limit.unwrap_or(self.body_limit))
    }
}

pub(super) async fn pass(
    gate: Arc<Gate>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let request_id = request_id(&request, &gate);
    let trace = request
        .headers()
        .get("traceparent")
        .and_then(|value| value.to_str().ok())
        .and_then(TraceParent::parse)
        .filter(|trace| gate.redactor.is_clean(trace.trace_id()))
        .unwrap_or_else(|| TraceParent::fresh(&gate.clock));
    let span = info_span!(
        "request",
        service = gate.service.name(),
        request_id = %request_id,
        trace_id = trace.trace_id()
    );
    let route = request
        .match_pattern()
        .unwrap_or_else(|| "unknown".to_owned());
    let method = method_name(request.method());
    let (access, limit) = gate.terms(&request);
    let answer = async {
        match gate
            .admission
            .admit(&mut request, access, limit, trace)
            .await
        {
            Ok(()) => next
                .call(request)
                .await
                .map(ServiceResponse::map_into_boxed_body),
            Err(problem) => Ok(request.error_response(problem)),
        }
    }
    .instrument(span)
    .await?;
    let mut answer = present(answer, &request_id, &gate.redactor);
    harden(&mut answer, &request_id);
    let status = answer.status().as_u16();
    debug!(
        service = gate.service.name(),
        http.status = status,
        "{method} {route} answered {status}"
    );
    count(gate.service, method, route, status, began);
    Ok(answer)
}

/// The method as a label; whatever else a caller may have written is not repeated.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn request_id(request: &ServiceRequest, gate: &Gate) -> String {
    request
        .headers()
        .get("x-request-id")
        .and_then(|value| value.to_str().ok())
        .filter(|id| {
            (1..=64).contains(&id.len())
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        })
        .filter(|id| gate.redactor.is_clean(id))
        .map_or_else(
            || gate.clock.ordered_id().simple().to_string(),
            str::to_owned,
        )
}

/// An error says in its body which request it answers, and repeats no secret of it.
fn present(
    answer: ServiceResponse<BoxBody>,
    request_id: &str,
    redactor: &CountingRedactor,
) -> ServiceResponse<BoxBody> {
    let presented = answer
        .response()
        .error()
        .and_then(|error| error.as_error::<Problem>())
        .and_then(|problem| problem.presented(request_id, redactor));
    match presented {
        Some(problem) => {
            let (request, _) = answer.into_parts();
            {
                let reply = problem.response_to(&request);
                ServiceResponse::new(request, reply)
            }
        }
        None => answer,
    }
}

fn harden(answer: &mut ServiceResponse<BoxBody>, request_id: &str) {
    let headers = answer.headers_mut();
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn count(service: Service, method: &'static str, route: String, status: u16, began: Instant) {
    let name = service.name();
    metrics::counter!(
        "attune_http_requests_total",
        "service" => name, "method" => method, "route" => route.clone(),
        "status" => status.to_string()
    )
    .increment(1);
    metrics::histogram!("attune_http_request_seconds", "service" => name, "route" => route)
        .record(began.elapsed().as_secs_f64());
}
