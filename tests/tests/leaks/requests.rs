//! Every operation of the four documents, with secrets in all that a request is made of.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use stack_tests::{
    document::{Operation, operations},
    leaks::{Vault, leaves},
    stack::Stack,
};
use testkit::{Answer, Api};
use types::Service;

/// What was answered, by what was asked.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    pub(crate) all: Vec<(String, Vec<u8>)>,
}

impl Replies {
    pub(crate) fn keep(&mut self, more: Vec<(String, Vec<u8>)>) {
        self.all.extend(more);
    }

    fn add(&mut self, place: &str, answer: &Answer) {
        self.all
            .push((format!("the answer to {place}"), bytes(answer)));
    }
}

/// Status, headers and body.
pub(crate) fn bytes(answer: &Answer) -> Vec<u8> {
    let mut all = format!("{}\n", answer.status).into_bytes();
    for (name, value) in &answer.headers {
        all.extend_from_slice(format!("{name}: {value}\n").as_bytes());
    }
    all.extend_from_slice(&answer.body);
    all
}

/// Asks everything of all services.
pub(crate) async fn push(stack: &Stack, vault: &mut Vault, replies: &mut Replies) {
    for service in Service::ALL {
        let document = stack.site.shared(service).openapi().await.unwrap();
        let mut asker = Asker {
            service,
            api: stack.site.api(service),
            document: &document,
            vault: &mut *vault,
            replies: &mut *replies,
        };
        for operation in operations(&document) {
            asker.paths(&operation).await;
            asker.queries(&operation).await;
            asker.headers(&operation).await;
            asker.keys(&operation).await;
            if operation.takes_body() {
                asker.bodies(&operation).await;
            }
        }
        asker.strange_method().await;
    }
}

struct Asker<'test> {
    service: Service,
    api: Api,
    document: &'test Value,
    vault: &'test mut Vault,
    replies: &'test mut Replies,
}

