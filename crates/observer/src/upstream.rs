//! The service whose calls are watched.

use std::time::Duration;

use reqwest::{Client, Url, header};
use service_kit::caller::{CallError, describe, http_client};

use crate::settings::ObserverSettings;

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    /// There is nothing to call.
    #[error(
        "the setting observer.upstream is missing: the address of the service to call, such as http://127.0.0.1:3700"
    )]
    NotConfigured,
    /// The path leads out of what is configured.
    #[error("this path leads out of the address in the setting observer.upstream")]
    OutOfBounds,
    /// It did not answer, or not in time.
    #[error("the upstream gave no answer: {0}")]
    NoAnswer(String),
    /// It answered too much.
    #[error("the upstream answered with more than {0} bytes")]
    TooLarge(usize),
}

/// The service, if one is configured.
#[derive(Clone, Debug)]
pub(crate) struct Upstream {
    http: Client,
    base: Option<Url>,
    limit_bytes: usize,
}

/// What it answered.
#[derive(Clone, Debug)]
pub(crate) struct UpstreamReply {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Upstream {
    pub(crate) fn new(settings: &ObserverSettings) -> Result<Self, CallError> {
        Ok(Self {
            http: http_client(Duration::from_secs(settings.upstream_timeout_seconds))?,
            base: settings.upstream.clone(),
            limit_bytes: settings.batch_bytes,
        })
    }

    /// Where a path and query lead: below the configured address, nowhere else.
    pub(crate) fn url(&self, path: &str, query: &str) -> Result<Url, UpstreamError> {
        let base = self.base.as_ref().ok_or(UpstreamError::NotConfigured)?;
        let root = base.path().trim_end_matches('/');
        let mut url = base.clone();
        // Setting a path leaves scheme, host and port alone, and resolves `..`.
        url.set_path(&format!("{root}/{path}"));
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        match url.path().strip_prefix(root) {
            Some(inside) if inside.starts_with('/') => Ok(url),
            _ => Err(UpstreamError::OutOfBounds),
        }
    }

    /// Posts JSON. Nothing of the caller's goes along but the body and its idempotency key.
    pub(crate) async fn post(
        &self,
        url: Url,
        body: Vec<u8>,
        idempotency_key: Option<&str>,
    ) -> Result<UpstreamReply, UpstreamError> {
        let mut request = self
            .http
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let no_answer = |error: reqwest::Error| UpstreamError::NoAnswer(describe(&error));
        let mut reply = request.send().await.map_err(no_answer)?;
        let content_type = reply.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        let mut body = Vec::new();
        while let Some(part) = reply.chunk().await.map_err(no_answer)? {
            if self.limit_bytes < body.len() + part.len() {
                return Err(UpstreamError::TooLarge(self.limit_bytes));
            }
            body.extend_from_slice(&part);
        }
        Ok(UpstreamReply {
            status: reply.status().as_u16(),
            content_type,
            body,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstream(base: &str) -> Upstream {
        let settings = ObserverSettings {
            upstream: Some(base.parse().unwrap()),
            ..ObserverSettings::default()
        };
        Upstream::new(&settings).unwrap()
    }

    #[test]
    fn no_path_leads_out_of_the_configured_address() {
        for (base, path, expected) in [
            ("http://a:1", "search", Some("http://a:1/search")),
            ("http://a:1/", "a/b", Some("http://a:1/a/b")),
            ("http://a:1/v1/", "x", Some("http://a:1/v1/x")),
            (
                "http://a:1",
                "/evil.example/x",
                Some("http://a:1//evil.example/x"),
            ),
            (
                "http://a:1",
                "http://evil.example",
                Some("http://a:1/http://evil.example"),
            ),
            ("http://a:1", "a/../b", Some("http://a:1/b")),
            ("http://a:1", "a%2Fb?c#d", Some("http://a:1/a%2Fb%3Fc%23d")),
            ("http://a:1/v1", "../secret", None),
            ("http://a:1/v1", "%2e%2e/secret", None),
            ("http://a:1/v1", "../v12", None),
        ] {
            let url = upstream(base).url(path, "");
            let url = url.ok().map(|url| url.to_string());
            assert_eq!(url.as_deref(), expected, "{base} {path}");
        }
        let url = upstream("http://a:1").url("x", "q=1").unwrap();
        assert_eq!(url.query(), Some("q=1"));
    }
}
