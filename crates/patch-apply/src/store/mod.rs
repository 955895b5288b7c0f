//! What is kept: runs with their steps, and pull requests.

mod pull;
mod run;
mod step;

use service_kit::{
    Act,
    db::{Db, DbError, Schema, Tx},
    steps::Message,
};
use sqlx::migrate::Migrator;
use types::patch::{Pull, StepState};

use crate::domain::{pull::PullRequest, run::Run};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// The tables of this service.
pub const SCHEMA: Schema = Schema {
    name: "patch_apply",
    sqlite: &SQLITE,
    postgres: &POSTGRES,
};

/// Why a change was not kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The run is not any more what it was when it was read.
    #[error("the run has changed meanwhile")]
    Changed,
    /// Another change is on the target branch and not finished.
    #[error("another change is under way")]
    SlotTaken,
    /// The database failed.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for StoreError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Constraint(name) if name.contains("holds_slot") => Self::SlotTaken,
            DbError::Constraint(_) => Self::Changed,
            other => Self::Db(other),
        }
    }
}

/// The tables of one installation.
#[derive(Clone, Debug)]
pub struct Store {
    db: Db,
}

/// A line in the record of a run. One that ends replaces the running one of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepNote {
    /// What it does.
    pub name: String,
    /// How it went.
    pub state: StepState,
    /// What it printed or found.
    pub output: String,
}

impl StepNote {
    /// A step that is done, with what came of it.
    pub fn passed(name: impl Into<String>, output: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            state: StepState::Passed,
            output: output.into(),
        }
    }

    /// A step that failed, and why.
    pub fn failed(name: impl Into<String>, output: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            state: StepState::Failed,
            output: output.into(),
        }
    }

    /// A step that begins.
    pub fn running(name: impl Into<String>, output: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            state: StepState::Running,
            output: output.into(),
        }
    }
}

/// What happens to the open pull request of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PullChange {
    /// Nothing.
    Keep,
    /// It becomes this.
    Set(Box<PullRequest>),
    /// It is closed without a merge, if there is one.
    Close,
}

/// One step of a run, all of it in one transaction.
#[derive(Debug)]
pub struct Move<'a> {
    /// Its name in the journal.
    pub action: &'static str,
    /// The run as it was read; none for a new one.
    pub before: Option<&'a Run>,
    /// The run as it becomes.
    pub after: Run,
    /// What is added to its record.
    pub notes: Vec<StepNote>,
    /// What happens to its pull request.
    pub pull: PullChange,
    /// What other services are told.
    pub messages: Vec<Message>,
}

impl<'a> Move<'a> {
    /// A step that changes the run and nothing else.
    pub fn new(action: &'static str, before: Option<&'a Run>, after: Run) -> Self {
        Self {
            action,
            before,
            after,
            notes: Vec::new(),
            pull: PullChange::Keep,
            messages: Vec::new(),
        }
    }

    /// Adds to the record.
    #[must_use]
    pub fn note(mut self, note: StepNote) -> Self {
        self.notes.push(note);
        self
    }

    /// Says what happens to the pull request.
    #[must_use]
    pub fn pull(mut self, pull: PullChange) -> Self {
        self.pull = pull;
        self
    }

    /// Tells another service.
    #[must_use]
    pub fn tell(mut self, message: Message) -> Self {
        self.messages.push(message);
        self
    }
}

/// Makes a move within a transaction; the run with its new version.
pub async fn make(tx: &mut Tx, step: Move<'_>) -> Result<Run, StoreError> {
    let mut after = step.after;
    after.version = step.before.map_or(1, |run| run.version + 1);
    let subject = format!("run/{}", after.id);
    tx.journal(step.action, &subject, step.before, Some(&after))
        .await?;
    run::write(tx, step.before, &after).await?;
    for note in &step.notes {
        step::write(tx, after.id, note).await?;
    }
    match &step.pull {
        PullChange::Keep => {}
        PullChange::Set(pull) => pull::update(tx, pull).await?,
        PullChange::Close => pull::close(tx, after.id).await?,
    }
    for message in step.messages {
        tx.send(message).await?;
    }
    Ok(after)
}

pub use run::in_transaction as run_in_transaction;

impl Store {
    /// The tables in a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Makes a move on nobody's request, or as one of several of a request.
    ///
    /// # Errors
    /// When the run has changed or the slot is taken; nothing is kept then.
    pub async fn advance(&self, act: &Act, step: Move<'_>) -> Result<Run, StoreError> {
        let mut tx = self.db.begin(&without_key(act)).await?;
        let after = make(&mut tx, step).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Makes the one move of a request, and keeps its answer for whoever repeats it.
    ///
    /// # Errors
    /// When the run has changed or the slot is taken; nothing is kept then.
    pub async fn answer<T: serde::Serialize + Sync>(
        &self,
        act: &Act,
        step: Move<'_>,
        status: u16,
        reply: &T,
    ) -> Result<Run, StoreError> {
        let mut tx = self.db.begin(act).await?;
        let after = make(&mut tx, step).await?;
        tx.commit_with(status, reply).await?;
        Ok(after)
    }

    /// Keeps the answer to a request whose effect is kept already.
    ///
    /// # Errors
    /// When the key of the request belongs to another one.
    pub async fn remember<T: serde::Serialize + Sync>(
        &self,
        act: &Act,
        status: u16,
        reply: &T,
    ) -> Result<(), StoreError> {
        if act.idempotency.is_none() {
            return Ok(());
        }
        let tx = self.db.begin(act).await?;
        Ok(tx.commit_with(status, reply).await?)
    }

    /// Opens a pull request: `draft` gets the next number.
    ///
    /// # Errors
    /// When the run has changed.
    pub async fn open_pull(
        &self,
        act: &Act,
        step: Move<'_>,
        mut draft: PullRequest,
        tell: impl FnOnce(&PullRequest) -> Result<(Message, Pull), DbError>,
    ) -> Result<Pull, StoreError> {
        let mut tx = self.db.begin(act).await?;
        let step = Move {
            pull: PullChange::Keep,
            ..step
        };
        // The journal's head is locked by the move, so the next number is ours.
        make(&mut tx, step).await?;
        draft.number = pull::next_number(&mut tx).await?;
        pull::insert(&mut tx, &draft).await?;
        let (message, reply) = tell(&draft)?;
        tx.send(message).await?;
        tx.commit_with(201, &reply).await?;
        Ok(reply)
    }

    /// Keeps a journal entry and the answer of a request that changed a branch.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_commit<T: serde::Serialize + Sync>(
        &self,
        act: &Act,
        branch: &str,
        reply: &T,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin(act).await?;
        tx.journal(
            "git.commit",
            &format!("branch/{branch}"),
            None::<&()>,
            Some(reply),
        )
        .await?;
        Ok(tx.commit_with(200, reply).await?)
    }
}

/// The same act, as a step that does not use up the request's key.
fn without_key(act: &Act) -> Act {
    Act {
        idempotency: None,
        ..act.clone()
    }
}
