//! The state machine of a proposal.

use types::proposal::{ProposalStatus, Stage};

/// Where a proposal stands, as far as the rules look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The status.
    pub(crate) status: ProposalStatus,
    /// How far the run has come; there while approved or blocked.
    pub(crate) stage: Option<Stage>,
    /// Whether the change is on its way back.
    pub(crate) taking_back: bool,
}

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

/// Why a person cannot do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// It stands elsewhere.
    #[error("the proposal is {}, and that is not possible from there", .0.name())]
    WrongStatus(ProposalStatus),
    /// There is nothing to take back.
    #[error(
        "the change is not merged yet, so there is nothing to take back; reject it or close its pull request"
    )]
    NotMerged,
    /// It has to be taken back first.
    #[error("the change is merged; take it back first")]
    AlreadyMerged,
    /// It is on its way back.
    #[error("the change is being taken back already")]
    BeingTakenBack,
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

impl Standing {
    /// A status without a run.
    pub(crate) fn at(status: ProposalStatus) -> Self {
        Self {
            status,
            stage: None,
            taking_back: false,
        }
    }

    /// An approved change whose run has come this far.
    pub(crate) fn running(stage: Stage) -> Self {
        Self {
            status: ProposalStatus::Approved,
            stage: Some(stage),
            taking_back: false,
        }
    }

    /// Whether the change is on the target branch.
    pub(crate) fn is_merged(self) -> bool {
        self.status == ProposalStatus::Implemented || self.has_reached(Stage::Merged)
    }

    /// Whether the run has come as far as a stage.
    pub(crate) fn has_reached(self, stage: Stage) -> bool {
        self.stage.is_some_and(|known| rank(stage) <= rank(known))
    }

    fn going_back(self) -> Self {
        Self {
            taking_back: true,
            ..self
        }
    }

    /// Where the event leads: `None` when it is late or doubled and changes nothing.
    ///
    /// # Errors
    /// Says why a person cannot do what was asked; what machines report is never refused.
    pub(crate) fn after(self, event: Event) -> Result<Option<Self>, Refusal> {
        match event {
            Event::Approved => self.approved(),
            Event::Rejected => self.given_up(),
            Event::Revised => self.revised(),
            Event::Confirmed => self.confirmed(),
            Event::RevertAsked => self.revert_asked(),
            Event::WentStale => Ok(self.stale()),
            Event::Reached(stage) => Ok(self.reached(stage)),
            Event::Failed(stage) => Ok(self.failed(stage)),
            Event::Done => Ok(self.done()),
            Event::WindowEnded(end) => Ok(self.window_ended(end)),
            Event::TakenBack => Ok(self.taken_back()),
            Event::RevertFailed => Ok(self.revert_failed()),
        }
    }

    fn approved(self) -> Result<Option<Self>, Refusal> {
        match self.status {
            ProposalStatus::Pending => Ok(Some(Self::running(Stage::Queued))),
            other => Err(Refusal::WrongStatus(other)),
        }
    }

    fn given_up(self) -> Result<Option<Self>, Refusal> {
        use ProposalStatus::{Blocked, Pending, Stale};
        match self.status {
            Blocked if self.is_merged() => Err(Refusal::AlreadyMerged),
            Pending | Blocked | Stale => Ok(Some(Self::at(ProposalStatus::Rejected))),
            other => Err(Refusal::WrongStatus(other)),
        }
    }

    fn revised(self) -> Result<Option<Self>, Refusal> {
        use ProposalStatus::{Blocked, Stale};
        match self.status {
            Blocked if self.is_merged() => Err(Refusal::AlreadyMerged),
            Blocked | Stale => Ok(Some(Self::at(ProposalStatus::Pending))),
            other => Err(Refusal::WrongStatus(other)),
        }
    }

    fn confirmed(self) -> Result<Option<Self>, Refusal> {
        if self.taking_back {
            return Err(Refusal::BeingTakenBack);
        }
        match (self.status, self.stage) {
            (ProposalStatus::Approved, Some(Stage::NeedsConfirmation)) => {
                Ok(Some(Self::at(ProposalStatus::Implemented)))
            }
            (other, _) => Err(Refusal::WrongStatus(other)),
        }
    }

