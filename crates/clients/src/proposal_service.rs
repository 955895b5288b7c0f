//! proposal-service.

use serde::Serialize;
use service_kit::caller::Caller;
use types::{
    ProposalId, Service,
    analysis::{Breaker, Breakers},
    proposal::{
        Approve, Confirm, NewProposal, Proposal, ProposalPage, ProposalStatus, Reason,
        ReviseProposal,
    },
};

use crate::error::{ClientError, expect};

const SERVICE: Service = Service::ProposalService;

/// Which proposals to list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ProposalFilter {
    /// Only those that stand here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ProposalStatus>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Typed calls to proposal-service.
#[derive(Clone, Debug)]
pub struct ProposalService(Caller);

impl ProposalService {
    /// Calls by `caller`.
    pub fn new(caller: Caller) -> Self {
        Self(caller)
    }

    /// Proposes a change.
    pub async fn propose(&self, new: &NewProposal) -> Result<Proposal, ClientError> {
        expect(&self.0.post(SERVICE, "/proposals", new).await?)
    }

    /// Some proposals, the newest first.
    pub async fn list(&self, filter: &ProposalFilter) -> Result<ProposalPage, ClientError> {
        expect(&self.0.get(SERVICE, "/proposals", filter).await?)
    }

    /// One proposal.
    pub async fn get(&self, id: ProposalId) -> Result<Proposal, ClientError> {
        expect(
            &self
                .0
                .get(SERVICE, &format!("/proposals/{id}"), &())
                .await?,
        )
    }

    /// Says yes to exactly one diff.
    pub async fn approve(&self, id: ProposalId, body: &Approve) -> Result<Proposal, ClientError> {
        expect(
            &self
                .0
                .post(SERVICE, &format!("/proposals/{id}/approve"), body)
                .await?,
        )
    }

    /// Says no.
    pub async fn reject(&self, id: ProposalId, body: &Reason) -> Result<Proposal, ClientError> {
        expect(
            &self
                .0
                .post(SERVICE, &format!("/proposals/{id}/reject"), body)
                .await?,
        )
    }

    /// Keeps a change that nothing was proven about.
    pub async fn confirm(&self, id: ProposalId, body: &Confirm) -> Result<Proposal, ClientError> {
        expect(
            &self
                .0
                .post(SERVICE, &format!("/proposals/{id}/confirm"), body)
                .await?,
        )
    }

    /// Takes a merged change back.
    pub async fn revert(&self, id: ProposalId, body: &Reason) -> Result<Proposal, ClientError> {
        expect(
            &self
                .0
                .post(SERVICE, &format!("/proposals/{id}/revert"), body)
                .await?,
        )
    }

    /// Gives a blocked or stale proposal a new diff.
    pub async fn revise(
        &self,
        id: ProposalId,
        body: &ReviseProposal,
    ) -> Result<Proposal, ClientError> {
        expect(
            &self
                .0
                .post(SERVICE, &format!("/proposals/{id}/revise"), body)
                .await?,
        )
    }

    /// All breakers.
    pub async fn breakers(&self) -> Result<Breakers, ClientError> {
        expect(&self.0.get(SERVICE, "/breakers", &()).await?)
    }

    /// Closes a breaker.
    pub async fn reset_breaker(&self, name: &str) -> Result<Breaker, ClientError> {
        let empty = serde_json::json!({});
        expect(
            &self
                .0
                .post(SERVICE, &format!("/breakers/{name}/reset"), &empty)
                .await?,
        )
    }
}
