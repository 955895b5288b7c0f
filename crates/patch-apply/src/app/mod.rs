//! Use cases: one per file.

mod close_window;
mod commit_files;
mod deploy;
mod drive;
mod error;
mod judge;
mod land;
mod merge_pull;
mod merge_queue;
mod open_pull;
mod read;
mod replies;
mod retreat;
mod show;
mod take_back;
mod validate_branch;
mod write_patch;

use std::sync::Arc;

use clients::TuneGateway;
use service_kit::{
    Act, Clock, caller::Caller, db::DbError, redaction::CountingRedactor, settings::TargetSettings,
    steps::Message, trace::TraceParent,
};
use types::{
    Service, WindowId,
    key::Role,
    proposal::{RunEvent, RunOutcome},
    window::{LeaveQueue, WithdrawWindow},
};

pub use close_window::WindowNoted;
pub use error::ActionError;
pub use judge::{judge, judge_alone};
pub use merge_pull::Merging;
pub use open_pull::Opened;
pub use replies::Replies;

use crate::{
    domain::{policy::Policy, run::Run},
    git::{GitError, Repository},
    settings::PatchApplySettings,
    store::Store,
};

/// What the use cases work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// Runs and pull requests.
    pub store: Store,
    /// The target repository, when there is one.
    pub repository: Option<Repository>,
    /// Its branches.
    pub target: TargetSettings,
    /// The rules.
    pub policy: Arc<Policy>,
    /// The settings of this service.
    pub settings: Arc<PatchApplySettings>,
    /// The folder for all data.
    pub data_dir: Arc<std::path::Path>,
    /// Who has the windows.
    pub gateway: TuneGateway,
    /// What links to pull requests begin with.
    pub public_url: String,
    /// Takes secrets out of text.
    pub redactor: CountingRedactor,
    /// The time.
    pub clock: Clock,
}

impl App {
    fn git(&self) -> Result<&Repository, GitError> {
        self.repository.as_ref().ok_or(GitError::NoTarget)
    }

    /// An act of this service's own.
    fn own_act(&self) -> Act {
        Act::of_service(Service::PatchApply, &self.clock)
    }

    /// An act in the name of a person who decided earlier.
    fn act_of(&self, person: &str) -> Act {
        Act {
            actor: person.to_owned(),
            role: Role::Operator,
            at: self.clock.now(),
            idempotency: None,
            trace: TraceParent::fresh(&self.clock),
        }
    }

    /// Text as it may be stored and shown.
    fn clean(&self, text: &str) -> String {
        self.redactor.redact(text).into_owned()
    }

    fn pull_url(&self, number: u64) -> String {
        format!("{}/pulls/{number}", self.public_url)
    }
}

/// The address that links to pull requests begin with.
pub fn public_url(settings: &PatchApplySettings, caller: &Caller) -> String {
    let own = caller.address(Service::PatchApply);
    let url = settings.public_url.as_ref().or(own);
    url.map_or_else(String::new, |url| {
        url.as_str().trim_end_matches('/').to_owned()
    })
}

/// The message that tells the proposal service how a run is getting on.
fn report(run: &Run, outcome: RunOutcome, message: impl Into<String>) -> RunEvent {
    RunEvent {
        proposal_id: run.id,
        outcome,
        message: message.into(),
        deadline: run.deadline,
        pull_number: None,
        pull_url: None,
        commit: None,
        window_id: run.window_id,
    }
}

/// The window over a change that a person takes back is of no use any more.
fn withdraw_window(run: &Run, window: WindowId, why: &str) -> Result<Message, DbError> {
    let body = WithdrawWindow {
        reason: why.to_owned(),
    };
    Message::post(
        "withdraw_window",
        run.id.to_string(),
        Service::TuneGateway,
        format!("/api/agent-tune/monitoring/{window}/withdraw"),
        &body,
    )
}

/// A change that was dropped from the merge queue waits for the slot no longer.
fn leave_queue(run: &Run) -> Result<Message, DbError> {
    let body = LeaveQueue {
        proposal_id: run.id,
    };
    Message::post(
        "leave_queue",
        run.id.to_string(),
        Service::TuneGateway,
        "/api/agent-tune/queue/leave",
        &body,
    )
}

fn to_proposal_service(event: &RunEvent) -> Result<Message, DbError> {
    let subject = event.proposal_id.to_string();
    Message::post(
        "run_event",
        subject,
        Service::ProposalService,
        "/runs/events",
        event,
    )
}