    fn revert_asked(self) -> Result<Option<Self>, Refusal> {
        if self.taking_back {
            return Err(Refusal::BeingTakenBack);
        }
        if self.status == ProposalStatus::Reverted {
            return Err(Refusal::WrongStatus(self.status));
        }
        if !self.is_merged() {
            return Err(Refusal::NotMerged);
        }
        Ok(Some(self.going_back()))
    }

    fn stale(self) -> Option<Self> {
        let stale = Self::at(ProposalStatus::Stale);
        match self.status {
            ProposalStatus::Pending => Some(stale),
            ProposalStatus::Approved if !self.is_merged() => Some(stale),
            _ => None,
        }
    }

    /// A run only goes forward; what is blocked stays so, but what happened to it is true.
    fn reached(self, stage: Stage) -> Option<Self> {
        let known = self.stage?;
        let further = rank(known) < rank(stage);
        let waits = known == stage && self.status == ProposalStatus::Approved;
        (!self.taking_back && (further || waits)).then_some(Self {
            stage: Some(stage),
            ..self
        })
    }

    fn failed(self, stage: Stage) -> Option<Self> {
        let known = self.stage?;
        let is_news = rank(known) < rank(stage) || (known, stage) == (Stage::Queued, Stage::Queued);
        if self.status != ProposalStatus::Approved || self.taking_back || !is_news {
            return None;
        }
        let reached = if rank(known) < rank(before(stage)) {
            before(stage)
        } else {
            known
        };
        Some(Self {
            status: ProposalStatus::Blocked,
            stage: Some(reached),
            taking_back: false,
        })
    }

    fn done(self) -> Option<Self> {
        (self.status == ProposalStatus::Approved && !self.taking_back)
            .then_some(Self::at(ProposalStatus::Implemented))
    }

    fn window_ended(self, end: WindowEnd) -> Option<Self> {
        let decided = self.taking_back || self.stage == Some(Stage::NeedsConfirmation);
        match (self.status, end) {
            _ if decided => None,
            (ProposalStatus::Approved, WindowEnd::Kept) => {
                Some(Self::at(ProposalStatus::Implemented))
            }
            (ProposalStatus::Approved, WindowEnd::Open) => {
                Some(Self::running(Stage::NeedsConfirmation))
            }
            (ProposalStatus::Approved | ProposalStatus::Implemented, WindowEnd::Goes) => {
                Some(self.going_back())
            }
            _ => None,
        }
    }

    fn taken_back(self) -> Option<Self> {
        use ProposalStatus::{Approved, Blocked, Implemented};
        matches!(self.status, Approved | Implemented | Blocked)
            .then_some(Self::at(ProposalStatus::Reverted))
    }

    fn revert_failed(self) -> Option<Self> {
        let open = Self::running(Stage::NeedsConfirmation);
        match self.status {
            ProposalStatus::Approved if self != open => Some(open),
            ProposalStatus::Implemented | ProposalStatus::Blocked if self.taking_back => {
                Some(Self {
                    taking_back: false,
                    ..self
                })
            }
            _ => None,
        }
    }
}

fn rank(stage: Stage) -> u8 {
    match stage {
        Stage::Queued => 0,
        Stage::Branch => 1,
        Stage::Validated => 2,
        Stage::PrOpen => 3,
        Stage::Merged => 4,
        Stage::Deployed => 5,
        Stage::Monitoring => 6,
        Stage::NeedsConfirmation => 7,
    }
}

fn before(stage: Stage) -> Stage {
    match stage {
        Stage::Queued | Stage::Branch => Stage::Queued,
        Stage::Validated => Stage::Branch,
        Stage::PrOpen => Stage::Validated,
        Stage::Merged => Stage::PrOpen,
        Stage::Deployed => Stage::Merged,
        Stage::Monitoring => Stage::Deployed,
        Stage::NeedsConfirmation => Stage::Monitoring,
    }
}

#[cfg(test)]
mod tests;
