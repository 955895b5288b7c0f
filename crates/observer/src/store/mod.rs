//! Operations, and what is computed from them, at rest.

mod analysis;
mod correction;
mod extraction;
mod index;
mod operation;
mod read;
mod retention;

use service_kit::db::Db;

pub(crate) use analysis::note;
pub(crate) use index::{Batch, IndexedOperation, SessionKey, SessionRow, Snapshot};
pub(crate) use operation::{NewOperation, OperationQuery};
pub(crate) use read::AgentScope;

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
