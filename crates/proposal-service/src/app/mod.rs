//! Use cases: load, decide, save.

mod approve;
mod breaker;
mod confirm;
mod peer;
mod propose;
mod read;
mod reject;
mod replies;
mod report;
mod revert;
mod revise;
mod run_event;
mod save;
mod stale;
mod window_closed;

use clients::PatchApply;
use service_kit::{
    clock::Clock,
    db::{Db, DbError, Tx},
    redaction::CountingRedactor,
};
use types::{ProposalId, proposal::Proposal};

use crate::{
    domain::{approval::NoApproval, case::Case, draft::FieldFault, standing::Refusal},
    settings::ProposalSettings,
    store::proposal,
};

pub(crate) use peer::{CheckError, Checked};
pub(crate) use propose::{ProposeError, Proposed};
pub(crate) use read::{cursor, place};
pub(crate) use revise::ReviseError;
pub(crate) use run_event::ReportError;

/// What the use cases work with.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) redactor: CountingRedactor,
    pub(crate) patch_apply: PatchApply,
    pub(crate) settings: ProposalSettings,
    pub(crate) proposals_branch: String,
}

/// Why a decision was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecideError {
    /// There is no such proposal.
    #[error("there is no proposal with this id")]
    NotFound,
    /// A field cannot be taken.
    #[error(transparent)]
    Field(#[from] FieldFault),
    /// It is not possible from where the proposal stands.
    #[error("{why}")]
    Refused {
        /// Why.
        why: Refusal,
        /// Where it stands.
        proposal: Box<Proposal>,
    },
    /// The yes does not count.
    #[error("{why}")]
    NoApproval {
        /// Why.
        why: NoApproval,
        /// Where it stands.
        proposal: Box<Proposal>,
    },
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl App {
    /// The proposal, held until the change is committed or dropped.
    async fn locked(&self, tx: &mut Tx, id: ProposalId) -> Result<Case, DecideError> {
        proposal::lock(tx, id).await?.ok_or(DecideError::NotFound)
    }
}

/// Says where the proposal stands that refused.
fn refused(case: &Case) -> impl FnOnce(Refusal) -> DecideError {
    let proposal = Box::new(case.proposal.clone());
    move |why| DecideError::Refused { why, proposal }
}
