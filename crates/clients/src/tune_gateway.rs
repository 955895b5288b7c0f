//! tune-gateway.

use serde::Serialize;
use service_kit::caller::Caller;
use types::{
    Service, WindowId,
    window::{
        CloseStatus, CloseWindow, ExtendWindow, JoinQueue, MonitoringWindow, OpenWindow,
        QueueEntry, QueuePage, WindowDetail, WindowPage, WindowStatus,
    },
};

use crate::error::{ClientError, expect};

const SERVICE: Service = Service::TuneGateway;
const BASE: &str = "/api/agent-tune";

/// Which windows to list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct WindowFilter {
    /// Only those that stand here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<WindowStatus>,
    /// Only those over this agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Typed calls to tune-gateway.
#[derive(Clone, Debug)]
pub struct TuneGateway(Caller);

impl TuneGateway {
    /// Calls by `caller`.
    pub fn new(caller: Caller) -> Self {
        Self(caller)
    }

    /// The active windows: one or none.
    pub async fn active(&self) -> Result<Vec<MonitoringWindow>, ClientError> {
        expect(
            &self
                .0
                .get(SERVICE, &format!("{BASE}/monitoring"), &())
                .await?,
        )
    }

    /// Opens a window.
    pub async fn open(&self, body: &OpenWindow) -> Result<MonitoringWindow, ClientError> {
        expect(
            &self
                .0
                .post(SERVICE, &format!("{BASE}/monitoring"), body)
                .await?,
        )
    }

    /// A window with its evaluations.
    pub async fn window(&self, id: WindowId) -> Result<WindowDetail, ClientError> {
        expect(
            &self
                .0
                .get(SERVICE, &format!("{BASE}/monitoring/{id}"), &())
                .await?,
        )
    }

    /// Some windows, the newest first.
    pub async fn windows(&self, filter: &WindowFilter) -> Result<WindowPage, ClientError> {
        expect(
            &self
                .0
                .get(SERVICE, &format!("{BASE}/windows"), filter)
                .await?,
        )
    }

    /// Closes a window by hand.
    pub async fn close(
        &self,
        id: WindowId,
        status: CloseStatus,
    ) -> Result<MonitoringWindow, ClientError> {
        let path = format!("{BASE}/monitoring/{id}/close");
        let body = CloseWindow { status };
        expect(
            &self
                .0
                .call(reqwest::Method::PUT, SERVICE, &path, &body)
                .await?,
        )
    }

    /// Lets a window run longer.
    pub async fn extend(
        &self,
        id: WindowId,
        body: &ExtendWindow,
    ) -> Result<MonitoringWindow, ClientError> {
        let path = format!("{BASE}/monitoring/{id}/extend");
        expect(&self.0.post(SERVICE, &path, body).await?)
    }

    /// Frees the slot before the window has proved anything.
    pub async fn release(&self, id: WindowId) -> Result<MonitoringWindow, ClientError> {
        let path = format!("{BASE}/monitoring/{id}/release");
        expect(&self.0.post(SERVICE, &path, &serde_json::json!({})).await?)
    }

    /// Who waits for the slot.
    pub async fn queue(&self) -> Result<QueuePage, ClientError> {
        expect(&self.0.get(SERVICE, &format!("{BASE}/queue"), &()).await?)
    }

    /// Waits for the slot; joining twice keeps the first place.
    pub async fn join_queue(&self, body: &JoinQueue) -> Result<QueueEntry, ClientError> {
        expect(&self.0.post(SERVICE, &format!("{BASE}/queue"), body).await?)
    }
}
