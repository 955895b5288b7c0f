//! Where operations that are not indexed yet come from.

use std::{collections::HashSet, io};

use service_kit::db::DbError;
use types::event::Operation;

use crate::{
    segments::{Origin, Position, ReadError, Reader, Record},
    store::{IndexedOperation, NewOperation, Store},
};

/// How many operations are indexed at once.
const AT_ONCE: usize = 2_000;

/// Why what is new cannot be indexed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IndexError {
    /// The segment log cannot be read.
    #[error("the segment log cannot be read: {0}")]
    Log(#[from] io::Error),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] DbError),
}

/// Where operations come from.
pub(crate) enum Feed {
    /// The segment log; its operations are not in the table yet.
    Log(Box<Reader>),
    /// The table itself, into which any replica writes.
    Table,
}

/// Some operations in their order.
pub(super) struct Portion {
    /// Those that count.
    pub(super) operations: Vec<IndexedOperation>,
    /// Whether they are to be put into the table, too, with what the log says of them.
    pub(super) bodies: Vec<String>,
    /// Up to where the log was read.
    pub(super) position: Option<Position>,
}

impl Feed {
    /// The next operations after number `last_sequence`; none when there are no more.
    pub(super) async fn next(
        &mut self,
        store: &Store,
        last_sequence: i64,
    ) -> Result<Option<Portion>, IndexError> {
        match self {
            Self::Table => {
                let operations = store.unindexed(last_sequence, AT_ONCE as i64).await?;
                Ok((!operations.is_empty()).then_some(Portion {
                    operations,
                    bodies: Vec::new(),
                    position: None,
                }))
            }
            Self::Log(reader) => {
                let records = read(reader)?;
                if records.is_empty() {
                    return Ok(None);
                }
                let fresh = fresh(store, records).await?;
                let (operations, bodies) = (last_sequence + 1..)
                    .zip(fresh)
                    .map(|(sequence, new)| {
                        let operation = new.operation;
                        (
                            IndexedOperation {
                                sequence,
                                operation,
                            },
                            new.body,
                        )
                    })
                    .unzip();
                Ok(Some(Portion {
                    operations,
                    bodies,
                    position: Some(reader.position()),
                }))
            }
        }
    }

    /// Where it is in the log.
    pub(super) fn position(&self) -> Position {
        match self {
            Self::Log(reader) => reader.position(),
            Self::Table => Position::default(),
        }
    }

    /// What was read from here on is read again.
    pub(super) fn rewind(&mut self, to: Position) {
        if let Self::Log(reader) = self {
            reader.rewind(to);
        }
    }

    /// The index is on disk: what it was made of is not needed any more.
    pub(super) fn forget_read(&mut self) -> io::Result<()> {
        match self {
            Self::Log(reader) => reader.remove_read(),
            Self::Table => Ok(()),
        }
    }
}

/// Reads on; damage is said loudly and left out.
fn read(reader: &mut Reader) -> io::Result<Vec<Record>> {
    loop {
        match reader.read(AT_ONCE) {
            Ok(records) => return Ok(records),
            Err(ReadError::Disk(error)) => return Err(error),
            Err(error @ ReadError::Damaged(_)) => {
                tracing::error!(error = %error, "{error}; what follows in it is left out, and its file put aside");
                metrics::counter!("attune_segments_damaged_total").increment(1);
                reader.skip_damaged()?;
            }
        }
    }
}

/// The operations that are not in the table yet, each once.
async fn fresh(store: &Store, records: Vec<Record>) -> Result<Vec<NewOperation>, DbError> {
    let parsed: Vec<(Origin, NewOperation)> = records
        .into_iter()
        .filter_map(
            |record| match serde_json::from_str::<Operation>(&record.text) {
                Ok(operation) => Some((
                    record.origin,
                    NewOperation {
                        operation,
                        body: record.text,
                    },
                )),
                Err(error) => {
                    tracing::error!(error = %error, "a record of the log is no operation: {error}");
                    None
                }
            },
        )
        .collect();
    let given: Vec<&str> = parsed
        .iter()
        .filter(|(origin, _)| *origin == Origin::Given)
        .map(|(_, new)| new.operation.event_id.as_str())
        .collect();
    let mut known: HashSet<String> = store.known_event_ids(&given).await?.into_iter().collect();
    Ok(parsed
        .into_iter()
        .filter(|(origin, new)| {
            *origin == Origin::Made || known.insert(new.operation.event_id.clone())
        })
        .map(|(_, new)| new)
        .collect())
}