impl Asker<'_> {
    fn entrance(&self, operation: &Operation, what: &str) -> String {
        let Operation { method, path, .. } = operation;
        format!("{} {method} {path}, {what}", self.service)
    }

    fn method(operation: &Operation) -> Method {
        operation.method.parse().unwrap()
    }

    async fn send(&mut self, entrance: &str, request: reqwest::RequestBuilder) {
        let answer = self.api.send(request).await;
        assert!(
            answer.status < 500 || answer.status == 503,
            "{entrance}: {}",
            answer.text()
        );
        self.replies.add(entrance, &answer);
    }

    async fn paths(&mut self, operation: &Operation) {
        for parameter in operation.parameters("path") {
            let entrance = self.entrance(operation, &format!("path {parameter}"));
            let secret = self.vault.word(&entrance);
            let path = operation.path_with(&parameter, &secret);
            let request = self.api.request(Self::method(operation), &path);
            self.send(&entrance, request).await;
        }
    }

    async fn queries(&mut self, operation: &Operation) {
        for parameter in operation.parameters("query") {
            let entrance = self.entrance(operation, &format!("query {parameter}"));
            let secret = self.vault.text(&entrance);
            let request = self
                .api
                .request(Self::method(operation), &operation.filled_path())
                .query(&[(parameter.as_str(), secret.as_str())]);
            self.send(&entrance, request).await;
        }
        let entrance = self.entrance(operation, "an unknown query");
        let pair = (self.vault.word(&entrance), self.vault.text(&entrance));
        let request = self
            .api
            .request(Self::method(operation), &operation.filled_path())
            .query(&[pair]);
        self.send(&entrance, request).await;
    }

    async fn headers(&mut self, operation: &Operation) {
        const HEADERS: [&str; 12] = [
            "x-request-id",
            "traceparent",
            "tracestate",
            "user-agent",
            "idempotency-key",
            "x-attune-service",
            "cookie",
            "referer",
            "accept",
            "accept-language",
            "if-none-match",
            "x-forwarded-for",
        ];
        let path = operation.filled_path();
        let mut request = self.api.request(Self::method(operation), &path);
        for name in HEADERS {
            let entrance = self.entrance(operation, &format!("header {name}"));
            request = request.header(name, self.vault.word(&entrance));
        }
        if operation.takes_body() {
            request = request.json(&json!({}));
        }
        let entrance = self.entrance(operation, "headers");
        self.send(&entrance, request).await;
        self.content_type(operation).await;
    }

    async fn content_type(&mut self, operation: &Operation) {
        if !operation.takes_body() {
            return;
        }
        let entrance = self.entrance(operation, "content-type and -encoding");
        let kind = format!("text/{}", self.vault.word(&entrance));
        let body = self.vault.text(&entrance);
        let request = self
            .api
            .request(Self::method(operation), &operation.filled_path())
            .header("content-type", kind)
            .header("content-encoding", self.vault.word(&entrance))
            .body(body);
        self.send(&entrance, request).await;
    }

    /// Keys that let nobody in.
    async fn keys(&mut self, operation: &Operation) {
        let path = operation.filled_path();
        let entrance = self.entrance(operation, "authorization");
        let api = self.api.with_key(&self.vault.word(&entrance));
        let request = api.request(Self::method(operation), &path);
        self.send(&entrance, request).await;
        let entrance = self.entrance(operation, "x-api-key");
        let request = self
            .api
            .without_key()
            .request(Self::method(operation), &path)
            .header("x-api-key", self.vault.word(&entrance));
        self.send(&entrance, request).await;
    }

    async fn bodies(&mut self, operation: &Operation) {
        let Some(schema) = operation.json_schema(self.document) else {
            return self.malformed(operation).await;
        };
        let (sample, found) = leaves(self.document, &schema);
        let mut whole = sample.clone();
        for leaf in found.iter().filter(|leaf| leaf.is_free) {
            let entrance = self.entrance(operation, &format!("field {}", leaf.pointer));
            *whole.pointer_mut(&leaf.pointer).unwrap() = json!(self.vault.text(&entrance));
        }
        let entrance = self.entrance(operation, "all texts");
        self.body(operation, &entrance, whole.clone()).await;
        for leaf in found.iter().filter(|leaf| !leaf.is_free) {
            let entrance = self.entrance(operation, &format!("field {}", leaf.pointer));
            let mut body = sample.clone();
            *body.pointer_mut(&leaf.pointer).unwrap() = json!(self.vault.text(&entrance));
            self.body(operation, &entrance, body).await;
        }
        let entrance = self.entrance(operation, "an unknown field");
        let mut body = sample.clone();
        if let Some(fields) = body.as_object_mut() {
            let name = self.vault.word(&entrance);
            fields.insert(name, json!(self.vault.text(&entrance)));
        }
        self.body(operation, &entrance, body).await;
        self.malformed(operation).await;
    }

    async fn body(&mut self, operation: &Operation, entrance: &str, body: Value) {
        let request = self
            .api
            .request(Self::method(operation), &operation.filled_path())
            .json(&body);
        self.send(entrance, request).await;
    }

    async fn malformed(&mut self, operation: &Operation) {
        let entrance = self.entrance(operation, "a malformed body");
        for frame in ["{}", "{\"a\": \"{}\"", "[\"{}\"]", "\"{}\"", "{\"{}\": 1}}"] {
            let text = frame.replace("{}", &self.vault.word(&entrance));
            for kind in ["application/json", "application/x-ndjson"] {
                let request = self
                    .api
                    .request(Self::method(operation), &operation.filled_path())
                    .header("content-type", kind)
                    .body(text.clone());
                self.send(&entrance, request).await;
            }
        }
    }

    async fn strange_method(&mut self) {
        let entrance = format!("{} a method", self.service);
        let secret = self.vault.word(&entrance);
        let method = Method::from_bytes(secret.as_bytes()).unwrap();
        let request = self.api.request(method, "/metrics");
        self.send(&entrance, request).await;
    }
}

/// What is no HTTP at all.
pub(crate) fn push_raw(stack: &Stack, vault: &mut Vault, replies: &mut Replies) {
    let frames: BTreeMap<&str, &str> = BTreeMap::from([
        ("a broken request line", "GET /{} HTTP/9.9\r\n\r\n"),
        ("a broken path", "GET {}\\ \x01 HTTP/1.1\r\nhost: x\r\n\r\n"),
        (
            "a broken header",
            "GET /livez HTTP/1.1\r\nhost: x\r\n{}\r\n\r\n",
        ),
        ("no HTTP", "{}\r\n\r\n"),
        (
            "a broken length",
            "POST /event HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
        ),
    ]);
    for (service, address) in &stack.site.addresses {
        for (what, frame) in &frames {
            let entrance = format!("{service} {what}");
            let text = frame.replace("{}", &vault.word(&entrance));
            let mut stream = TcpStream::connect(address).unwrap();
            stream
                .set_read_timeout(Some(Duration::from_millis(500)))
                .unwrap();
            stream.write_all(text.as_bytes()).unwrap();
            let mut answer = Vec::new();
            // Some are answered, some are cut off.
            let _cut_off = stream.read_to_end(&mut answer);
            replies
                .all
                .push((format!("the answer to {entrance}"), answer));
        }
    }
}
