//! Proposes a change.

use service_kit::{
    act::Act,
    db::{DbError, Tx},
};
use tracing::{info, instrument};
use types::{
    FindingId, ProposalId, Timestamp,
    analysis::Breaker,
    key::Role,
    proposal::{NewProposal, Proposal, ProposalStatus},
};

use super::{App, CheckError, Checked, save::subject};
use crate::{
    domain::{
        breaker,
        case::Case,
        draft::{self, FieldFault},
        notice,
        path::markdown_path,
    },
    store::{self, proposal::Rejection},
};

/// What came of proposing.
#[derive(Debug)]
pub(crate) enum Proposed {
    /// It is proposed.
    New(Box<Proposal>),
    /// The finding has an open proposal already: this one.
    Known(Box<Proposal>),
}

/// Why nothing was proposed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProposeError {
    /// A field cannot be taken.
    #[error(transparent)]
    Field(#[from] FieldFault),
    /// A person said no to the same finding not long ago.
    #[error("a proposal for this finding was rejected at {}; it can be proposed again at {until}", .rejection.at)]
    RecentlyRejected {
        /// The rejection.
        rejection: Rejection,
        /// When it may be proposed again.
        until: Timestamp,
    },
    /// Too much went wrong lately.
    #[error("the breaker {} is open: {}", .0.name, .0.reason.as_deref().unwrap_or("no reason is known"))]
    BreakerOpen(Box<Breaker>),
    /// The diff was not accepted.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl App {
    /// Proposes a change, unless its finding has an open proposal, was rejected lately, a breaker
    /// is open or the diff is refused.
    #[instrument(skip_all, fields(actor = %act.actor))]
    pub(crate) async fn propose(
        &self,
        act: &Act,
        new: NewProposal,
    ) -> Result<Proposed, ProposeError> {
        let draft = draft::checked(new, &self.redactor, self.settings.patch_bytes)?;
        if let Some(finding) = &draft.finding_id
            && let Some(known) = self.known(finding, act.at).await?
        {
            return Ok(known);
        }
        let author_is_person = act.role != Role::Service;
        let breakers = store::breaker::all(&mut &self.db, act.at).await?;
        if let Some(open) = breaker::holding(breakers, draft.category, author_is_person) {
            return Err(ProposeError::BreakerOpen(Box::new(open)));
        }
        let checked = self.check(&draft.base_commit, &draft.patch).await?;
        let finding = draft.finding_id.clone();
        let case = self.new_case(act, draft, checked, author_is_person);
        let mut tx = self.db.begin(act).await?;
        if store::proposal::insert(&mut tx, &case).await? {
            return self.accept(tx, case).await;
        }
        drop(tx);
        self.overtaken(finding).await
    }

    /// The open proposal for a finding, or an error when one was rejected lately.
    async fn known(
        &self,
        finding: &FindingId,
        now: Timestamp,
    ) -> Result<Option<Proposed>, ProposeError> {
        if let Some(open) = store::proposal::find_open(&mut &self.db, finding).await? {
            return Ok(Some(Proposed::Known(Box::new(open.proposal))));
        }
        let pause = self.settings.rejected_pause();
        let since = now.minus(pause);
        match store::proposal::rejection_since(&mut &self.db, finding, since).await? {
            Some(rejection) => {
                let until = rejection.at.plus(pause);
                Err(ProposeError::RecentlyRejected { rejection, until })
            }
            None => Ok(None),
        }
    }

    fn new_case(
        &self,
        act: &Act,
        draft: NewProposal,
        checked: Checked,
        author_is_person: bool,
    ) -> Case {
        let id = ProposalId(self.clock.random_id());
        let proposal = Proposal {
            id,
            revision: 1,
            status: ProposalStatus::Pending,
            stage: None,
            stage_reason: Some("waits for a person to approve or reject it".to_owned()),
            stage_deadline: None,
            finding_id: draft.finding_id,
            markdown_path: markdown_path(id, &draft.title, act.at),
            title: draft.title,
            category: draft.category,
            severity: draft.severity,
            author: act.actor.clone(),
            agents: draft.agents,
            problem: draft.problem,
            evidence: draft.evidence,
            root_cause: draft.root_cause,
            solution: draft.solution,
            patch: checked.patch,
            digest: checked.digest,
            base_commit: draft.base_commit,
            result_tree: checked.result_tree,
            policy_digest: checked.policy_digest,
            paths: checked.paths,
            risk: draft.risk,
            rollback: draft.rollback,
            decisions: Vec::new(),
            log: Vec::new(),
            branch: None,
            pull_number: None,
            pull_url: None,
            merge_commit: None,
            revert_commit: None,
            window_id: None,
            verdict: None,
            effect: None,
            created_at: act.at,
            updated_at: act.at,
        };
        Case {
            proposal,
            version: 1,
            author_is_person,
            taking_back: false,
        }
    }

    async fn accept(&self, mut tx: Tx, case: Case) -> Result<Proposed, ProposeError> {
        let nothing: Option<&Proposal> = None;
        tx.journal(
            "proposal.create",
            &subject(&case),
            nothing,
            Some(&case.proposal),
        )
        .await?;
        let message = format!("proposal {}: pending", case.short_id());
        self.record(&mut tx, &case, message).await?;
        self.announce(&mut tx, notice::of_new(&case)).await?;
        tx.commit_with(201, &case.proposal).await?;
        let proposal = case.proposal;
        info!(proposal.id = %proposal.id, "{} proposed {}", proposal.author, proposal.id);
        Ok(Proposed::New(Box::new(proposal)))
    }

    /// Another proposal for the same finding came first.
    async fn overtaken(&self, finding: Option<FindingId>) -> Result<Proposed, ProposeError> {
        let contended = || DbError::Contended("a proposal that came first".to_owned());
        let finding = finding.ok_or_else(contended)?;
        let open = store::proposal::find_open(&mut &self.db, &finding).await?;
        let open = open.ok_or_else(contended)?;
        Ok(Proposed::Known(Box::new(open.proposal)))
    }
}
