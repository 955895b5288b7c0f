//! The state machine of a proposal.

use types::proposal::{ProposalStatus, Stage};

use super::event::{Event, WindowEnd};

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

/// Why a person cannot do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// It stands elsewhere.
    #[error("the proposal is {}, and that is not possible from there", .0.name())]
    WrongStatus(ProposalStatus),
    /// There is nothing to take back.
    #[error("nothing of the change is on the target branch, so there is nothing to take back")]
    NotMerged,
    /// It is on its way back.
    #[error("the change is being taken back already")]
    BeingTakenBack,
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

    /// Whether the change is on the target branch. Of what is blocked nothing is left there: a
    /// failed deployment is taken back before it is reported.
    pub(crate) fn is_merged(self) -> bool {
        match self.status {
            ProposalStatus::Implemented => true,
            ProposalStatus::Approved => self.has_reached(Stage::Merged),
            _ => false,
        }
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
            Pending | Blocked | Stale => Ok(Some(Self::at(ProposalStatus::Rejected))),
            other => Err(Refusal::WrongStatus(other)),
        }
    }

    fn revised(self) -> Result<Option<Self>, Refusal> {
        use ProposalStatus::{Blocked, Stale};
        match self.status {
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

    /// A run only goes forward; at the same stage it waits for something else now.
    fn reached(self, stage: Stage) -> Option<Self> {
        let known = self.stage?;
        let open = self.status == ProposalStatus::Approved && !self.taking_back;
        (open && rank(known) <= rank(stage)).then_some(Self::running(stage))
    }

    /// Whatever failed, nothing of the change is left: what was to be taken back is.
    fn failed(self, stage: Stage) -> Option<Self> {
        let known = self.stage?;
        if self.status != ProposalStatus::Approved {
            return None;
        }
        if self.taking_back {
            return Some(Self::at(ProposalStatus::Reverted));
        }
        let is_news = rank(known) < rank(stage) || stage == Stage::Queued;
        let reached = if rank(known) < rank(before(stage)) {
            before(stage)
        } else {
            known
        };
        is_news.then_some(Self {
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
        use ProposalStatus::{Approved, Implemented};
        matches!(self.status, Approved | Implemented).then_some(Self::at(ProposalStatus::Reverted))
    }

    fn revert_failed(self) -> Option<Self> {
        let open = Self::running(Stage::NeedsConfirmation);
        match self.status {
            ProposalStatus::Approved if self != open => Some(open),
            ProposalStatus::Implemented if self.taking_back => Some(Self {
                taking_back: false,
                ..self
            }),
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
