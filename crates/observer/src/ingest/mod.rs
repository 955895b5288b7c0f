//! The way in: bounded in bytes, written in groups, answered when it is on disk.
//!
//! With SQLite a group goes into the segment log, and the index follows it. On PostgreSQL, where
//! replicas share one database, a group is one statement and the answer waits for its commit.

mod log_writer;
mod recent;
mod table_writer;

use std::{fmt, sync::Arc};

use service_kit::{Clock, tasks::Tasks};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use types::event::Operation;

use crate::{
    segments::{Appender, Frames, Origin},
    store::Store,
};
use recent::{EventKey, Keys};

/// How many operations are written together at most,
const LARGEST_GROUP: usize = 4_096;
/// and about how many bytes of requests.
const LARGEST_GROUP_BYTES: usize = 1024 * 1024;

/// How long after the word to stop the last requests may still be written.
const LAST_ANSWERS: std::time::Duration = std::time::Duration::from_secs(2);

/// Why operations were not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IngestError {
    /// Too much waits to be written.
    #[error("too much is waiting to be written; try again shortly")]
    Full,
    /// More at once than ever fits, in bytes.
    #[error("this is more than the {0} bytes that can wait to be written")]
    TooLarge(usize),
    /// The disk or the database refused.
    #[error("the operations cannot be made durable now; try again")]
    NotDurable,
    /// The service is stopping.
    #[error("the service is stopping; try again")]
    Stopping,
}

type Answer = oneshot::Sender<Result<Vec<bool>, IngestError>>;

/// What one caller wants to have written.
struct Batch<T> {
    content: T,
    count: usize,
    answer: Answer,
    room: OwnedSemaphorePermit,
}

/// Records for the log, and the keys of those whose ids came with them.
struct Records {
    frames: Frames,
    keys: Vec<Option<EventKey>>,
}

#[derive(Clone)]
enum Writer {
    Log(mpsc::UnboundedSender<Option<Batch<Records>>>, Keys),
    Table(mpsc::UnboundedSender<Option<Batch<Vec<Operation>>>>),
}

/// Where handlers leave operations.
#[derive(Clone)]
pub(crate) struct Intake {
    writer: Writer,
    clock: Clock,
    room: Arc<Semaphore>,
    capacity_bytes: usize,
}

impl fmt::Debug for Intake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes of room", self.room.available_permits())
    }
}

impl Intake {
    /// An intake into the segment log, which knows the ids that came in last.
    pub(crate) fn into_log(
        tasks: &Tasks,
        appender: Appender,
        known_ids: &[String],
        clock: Clock,
        capacity_bytes: usize,
    ) -> Self {
        let (batches, waiting) = mpsc::unbounded_channel();
        let keys = Keys::default();
        let recent = recent::Recent::of(known_ids.iter().map(|id| keys.key_of(id)));
        let thread = tokio::task::spawn_blocking(move || {
            log_writer::run(waiting, appender, recent);
        });
        close_at_stop(tasks, batches.clone(), async move {
            // A thread that panicked has answered nobody: its callers were told to try again.
            let _ended = thread.await;
        });
        Self::new(Writer::Log(batches, keys), clock, capacity_bytes)
    }

    /// An intake into the table of a database that replicas share.
    pub(crate) fn into_table(
        tasks: &Tasks,
        store: Store,
        clock: Clock,
        capacity_bytes: usize,
    ) -> Self {
        let (batches, waiting) = mpsc::unbounded_channel();
        let writing = table_writer::run(waiting, store, clock.clone());
        close_at_stop(tasks, batches.clone(), writing);
        Self::new(Writer::Table(batches), clock, capacity_bytes)
    }

    fn new(writer: Writer, clock: Clock, capacity_bytes: usize) -> Self {
        Self {
            writer,
            clock,
            room: Arc::new(Semaphore::new(capacity_bytes)),
            capacity_bytes,
        }
    }

    /// Makes the operations durable; `size_bytes` is how much room they take until then. For each,
    /// whether it is new: one that came in before is not counted again. An operation without an
    /// event id gets one here.
    ///
    /// An id that came in very long ago counts as new here, and is found out by the index.
    pub(crate) async fn take(
        &self,
        mut operations: Vec<Operation>,
        size_bytes: usize,
    ) -> Result<Vec<bool>, IngestError> {
        let origins = operations
            .iter_mut()
            .map(|operation| self.name(operation))
            .collect();
        self.write(operations, origins, size_bytes).await
    }

    /// As [`Intake::take`], for one operation whose id was made for it and cannot have come before.
    pub(crate) async fn take_new(
        &self,
        operation: Operation,
        size_bytes: usize,
    ) -> Result<(), IngestError> {
        self.write(vec![operation], vec![Origin::Made], size_bytes)
            .await
            .map(drop)
    }

