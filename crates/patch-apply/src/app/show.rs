//! Pull requests and runs as they are shown.

use types::{
    ProposalId,
    patch::{Check, Pull, PullEnd, PullPage, QueuedMerge, Run as WireRun},
};

use super::{ActionError, App};
use crate::{
    domain::{pull::PullRequest, run::Run},
    store::StoreError,
};

/// The most that a list shows.
const MOST: u32 = 200;

/// A pull request under GitHub's names. `position` is its place in the merge queue, from 1.
pub(super) fn pull_on_the_wire(
    pull: PullRequest,
    checks: Vec<Check>,
    position: Option<u64>,
    html_url: String,
) -> Pull {
    let queue = pull.waiting.map(|waiting| QueuedMerge {
        position: position.unwrap_or(1),
        reason: waiting.reason,
        deadline: waiting.deadline,
        requested_by: waiting.requested_by,
    });
    Pull {
        number: pull.number,
        state: pull.state,
        merged: pull.merge_commit.is_some(),
        title: pull.title,
        body: pull.body,
        head: PullEnd {
            branch: pull.branch,
            sha: pull.head,
        },
        base: PullEnd {
            branch: pull.base_branch,
            sha: pull.base,
        },
        created_at: pull.created_at,
        merged_at: pull.merged_at,
        merged_by: pull.merged_by,
        merge_commit_sha: pull.merge_commit,
        html_url,
        proposal_id: pull.proposal_id,
        digest: pull.digest,
        checks,
        queue,
    }
}

impl App {
    pub(super) async fn show_pull(&self, pull: PullRequest) -> Result<Pull, ActionError> {
        let queue = match pull.waiting {
            Some(_) => self.store.merge_queue().await?,
            None => Vec::new(),
        };
        let position = queue.iter().position(|other| other.number == pull.number);
        let run = self.store.run(pull.proposal_id).await?;
        let checks = run
            .filter(|run| run.change.commit == pull.head)
            .map(|run| run.checks)
            .unwrap_or_default();
        let url = self.pull_url(pull.number);
        Ok(pull_on_the_wire(
            pull,
            checks,
            position.map(|index| index as u64 + 1),
            url,
        ))
    }

    /// A pull request.
    ///
    /// # Errors
    /// When there is none of this number.
    pub async fn pull(&self, number: u64) -> Result<Pull, ActionError> {
        let pull = self
            .store
            .pull(number)
            .await?
            .ok_or(ActionError::NoPull(number))?;
        self.show_pull(pull).await
    }

    /// The newest pull requests.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pulls(&self) -> Result<PullPage, ActionError> {
        let mut data = Vec::new();
        for pull in self.store.pulls(MOST).await? {
            data.push(self.show_pull(pull).await?);
        }
        Ok(PullPage { data })
    }

    /// The diff that a pull request asks to be merged, in its canonical form.
    ///
    /// # Errors
    /// When there is no such pull request, or its diff was replaced by another one since.
    pub async fn pull_diff(&self, number: u64) -> Result<String, ActionError> {
        let pull = self
            .store
            .pull(number)
            .await?
            .ok_or(ActionError::NoPull(number))?;
        let run = self.store.run(pull.proposal_id).await?;
        run.filter(|run| run.change.commit == pull.head)
            .map(|run| run.change.patch)
            .ok_or(ActionError::NoPull(number))
    }

    /// The record of a run.
    ///
    /// # Errors
    /// When there is none.
    pub async fn run(&self, id: ProposalId) -> Result<WireRun, ActionError> {
        let run = self.store.run(id).await?.ok_or(ActionError::NoRun(id))?;
        Ok(self.show_run(run).await?)
    }

    /// The newest runs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn runs(&self) -> Result<Vec<WireRun>, ActionError> {
        let mut data = Vec::new();
        for run in self.store.runs(MOST).await? {
            data.push(self.show_run(run).await?);
        }
        Ok(data)
    }

    pub(super) async fn show_run(&self, run: Run) -> Result<WireRun, StoreError> {
        let steps = self.store.steps(run.id).await?;
        let (landed, reverted) = (run.is_landed(), run.is_taken_back());
        Ok(WireRun {
            id: run.id,
            stage: run.stage,
            waiting_for: run.waiting_for,
            deadline: run.deadline,
            branch: run.branch,
            commit_sha: run.change.commit,
            merge_commit_sha: run.merge.filter(|_| landed).map(|landing| landing.commit),
            revert_commit_sha: run
                .revert
                .filter(|_| reverted)
                .map(|landing| landing.commit),
            steps,
        })
    }
}
