//! What happens to proposals.

use types::proposal::{RunOutcome, Stage};

/// Something that happened to a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The persons needed said yes.
    Approved,
    /// A person said no.
    Rejected,
    /// A person keeps a change that nothing was proven about.
    Confirmed,
    /// A person wants the change taken back.
    RevertAsked,
    /// It has a new diff.
    Revised,
    /// Its diff no longer applies exactly.
    WentStale,
    /// The run reached a stage or waits in it.
    Reached(Stage),
    /// The run failed on its way to a stage.
    Failed(Stage),
    /// Deployed, and nothing is to be watched.
    Done,
    /// The window ended.
    WindowEnded(WindowEnd),
    /// The change was taken back.
    TakenBack,
    /// Taking it back failed.
    RevertFailed,
}

/// What the end of a window means for the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowEnd {
    /// It stays.
    Kept,
    /// It goes.
    Goes,
    /// A person has to say.
    Open,
}

impl Event {
    /// What the journal calls it.
    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::Approved => "proposal.approve",
            Self::Rejected => "proposal.reject",
            Self::Confirmed => "proposal.confirm",
            Self::RevertAsked => "proposal.revert",
            Self::Revised => "proposal.revise",
            Self::WentStale => "proposal.stale",
            Self::Reached(_) => "proposal.stage",
            Self::Failed(_) => "proposal.block",
            Self::Done => "proposal.implement",
            Self::WindowEnded(_) => "proposal.window",
            Self::TakenBack => "proposal.reverted",
            Self::RevertFailed => "proposal.revert_failed",
        }
    }
}

impl From<RunOutcome> for Event {
    fn from(outcome: RunOutcome) -> Self {
        match outcome {
            RunOutcome::Reached(stage) => Self::Reached(stage),
            RunOutcome::Failed(stage) => Self::Failed(stage),
            RunOutcome::Stale => Self::WentStale,
            RunOutcome::Done => Self::Done,
            RunOutcome::Reverted => Self::TakenBack,
            RunOutcome::RevertFailed => Self::RevertFailed,
        }
    }
}
