//! What all services answer to.

use serde_json::Value;
use service_kit::caller::Caller;
use types::{
    Service,
    journal::{JournalCheck, JournalPage},
    key::{KeyRecord, NewKey},
};

use crate::error::{ClientError, expect};

/// The routes that every service has.
#[derive(Clone, Debug)]
pub struct Shared {
    caller: Caller,
    service: Service,
}

impl Shared {
    /// Those of one service.
    pub fn new(caller: Caller, service: Service) -> Self {
        Self { caller, service }
    }

    /// Whether it is there.
    pub async fn health(&self) -> Result<Value, ClientError> {
        expect(&self.caller.get(self.service, "/health", &()).await?)
    }

    /// Whether it is ready; an error says what is missing.
    pub async fn ready(&self) -> Result<(), String> {
        let reply = self
            .caller
            .get(self.service, "/readyz", &())
            .await
            .map_err(|error| error.to_string())?;
        if reply.is_success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&reply.body).into_owned())
    }

    /// A page of the journal.
    pub async fn journal(&self, cursor: Option<&str>) -> Result<JournalPage, ClientError> {
        let query: Vec<(&str, &str)> = cursor
            .into_iter()
            .map(|cursor| ("cursor", cursor))
            .collect();
        expect(&self.caller.get(self.service, "/journal", &query).await?)
    }

    /// Checks the journal's chain.
    pub async fn verify_journal(&self) -> Result<JournalCheck, ClientError> {
        expect(
            &self
                .caller
                .get(self.service, "/journal/verify", &())
                .await?,
        )
    }

    /// All keys.
    pub async fn keys(&self) -> Result<Vec<KeyRecord>, ClientError> {
        expect(&self.caller.get(self.service, "/keys", &()).await?)
    }

    /// Registers a key.
    pub async fn create_key(&self, key: &NewKey) -> Result<KeyRecord, ClientError> {
        expect(&self.caller.post(self.service, "/keys", key).await?)
    }

    /// Ends a key.
    pub async fn revoke_key(&self, id: &str) -> Result<KeyRecord, ClientError> {
        let path = format!("/keys/{id}");
        expect(
            &self
                .caller
                .call(reqwest::Method::DELETE, self.service, &path, &())
                .await?,
        )
    }

    /// The OpenAPI document.
    pub async fn openapi(&self) -> Result<Value, ClientError> {
        expect(&self.caller.get(self.service, "/openapi.json", &()).await?)
    }
}
