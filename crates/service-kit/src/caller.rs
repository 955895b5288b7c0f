//! Calls to other services over HTTP.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use reqwest::{Method, Url, header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use types::{Service, problem::Problem};

use crate::{clock::Clock, trace::TraceParent};

/// The header in which a service says which one it is.
pub const SERVICE_HEADER: &str = "x-attune-service";

/// Why there was no reply at all.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct CallError(pub String);

/// A reply of any status.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// Whether the call succeeded.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether repeating the call could not change the reply: a success, or the caller's fault.
    pub fn is_final(&self) -> bool {
        self.is_success()
            || ((400..500).contains(&self.status)
                && !matches!(self.status, 401 | 403 | 408 | 425 | 429)
                && self
                    .problem()
                    .is_none_or(|problem| problem.code != "IDEMPOTENCY_KEY_IN_FLIGHT"))
    }

    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        serde_json::from_slice(&self.body)
            .map_err(|error| CallError(format!("the reply is not what was expected: {error}")))
    }

    /// The problem that the body describes, if it does.
    pub fn problem(&self) -> Option<Problem> {
        if self.is_success() {
            None
        } else {
            serde_json::from_slice(&self.body).ok()
        }
    }

    /// What the reply says went wrong.
    pub fn refusal(&self) -> String {
        self.problem().map_or_else(
            || format!("answered {}", self.status),
            |problem| format!("{} ({})", problem.detail, problem.code),
        )
    }
}

/// Calls the other services under this service's key.
#[derive(Clone)]
pub struct Caller {
    http: reqwest::Client,
    from: Option<Service>,
    peers: Arc<BTreeMap<Service, Url>>,
    key: Arc<SecretString>,
    clock: Clock,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Caller")
            .field("peers", &self.peers)
            .finish_non_exhaustive()
    }
}

/// Makes the HTTP client that everything uses: no redirects, and time limits on every call.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place the ban points to"
)]
pub fn http_client(limit: Duration) -> Result<reqwest::Client, CallError> {
    // Two services in one process may both try; only the first provider counts.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(limit)
        .connect_timeout(Duration::from_secs(3))
        .redirect(reqwest::redirect::Policy::none())
        .pool_idle_timeout(Duration::from_secs(20))
        .no_proxy()
        .build()
        .map_err(|error| CallError(format!("the HTTP client cannot be made: {error}")))
}

impl Caller {
    /// A caller that names itself `from` and shows `key`.
    pub fn new(
        from: Option<Service>,
        peers: BTreeMap<Service, Url>,
        key: SecretString,
        clock: Clock,
    ) -> Result<Self, CallError> {
        let http = http_client(Duration::from_secs(30))?;
        Ok(Self {
            http,
            from,
            peers: Arc::new(peers),
            key: Arc::new(key),
            clock,
        })
    }

    /// Where a service listens.
    pub fn address(&self, service: Service) -> Option<&Url> {
        self.peers.get(&service)
    }

    /// The clock it goes by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    fn url(&self, service: Service, path: &str) -> Result<Url, CallError> {
        let base = self
            .address(service)
            .ok_or_else(|| CallError(format!("the address of {service} is not known")))?;
        base.join(path)
            .map_err(|error| CallError(format!("{path} is not a path: {error}")))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Reply, CallError> {
        let request = match self.from {
            Some(service) => request.header(SERVICE_HEADER, service.name()),
            None => request,
        };
        let reply = request
            .bearer_auth(self.key.expose_secret())
            .send()
            .await
            .map_err(|error| CallError(describe(&error)))?;
        let status = reply.status().as_u16();
        let body = reply
            .bytes()
            .await
            .map_err(|error| CallError(describe(&error)))?
            .to_vec();
        Ok(Reply { status, body })
    }

    /// GET with a query.
    pub async fn get<Q: Serialize + Sync>(
        &self,
        service: Service,
        path: &str,
        query: &Q,
    ) -> Result<Reply, CallError> {
        let trace = TraceParent::fresh(&self.clock).header(&self.clock);
        let url = self.url(service, path)?;
        self.send(self.http.get(url).query(query).header("traceparent", trace))
            .await
    }

    /// Any method with a JSON body, under a fresh idempotency key.
    pub async fn call<B: Serialize + Sync>(
        &self,
        method: Method,
        service: Service,
        path: &str,
        body: &B,
    ) -> Result<Reply, CallError> {
        let trace = TraceParent::fresh(&self.clock).header(&self.clock);
        let request = self
            .http
            .request(method, self.url(service, path)?)
            .header("traceparent", trace)
            .header("idempotency-key", self.clock.random_id().to_string())
            .json(body);
        self.send(request).await
    }

    /// POST of a JSON body under a fresh idempotency key.
    pub async fn post<B: Serialize + Sync>(
        &self,
        service: Service,
        path: &str,
        body: &B,
    ) -> Result<Reply, CallError> {
        self.call(Method::POST, service, path, body).await
    }

    /// POST of a body of another content type.
    pub async fn post_bytes(
        &self,
        service: Service,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<Reply, CallError> {
        let request = self
            .http
            .post(self.url(service, path)?)
            .header(header::CONTENT_TYPE, content_type)
            .header("idempotency-key", self.clock.random_id().to_string())
            .body(body);
        self.send(request).await
    }

    pub(crate) async fn post_raw(
        &self,
        service: Service,
        path: &str,
        body: String,
        key: &str,
        trace_id: &str,
    ) -> Result<Reply, CallError> {
        let parent = TraceParent::parse(&format!("00-{trace_id}-0000000000000001-01"))
            .unwrap_or_else(|| TraceParent::fresh(&self.clock));
        let request = self
            .http
            .post(self.url(service, path)?)
            .header(header::CONTENT_TYPE, "application/json")
            .header("traceparent", parent.header(&self.clock))
            .header("idempotency-key", key)
            .body(body);
        self.send(request).await
    }
}

/// The whole chain of causes, without the address, which may hold a secret.
pub fn describe(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "no connection".to_owned()
    } else {
        "the call failed".to_owned()
    };
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
