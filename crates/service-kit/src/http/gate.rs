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
    meter::Meter,
};
use crate::{clock::Clock, problem::Problem, redaction::CountingRedactor, trace::TraceParent};

/// What the middleware knows of the routes.
pub(super) struct Gate {
    pub(super) service: Service,
    pub(super) clock: Clock,
    pub(super) admission: Arc<Admission>,
    pub(super) redactor: CountingRedactor,
    /// By the pattern of the path; the last way of each is that of any other method.
    table: HashMap<String, Vec<Way>>,
    unknown: Way,
}

/// What is known of one method of one path.
struct Way {
    /// Any that is not named otherwise when absent.
    method: Option<Method>,
    access: Access,
    body_limit: usize,
    meter: Meter,
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
        // What is not listed needs a key before anybody may learn that it is not there.
        let unlisted = |route: &str| Way {
            method: None,
            access: Access::Unlisted,
            body_limit,
            meter: Meter::new(service, "other", route.to_owned()),
        };
        let mut table: HashMap<String, Vec<Way>> = HashMap::new();
        for endpoint in endpoints {
            let ways = table
                .entry(endpoint.path.to_owned())
                .or_insert_with(|| vec![unlisted(endpoint.path)]);
            let method = method_name(&endpoint.method);
            let way = Way {
                method: Some(endpoint.method.clone()),
                access: endpoint.access,
                body_limit: endpoint.body_limit.unwrap_or(body_limit),
                meter: Meter::new(service, method, endpoint.path.to_owned()),
            };
            ways.insert(0, way);
        }
        Self {
            service,
            clock,
            admission: Arc::new(admission),
            redactor,
            table,
            unknown: unlisted("unknown"),
        }
    }

    /// The way that a request takes.
    fn way(&self, request: &ServiceRequest) -> &Way {
        let ways = request
            .match_pattern()
            .and_then(|pattern| self.table.get(&pattern));
        let method = match *request.method() {
            Method::HEAD => &Method::GET,
            ref other => other,
        };
        ways.and_then(|ways| {
            let fits = |way: &&Way| way.method.as_ref().is_none_or(|own| own == method);
            ways.iter().find(fits)
        })
        .unwrap_or(&self.unknown)
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
    let way = gate.way(&request);
    let answer = async {
        match gate
            .admission
            .admit(&mut request, way.access, way.body_limit, trace)
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
        "{} {} answered {status}",
        way.meter.method(),
        way.meter.route()
    );
    way.meter.count(status, began.elapsed());
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
            let reply = problem.response_to(&request);
            ServiceResponse::new(request, reply)
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
