//! Operations, and what is computed from them, at rest.

mod analysis;
mod correction;
mod extraction;
mod index;
mod listing;
mod operation;
mod read;
mod retention;
mod session;

use service_kit::db::{Db, DbError};

pub(crate) use analysis::note;
pub(crate) use index::{Batch, IndexedOperation, Snapshot};
pub(crate) use listing::OperationQuery;
pub(crate) use operation::{NewOperation, Numbered};
pub(crate) use read::AgentScope;
pub(crate) use session::{SessionKey, SessionRow};

/// The observer's tables.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    db: Db,
}

impl Store {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Whether replicas of the observer may share the tables.
    pub(crate) fn is_shared(&self) -> bool {
        self.db.is_shared()
    }

    /// The database, for what all services keep alike.
    pub(crate) fn db(&self) -> &Db {
        &self.db
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Value(error.to_string()))
}
