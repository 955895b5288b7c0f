//! observer.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use service_kit::{Clock, caller::Caller};
use types::{
    Service,
    analysis::{FindingPage, PlaybookPage},
    event::{BatchOutcome, Operation},
    series::{Series, SeriesQuery},
};

use crate::error::{ClientError, expect};

const SERVICE: Service = Service::Observer;

/// Which findings to list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FindingFilter {
    /// Only those of this agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Only those seen at least so often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
}

/// Which operations to list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OperationFilter {
    /// Only this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// Only those of this agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Typed calls to observer.
#[derive(Clone, Debug)]
pub struct Observer(Caller);

impl Observer {
    /// Calls by `caller`.
    pub fn new(caller: Caller) -> Self {
        Self(caller)
    }

    pub(crate) fn clock(&self) -> &Clock {
        self.0.clock()
    }

    /// Sends operations as NDJSON; they are on disk when this returns.
    pub async fn send(&self, operations: &[Operation]) -> Result<BatchOutcome, ClientError> {
        let mut lines = Vec::with_capacity(operations.len() * 400);
        for operation in operations {
            if serde_json::to_writer(&mut lines, operation).is_ok() {
                lines.push(b'\n');
            }
        }
        let reply = self
            .0
            .post_bytes(SERVICE, "/events", "application/x-ndjson", lines)
            .await?;
        expect(&reply)
    }

    /// Findings, the most frequent first.
    pub async fn findings(&self, filter: &FindingFilter) -> Result<FindingPage, ClientError> {
        expect(&self.0.get(SERVICE, "/findings", filter).await?)
    }

    /// Playbooks.
    pub async fn playbooks(&self) -> Result<PlaybookPage, ClientError> {
        expect(&self.0.get(SERVICE, "/playbooks", &()).await?)
    }

    /// What is counted, by minute.
    pub async fn series(&self, query: &SeriesQuery) -> Result<Series, ClientError> {
        expect(&self.0.get(SERVICE, "/series", query).await?)
    }

    /// Totals.
    pub async fn stats(&self) -> Result<Value, ClientError> {
        expect(&self.0.get(SERVICE, "/stats", &()).await?)
    }

    /// Operations, the newest first.
    pub async fn operations(&self, filter: &OperationFilter) -> Result<Value, ClientError> {
        expect(&self.0.get(SERVICE, "/ops", filter).await?)
    }

    /// Runs an analysis job now; what came of it.
    pub async fn run_job(&self, name: &str) -> Result<Value, ClientError> {
        let path = format!("/analysis/{name}/run");
        expect(&self.0.post(SERVICE, &path, &serde_json::json!({})).await?)
    }

    /// The analysis jobs and when they run next.
    pub async fn jobs(&self) -> Result<Value, ClientError> {
        expect(&self.0.get(SERVICE, "/analysis", &()).await?)
    }
}
