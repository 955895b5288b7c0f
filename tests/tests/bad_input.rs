//! Bad input at every endpoint, made from the OpenAPI documents of the running services: it gets
//! the documented refusal and changes nothing.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so at once"
)]

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use stack_tests::{
    document::{Operation, operations, required, resolved, sample, wrong},
    site::Site,
    stack::{Options, Stack},
};
use testkit::{Answer, Api};
use types::{Digest, Service, problem::Problem};

const BODY_BYTES: usize = 128 * 1024;

/// The wire formats of others, on which fields that we do not know are ignored.
const LENIENT: [(&str, &str); 4] = [
    ("POST", "/event"),
    ("POST", "/log"),
    ("POST", "/api/agent-tune/monitoring"),
    ("PUT", "/api/agent-tune/monitoring/{id}/close"),
];

/// Judge what is in a body record by record, or leave that to whom they call.
const BATCHES: [(&str, &str); 5] = [
    ("POST", "/events"),
    ("POST", "/v1/traces"),
    ("POST", "/v1/logs"),
    ("POST", "/api/public/otel/v1/traces"),
    ("POST", "/observed/{path}"),
];

/// Bodies on these routes may be larger than others.
const LARGER: [(&str, usize); 5] = [
    ("/events", 16 * 1024 * 1024),
    ("/v1/traces", 16 * 1024 * 1024),
    ("/v1/logs", 16 * 1024 * 1024),
    ("/api/public/otel/v1/traces", 16 * 1024 * 1024),
    ("/git/commits", 8 * 1024 * 1024),
];

const MALFORMED: [&[u8]; 6] = [b"", b"{\"a\":", b"{} {}", b"{'a': 1}", b"[1,]", b"\xff\xfe"];

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_gets_the_documented_refusal_and_changes_nothing() {
    let stack = Stack::start(&Options {
        body_bytes: BODY_BYTES,
        ..Options::default()
    })
    .await;
    let mut asked = 0;
    let mut breaches = Vec::new();
    for service in Service::ALL {
        let document = stack.site.shared(service).openapi().await.unwrap();
        let judge = Judge {
            api: stack.site.api(service),
            document: &document,
            asked: Cell::new(0),
            breaches: RefCell::default(),
        };
        let before = head(&stack.site, service).await;
        for operation in operations(&document) {
            if operation.takes_body() {
                judge.body(&operation).await;
            }
        }
        judge.methods().await;
        asked += judge.asked.get();
        breaches.extend(judge.breaches.into_inner());
        let after = head(&stack.site, service).await;
        assert_eq!(after, before, "{service} has changed something");
    }
    println!("{asked} bad requests");
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
    assert!(500 < asked, "{asked} bad requests are too few to be all");
}

async fn head(site: &Site, service: Service) -> (i64, Option<Digest>) {
    let check = site.shared(service).verify_journal().await.unwrap();
    assert!(check.intact, "{:?}", check.fault);
    (check.entries, check.head)
}

/// Sends bad requests to one service and notes what is not answered as it should be.
struct Judge<'document> {
    api: Api,
    document: &'document Value,
    asked: Cell<usize>,
    breaches: RefCell<Vec<String>>,
}

