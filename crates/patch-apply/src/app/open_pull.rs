//! A pull request for a validated branch.

use service_kit::Act;
use types::{
    patch::{OpenPull, Pull, PullState},
    proposal::{RunOutcome, Stage},
};

use super::{ActionError, App, report, show::pull_on_the_wire, to_proposal_service};
use crate::{
    domain::{
        pull::PullRequest,
        run::{Run, State},
    },
    store::{Move, StepNote},
};

/// Whether a pull request is new.
#[derive(Clone, Debug)]
pub enum Opened {
    /// It is.
    New(Pull),
    /// It was opened before.
    Before(Pull),
}

impl App {
    /// Opens a pull request; one that is open already is the answer.
    ///
    /// # Errors
    /// When the branch has not passed validation, or belongs to another proposal.
    pub async fn open_pull(&self, act: &Act, request: OpenPull) -> Result<Opened, ActionError> {
        let run = self.run_on(&request.branch).await?;
        if run.id != request.proposal_id {
            return Err(ActionError::OtherProposal(request.branch));
        }
        if let Some(pull) = self.store.pull_of(run.id).await?
            && pull.head == run.change.commit
        {
            return Ok(Opened::Before(self.show_pull(pull).await?));
        }
        if run.state != State::Validated {
            return Err(ActionError::NotValidated(request.branch));
        }
        let base = self.target_tip().await?;
        let draft = PullRequest {
            number: 0,
            proposal_id: run.id,
            state: PullState::Open,
            title: run.change.title.clone(),
            body: self.clean(&request.body),
            branch: run.branch.clone(),
            head: run.change.commit.clone(),
            base_branch: self.target.branch.clone(),
            base,
            digest: run.change.digest.clone(),
            created_at: act.at,
            merged_at: None,
            merged_by: None,
            merge_commit: None,
            waiting: None,
        };
        self.insert(act, &run, draft).await.map(Opened::New)
    }

    async fn insert(&self, act: &Act, run: &Run, draft: PullRequest) -> Result<Pull, ActionError> {
        let after = run.to(State::PrOpen, Some("a person's merge".to_owned()));
        let note = StepNote::passed(
            "open_pr",
            format!("{} into {}", draft.branch, draft.base_branch),
        );
        let step = Move::new("run.open_pr", Some(run), after.clone()).note(note);
        let pull = self
            .store
            .open_pull(act, step, draft, |pull| {
                let url = self.pull_url(pull.number);
                let message = format!("pull request {} waits for a person's merge", pull.number);
                let mut event = report(&after, RunOutcome::Reached(Stage::PrOpen), message);
                event.pull_number = Some(pull.number);
                event.pull_url = Some(url.clone());
                event.commit = Some(pull.head.clone());
                let wire = pull_on_the_wire(pull.clone(), after.checks.clone(), None, url);
                Ok((to_proposal_service(&event)?, wire))
            })
            .await?;
        self.keep_head(&pull).await;
        Ok(pull)
    }

    /// Names the head in the mirror, as forges do. It is for people who look: nothing reads it.
    async fn keep_head(&self, pull: &Pull) {
        let name = format!("refs/pull/{}/head", pull.number);
        let kept = match self.git() {
            Ok(repository) => repository.keep(name, &pull.head.sha).await,
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            tracing::warn!(error = %error, "the head of pull request {} has no name: {error}", pull.number);
        }
    }
}
