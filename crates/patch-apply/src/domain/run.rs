//! A run: one proposal's way onto the target branch, into production, and back.

use serde::{Deserialize, Serialize};
use types::{
    CommitSha, Digest, FindingId, ProposalId, Timestamp, WindowId, patch::Check, proposal::Stage,
};

/// Where a run stands. [`Stage`] is what the world is shown of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The diff is on a branch.
    Branch,
    /// Policy and validators passed.
    Validated,
    /// A pull request waits for a person, or in the queue after a person's merge.
    PrOpen,
    /// The merge commit is decided and is being brought to the target.
    Merging,
    /// The deploy steps run.
    Deploying,
    /// Deployed, but another window is active.
    AwaitingSlot,
    /// The gateway was asked for the window.
    OpeningWindow,
    /// The window is open.
    Monitoring,
    /// The window ended without proof.
    Confirming,
    /// The change stays.
    Done,
    /// The revert commit is being brought to the target.
    Reverting,
    /// The deploy steps run on the old state.
    Redeploying,
    /// The change is gone.
    Reverted,
    /// The change could not be taken back.
    RevertFailed,
    /// Something failed before or while the change was deployed; nothing of it is left.
    Failed,
    /// The diff no longer applies to the target branch.
    Stale,
}

impl State {
    /// Whether the change is on the target branch, or about to be, and not yet kept or gone.
    pub fn holds_slot(self) -> bool {
        matches!(
            self,
            Self::Merging
                | Self::Deploying
                | Self::AwaitingSlot
                | Self::OpeningWindow
                | Self::Monitoring
        )
    }

    /// Whether nothing of the diff has reached the target branch, or nothing is left of it, so
    /// that another diff may take its place.
    pub fn is_replaceable(self) -> bool {
        matches!(
            self,
            Self::Branch
                | Self::Validated
                | Self::PrOpen
                | Self::Failed
                | Self::Stale
                | Self::Reverted
        )
    }

    /// Whether the run is over and nothing of it is left on the target branch.
    pub fn has_ended_without_effect(self) -> bool {
        matches!(self, Self::Failed | Self::Stale | Self::Reverted)
    }

    /// Whether the change is on the target branch and can be taken back.
    pub fn is_revertible(self) -> bool {
        matches!(
            self,
            Self::Deploying
                | Self::AwaitingSlot
                | Self::OpeningWindow
                | Self::Monitoring
                | Self::Confirming
                | Self::Done
                | Self::RevertFailed
        )
    }

    /// Whether the change is being taken back.
    pub fn is_under_way_back(self) -> bool {
        matches!(self, Self::Reverting | Self::Redeploying)
    }

    /// Whether the change is on its way back or gone.
    pub fn is_going_back(self) -> bool {
        self.is_under_way_back() || self == Self::Reverted
    }
}

/// What a diff was decided on, and the commit made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// One line.
    pub title: String,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// The finding it answers.
    pub finding_id: Option<FindingId>,
    /// Whose behaviour it changes.
    pub agents: Vec<String>,
    /// Digest of the whole request.
    pub request: Digest,
    /// The canonical diff.
    pub patch: String,
    /// Its digest.
    pub digest: Digest,
    /// The files it touches, old and new names.
    pub paths: Vec<String>,
    /// The commit on the target branch that it was put onto.
    pub parent: CommitSha,
    /// The files with the change.
    pub tree: CommitSha,
    /// The commit.
    pub commit: CommitSha,
    /// Its message.
    pub message: String,
    /// Its time.
    pub written_at: Timestamp,
}

/// A commit on the target branch that is decided before it is brought there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landing {
    /// The tip it goes onto.
    pub onto: CommitSha,
    /// Its files.
    pub tree: CommitSha,
    /// Its id.
    pub commit: CommitSha,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Why a change is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retreat {
    /// In words.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether a deploy step had failed: the run then ends as failed, not as reverted.
    pub after_failed_deploy: bool,
}

/// Everything that is known of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The proposal.
    pub id: ProposalId,
    /// Where it stands.
    pub state: State,
    /// The stage that was reached last.
    pub stage: Stage,
    /// What it waits for, or why it ended.
    pub waiting_for: Option<String>,
    /// Until when.
    pub deadline: Option<Timestamp>,
    /// Whether the change is on the target branch and not yet kept or gone: one run at a time.
    pub holds_slot: bool,
    /// The branch.
    pub branch: String,
    /// Whether the target has the branch.
    pub is_pushed: bool,
    /// The diff.
    pub change: Change,
    /// What validation found.
    pub checks: Vec<Check>,
    /// The merge commit, once decided.
    pub merge: Option<Landing>,
    /// When the merge commit came to the target branch.
    pub landed_at: Option<Timestamp>,
    /// Why it is taken back.
    pub retreat: Option<Retreat>,
    /// The revert commit, once decided.
    pub revert: Option<Landing>,
    /// The deploy steps that passed in the deployment under way.
    pub deployed_steps: Vec<String>,
    /// When the deployment was done.
    pub deployed_at: Option<Timestamp>,
    /// The window.
    pub window_id: Option<WindowId>,
    /// When the run began.
    pub created_at: Timestamp,
    /// How often it changed: what compare-and-swap compares.
    pub version: i64,
}

impl Run {
    /// A run whose diff is on a branch.
    pub fn begun(id: ProposalId, branch: String, change: Change) -> Self {
        Self {
            id,
            state: State::Branch,
            stage: Stage::Branch,
            waiting_for: Some("validation of the branch".to_owned()),
            deadline: None,
            holds_slot: false,
            branch,
            is_pushed: false,
            created_at: change.written_at,
            change,
            checks: Vec::new(),
            merge: None,
            landed_at: None,
            retreat: None,
            revert: None,
            deployed_steps: Vec::new(),
            deployed_at: None,
            window_id: None,
            version: 0,
        }
    }

    /// Whether the merge commit is on the target branch.
    pub fn is_landed(&self) -> bool {
        self.merge.is_some() && self.landed_at.is_some()
    }

    /// Whether the revert commit is on the target branch.
    pub fn is_taken_back(&self) -> bool {
        self.revert.is_some() && self.state != State::Reverting
    }

    /// The same run in another state, with what it now waits for.
    #[must_use]
    pub fn to(&self, state: State, waiting_for: Option<String>) -> Self {
        Self {
            state,
            stage: stage_of(state).unwrap_or(self.stage),
            holds_slot: state.holds_slot() || (state.is_under_way_back() && self.holds_slot),
            waiting_for,
            deadline: None,
            ..self.clone()
        }
    }

    /// The same run, about to be taken back.
    #[must_use]
    pub fn retreating(&self, retreat: Retreat) -> Self {
        let waiting_for = format!("the change to be taken back: {}", retreat.reason);
        Self {
            retreat: Some(retreat),
            revert: None,
            deployed_steps: Vec::new(),
            ..self.to(State::Reverting, Some(waiting_for))
        }
    }
}

fn stage_of(state: State) -> Option<Stage> {
    match state {
        State::Branch => Some(Stage::Branch),
        State::Validated => Some(Stage::Validated),
        State::PrOpen => Some(Stage::PrOpen),
        State::Deploying => Some(Stage::Merged),
        State::AwaitingSlot | State::OpeningWindow => Some(Stage::Deployed),
        State::Monitoring => Some(Stage::Monitoring),
        State::Confirming => Some(Stage::NeedsConfirmation),
        State::Merging
        | State::Done
        | State::Reverting
        | State::Redeploying
        | State::Reverted
        | State::RevertFailed
        | State::Failed
        | State::Stale => None,
    }
}