impl Judge<'_> {
    async fn body(&self, operation: &Operation) {
        self.transport(operation).await;
        if BATCHES.contains(&key(operation)) {
            return;
        }
        for body in [json!([]), json!("text"), json!(1), json!(null), json!(true)] {
            self.refuses(operation, &body, "not an object").await;
        }
        let schema = operation.json_schema(self.document).unwrap();
        let good = sample(self.document, &schema);
        for name in required(&schema) {
            let mut body = good.clone();
            body.as_object_mut().unwrap().remove(&name);
            let what = format!("without {name}");
            self.refuses(operation, &body, &what).await;
        }
        let properties = schema["properties"].as_object().cloned();
        for (name, property) in properties.unwrap_or_default() {
            let Some(value) = wrong(&resolved(self.document, &property)) else {
                continue;
            };
            let mut body = good.clone();
            body[&name] = value;
            let what = format!("{name} of another type");
            let told = self.refuses(operation, &body, &what).await;
            if !told.is_some_and(|problem| names(&problem, &name)) {
                self.note(operation, &format!("{what}: the field is not named"));
            }
        }
        self.unknown_field(operation, &good).await;
    }

    async fn unknown_field(&self, operation: &Operation, good: &Value) {
        let mentions = |told: Option<Problem>| {
            told.is_some_and(|problem| format!("{problem:?}").contains("no_such_field"))
        };
        if LENIENT.contains(&key(operation)) {
            // Something else is wrong, so that nothing changes; that alone is told.
            let body = json!({ "no_such_field": 1, "success": "maybe", "operation": 1 });
            let told = self.refuses(operation, &body, "all wrong").await;
            if mentions(told) {
                self.note(operation, "an unknown field is not ignored");
            }
            return;
        }
        let mut body = good.clone();
        body["no_such_field"] = json!(1);
        let told = self
            .refuses(operation, &body, "with an unknown field")
            .await;
        if !mentions(told) {
            self.note(operation, "the unknown field is not named");
        }
    }

    /// Too large, of another type, not JSON.
    async fn transport(&self, operation: &Operation) {
        let larger = LARGER.iter().find(|(path, _)| *path == operation.path);
        let limit = larger.map_or(BODY_BYTES, |(_, bytes)| *bytes);
        let json = Some("application/json");
        let mut cases = vec![
            (json, vec![b' '; limit + 1], 413, "too large"),
            (Some("text/plain"), b"{}".to_vec(), 415, "as text/plain"),
            (None, b"{}".to_vec(), 415, "without a content type"),
        ];
        cases.extend(MALFORMED.map(|body| (json, body.to_vec(), 400, "malformed")));
        for (content_type, body, status, what) in cases {
            let shown = String::from_utf8_lossy(&body[..body.len().min(20)]).into_owned();
            let mut request = self.request(operation).body(body);
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let answer = self.api.send(request).await;
            let what = format!("{what} {shown:?}");
            self.check(operation, &answer, status, &what);
        }
    }

    /// Every path with the methods that it does not have.
    async fn methods(&self) {
        let mut paths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for operation in operations(self.document) {
            let path = operation.filled_path();
            paths.entry(path).or_default().insert(operation.method);
        }
        for (path, known) in paths {
            for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
                if known.contains(method) {
                    continue;
                }
                self.asked.set(self.asked.get() + 1);
                let request = self.api.request(method.parse().unwrap(), &path);
                let answer = self.api.send(request).await;
                answer.assert_problem(405, "METHOD_NOT_ALLOWED");
                let allow = answer.header("allow").unwrap_or_default();
                let allowed: BTreeSet<String> = allow.split(", ").map(str::to_owned).collect();
                assert_eq!(allowed, known, "{method} {path}");
            }
        }
    }

    fn request(&self, operation: &Operation) -> RequestBuilder {
        let method: Method = operation.method.parse().unwrap();
        self.api.request(method, &operation.filled_path())
    }

    async fn refuses(&self, operation: &Operation, body: &Value, what: &str) -> Option<Problem> {
        let request = self.request(operation).json(body);
        let answer = self.api.send(request).await;
        self.check(operation, &answer, 422, &format!("{what}: {body}"))
    }

    fn check(
        &self,
        operation: &Operation,
        answer: &Answer,
        status: u16,
        what: &str,
    ) -> Option<Problem> {
        self.asked.set(self.asked.get() + 1);
        let as_problem = answer.header("content-type") == Some("application/problem+json");
        let problem: Option<Problem> = serde_json::from_slice(&answer.body).ok();
        let agrees = problem
            .as_ref()
            .is_some_and(|problem| problem.status == status && !problem.detail.is_empty());
        if answer.status != status || !as_problem || !agrees {
            let text = answer.text();
            let told = format!("{what} is answered {}, not {status}: {text}", answer.status);
            self.note(operation, &told);
        } else if !operation.documents(status) {
            self.note(operation, &format!("{what}: {status} is not documented"));
        }
        problem
    }

    fn note(&self, operation: &Operation, what: &str) {
        let Operation { method, path, .. } = operation;
        self.breaches
            .borrow_mut()
            .push(format!("{method} {path}: {what}"));
    }
}

fn key(operation: &Operation) -> (&str, &str) {
    (&operation.method, &operation.path)
}

fn names(problem: &Problem, name: &str) -> bool {
    let pointer = format!("/{name}");
    let inside = format!("{pointer}/");
    let mut errors = problem.errors.iter();
    errors.any(|error| error.pointer == pointer || error.pointer.starts_with(&inside))
}
