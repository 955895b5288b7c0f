//! Operations come in.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};
use service_kit::{
    Problem,
    http::{Authorised, JsonBody, RawBody},
};
use types::{
    event::{Accepted, BatchOutcome, LineError, Operation},
    problem::FieldError,
};

use crate::{
    app::App,
    domain::{
        event::{Event, parse_event},
        sanitise::sanitise,
    },
};

/// How many refused lines are described.
const DESCRIBED_ERRORS: usize = 100;

/// Takes one operation; the answer means that it is on disk.
#[utoipa::path(post, path = "/event", tag = "ingest", request_body(content = Object,
    description = "An operation: the fields of telemetry events and of scenario events; \
        `success` is required for calls"),
    responses((status = 200, body = Accepted)))]
pub(super) async fn one(
    app: Data<App>,
    act: Authorised,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let key = act.idempotency.as_ref().map(|known| known.key.clone());
    let size_bytes = body.size_bytes();
    let operation = parse_event(&body.read()?, app.clock.now(), || key.unwrap_or_default())
        .map_err(Problem::invalid)?;
    let mut operation = sanitise(&app.redactor, operation);
    let is_named = !operation.event_id.is_empty();
    if !is_named {
        operation.event_id = app.clock.ordered_id().to_string();
    }
    let event_id = operation.event_id.clone();
    let duplicate = match is_named {
        true => app.intake.take(vec![operation], size_bytes).await? == [false],
        false => {
            app.intake.take_new(operation, size_bytes).await?;
            false
        }
    };
    Ok(HttpResponse::Ok().json(Accepted {
        accepted: true,
        ring_size: app.tallies.with(|tallies| tallies.all().total()),
        event_id,
        duplicate,
    }))
}

/// Takes many operations, as NDJSON or as a JSON array; each line is judged by itself.
#[utoipa::path(post, path = "/events", tag = "ingest",
    request_body(content(
        (String = "application/x-ndjson"),
        (Vec<Value> = "application/json")
    )),
    responses((status = 200, body = BatchOutcome)))]
pub(super) async fn many(
    app: Data<App>,
    request: HttpRequest,
    act: Authorised,
    RawBody(raw): RawBody,
) -> Result<HttpResponse, Problem> {
    let mut batch = Parsed {
        app: &app,
        key: act.idempotency.as_ref().map(|known| known.key.as_str()),
        operations: Vec::new(),
        rejected: 0,
        errors: Vec::new(),
    };
    match content_type(&request).as_str() {
        "application/x-ndjson" | "application/jsonl" | "application/x-jsonlines" => {
            let lines = raw.split(|byte| *byte == b'\n');
            for (number, line) in (1..).zip(lines) {
                if !line.trim_ascii().is_empty() {
                    batch.add_text(number, line);
                }
            }
        }
        "application/json" => {
            let values: Vec<Event<'_>> = serde_json::from_slice(&raw).map_err(|error| {
                Problem::bad_request("MALFORMED_JSON", format!("expected a JSON array: {error}"))
            })?;
            for (number, event) in (1..).zip(&values) {
                batch.add(number, event);
            }
        }
        _ => {
            return Err(Problem::unsupported_media_type(
                "send application/x-ndjson, or a JSON array as application/json",
            ));
        }
    }
    let Parsed {
        operations,
        rejected,
        errors,
        ..
    } = batch;
    let is_new = if operations.is_empty() {
        vec![]
    } else {
        app.intake.take(operations, raw.len()).await?
    };
    let accepted = is_new.iter().filter(|new| **new).count() as u64;
    let duplicates = is_new.len() as u64 - accepted;
    Ok(HttpResponse::Ok().json(BatchOutcome {
        accepted,
        duplicates,
        rejected,
        errors,
    }))
}

fn content_type(request: &HttpRequest) -> String {
    let value = request.headers().get(header::CONTENT_TYPE);
    let text = value.and_then(|value| value.to_str().ok()).unwrap_or("");
    text.split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase()
}

struct Parsed<'app> {
    app: &'app App,
    /// The idempotency key of the batch.
    key: Option<&'app str>,
    operations: Vec<Operation>,
    rejected: u64,
    errors: Vec<LineError>,
}

impl Parsed<'_> {
    fn add_text(&mut self, line: u64, text: &[u8]) {
        match serde_json::from_slice::<Event<'_>>(text) {
            Ok(event) => self.add(line, &event),
            Err(_) => self.reject(line, "this is not JSON".to_owned()),
        }
    }

    fn add(&mut self, line: u64, event: &Event<'_>) {
        let clock = &self.app.clock;
        match parse_event(event, clock.now(), || self.id_of(line)) {
            Ok(operation) => self
                .operations
                .push(sanitise(&self.app.redactor, operation)),
            Err(faults) => self.reject(line, describe(&faults)),
        }
    }

    /// The id of an event that has none: under an idempotency key the same line always gets the
    /// same one, otherwise it gets a new one when it is taken.
    fn id_of(&self, line: u64) -> String {
        self.key
            .map_or_else(String::new, |key| format!("{key}:{line}"))
    }

    fn reject(&mut self, line: u64, message: String) {
        self.rejected += 1;
        if self.errors.len() < DESCRIBED_ERRORS {
            self.errors.push(LineError { line, message });
        }
    }
}

fn describe(faults: &[FieldError]) -> String {
    let all: Vec<String> = faults.iter().map(FieldError::to_string).collect();
    all.join("; ")
}