    fn name(&self, operation: &mut Operation) -> Origin {
        if !operation.event_id.is_empty() {
            return Origin::Given;
        }
        operation.event_id = self.clock.ordered_id().to_string();
        Origin::Made
    }

    async fn write(
        &self,
        operations: Vec<Operation>,
        origins: Vec<Origin>,
        size_bytes: usize,
    ) -> Result<Vec<bool>, IngestError> {
        if self.capacity_bytes < size_bytes {
            return Err(IngestError::TooLarge(self.capacity_bytes));
        }
        let wanted = u32::try_from(size_bytes.max(1))
            .map_err(|_| IngestError::TooLarge(self.capacity_bytes))?;
        let room = Arc::clone(&self.room)
            .try_acquire_many_owned(wanted)
            .map_err(|_| IngestError::Full)?;
        let (answer, answered) = oneshot::channel();
        match &self.writer {
            Writer::Log(batches, keys) => {
                let content = records(&operations, &origins, keys)?;
                send(batches, content, operations.len(), answer, room)?;
            }
            Writer::Table(batches) => {
                let count = operations.len();
                send(batches, operations, count, answer, room)?;
            }
        }
        answered.await.map_err(|_| IngestError::Stopping)?
    }
}

fn records(
    operations: &[Operation],
    origins: &[Origin],
    keys: &Keys,
) -> Result<Records, IngestError> {
    let mut frames = Frames::default();
    for (operation, origin) in operations.iter().zip(origins) {
        let written = frames.push(*origin, |bytes| serde_json::to_writer(bytes, operation));
        written.map_err(|_| IngestError::NotDurable)?;
    }
    let keys = operations
        .iter()
        .zip(origins)
        .map(|(operation, origin)| {
            (*origin == Origin::Given).then(|| keys.key_of(&operation.event_id))
        })
        .collect();
    Ok(Records { frames, keys })
}

fn send<T>(
    batches: &mpsc::UnboundedSender<Option<Batch<T>>>,
    content: T,
    count: usize,
    answer: Answer,
    room: OwnedSemaphorePermit,
) -> Result<(), IngestError> {
    let batch = Batch {
        content,
        count,
        answer,
        room,
    };
    batches.send(Some(batch)).map_err(|_| IngestError::Stopping)
}

/// Requests under way are answered before the workers end; what comes later is not taken, so
/// nothing that was acknowledged waits here.
fn close_at_stop<T: Send + 'static>(
    tasks: &Tasks,
    batches: mpsc::UnboundedSender<Option<Batch<T>>>,
    writing: impl Future<Output = ()> + Send + 'static,
) {
    let stop = tasks.stop();
    tasks.start(async move {
        stop.wait().await;
        tokio::time::sleep(LAST_ANSWERS).await;
        // A writer that has ended by itself needs no word.
        let _ended = batches.send(None);
    });
    tasks.start(writing);
}

/// Batches that are written together.
struct Group<T> {
    batches: Vec<Batch<T>>,
    count: usize,
    size_bytes: usize,
    /// Whether the word came that nothing follows.
    is_last: bool,
}

impl<T> Group<T> {
    fn of(first: Batch<T>) -> Self {
        Self {
            count: first.count,
            size_bytes: first.room.num_permits(),
            batches: vec![first],
            is_last: false,
        }
    }

    fn is_whole(&self) -> bool {
        self.is_last || LARGEST_GROUP <= self.count || LARGEST_GROUP_BYTES <= self.size_bytes
    }

    /// Adds what waits, up to a whole group; says how many batches that was.
    fn gather(&mut self, waiting: &mut mpsc::UnboundedReceiver<Option<Batch<T>>>) -> usize {
        let before = self.batches.len();
        while !self.is_whole() {
            match waiting.try_recv() {
                Ok(Some(next)) => {
                    self.count += next.count;
                    self.size_bytes += next.room.num_permits();
                    self.batches.push(next);
                }
                Ok(None) => self.is_last = true,
                Err(_) => break,
            }
        }
        self.batches.len() - before
    }
}

/// Says that a group was refused, and to each of its callers that they should try again.
fn refuse<T>(batches: Vec<Batch<T>>, error: &dyn fmt::Display) {
    let count: usize = batches.iter().map(|batch| batch.count).sum();
    tracing::error!(error = %error, "{count} operations were refused: {error}");
    metrics::counter!("attune_ingest_refused_total").increment(count as u64);
    for batch in batches {
        // A caller that has gone away learns nothing; its retry is harmless.
        let _gone = batch.answer.send(Err(IngestError::NotDurable));
    }
}
