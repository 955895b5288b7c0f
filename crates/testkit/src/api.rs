//! Plain HTTP with checks.

use std::{net::SocketAddr, time::Duration};

use reqwest::{Method, RequestBuilder};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use types::problem::Problem;

/// A service as a client with one key sees it.
#[derive(Clone, Debug)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    key: Option<String>,
}

/// What a service answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Api {
    /// Calls with this key.
    pub fn new(address: SocketAddr, key: &str) -> Self {
        let http = service_kit::caller::http_client(Duration::from_secs(20)).unwrap();
        Self {
            http,
            base: format!("http://{address}"),
            key: Some(key.to_owned()),
        }
    }

    /// The same service without a key.
    #[must_use]
    pub fn without_key(&self) -> Self {
        Self {
            key: None,
            ..self.clone()
        }
    }

    /// The same service with another key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self.clone()
        }
    }

    /// A request to be completed by the test.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// Sends a request that a test completed.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let reply = request.send().await.unwrap();
        let headers = reply
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let status = reply.status().as_u16();
        Answer {
            status,
            headers,
            body: reply.bytes().await.unwrap().to_vec(),
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// POST of JSON under an idempotency key.
    pub async fn post_keyed(&self, path: &str, key: &str, body: &impl Serialize) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("idempotency-key", key)
            .json(body);
        self.send(request).await
    }

    /// PUT of JSON.
    pub async fn put(&self, path: &str, body: &impl Serialize) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as a `T`, after checking the status.
    pub fn expect<T: DeserializeOwned>(&self, status: u16) -> T {
        assert_eq!(self.status, status, "{}", self.text());
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The body as any JSON, after checking the status.
    pub fn json(&self, status: u16) -> Value {
        self.expect(status)
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The problem that this answer is, after checking status, code and form.
    pub fn assert_problem(&self, status: u16, code: &str) -> Problem {
        let problem: Problem = self.expect(status);
        assert_eq!(problem.code, code, "{}", self.text());
        assert_eq!(problem.status, status);
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        problem
    }
}
