//! Windows, evaluations and the queue at rest.

mod queue;
mod row;
mod window;

use service_kit::db::Db;

pub(crate) use row::{Evidence, StoredWindow};
pub(crate) use window::{Change, Opened, closed};

/// The gateway's tables.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    db: Db,
}

impl Store {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }
}
