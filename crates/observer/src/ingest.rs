//! The way in: bounded in bytes, committed in groups, answered when it is on disk.

use std::sync::Arc;

use service_kit::{Act, Clock, db::DbError, tasks::Tasks};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use types::{Service, event::Operation};

use crate::store::Store;

/// How many operations are committed together at most.
const LARGEST_GROUP: usize = 4_096;

/// Why operations were not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IngestError {
    /// Too much waits to be written.
    #[error("too much is waiting to be written; try again shortly")]
    Full,
    /// More at once than ever fits.
    #[error("this is more than can wait to be written; send less at a time")]
    TooLarge,
    /// The disk or the database refused.
    #[error("the operations cannot be made durable now; try again")]
    NotDurable,
    /// The service is stopping.
    #[error("the service is stopping; try again")]
    Stopping,
}

struct Batch {
    operations: Vec<Operation>,
    answer: oneshot::Sender<Result<Vec<bool>, IngestError>>,
    _room: tokio::sync::OwnedSemaphorePermit,
}

/// Where handlers leave operations.
#[derive(Clone, Debug)]
pub(crate) struct Intake {
    batches: mpsc::UnboundedSender<Batch>,
    room: Arc<Semaphore>,
    capacity_bytes: usize,
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} operations", self.operations.len())
    }
}

impl Intake {
    /// Makes the operations durable. For each, whether it is new: one that was stored before is
    /// not stored again.
    pub(crate) async fn take(
        &self,
        operations: Vec<Operation>,
        size_bytes: usize,
    ) -> Result<Vec<bool>, IngestError> {
        if self.capacity_bytes < size_bytes {
            return Err(IngestError::TooLarge);
        }
        let wanted = u32::try_from(size_bytes.max(1)).map_err(|_| IngestError::TooLarge)?;
        let room = Arc::clone(&self.room)
            .try_acquire_many_owned(wanted)
            .map_err(|_| IngestError::Full)?;
        let (answer, answered) = oneshot::channel();
        let batch = Batch {
            operations,
            answer,
            _room: room,
        };
        self.batches
            .send(batch)
            .map_err(|_| IngestError::Stopping)?;
        answered.await.map_err(|_| IngestError::Stopping)?
    }
}

/// Starts the writer. `written` is told after every group.
pub(crate) fn start(
    tasks: &Tasks,
    store: Store,
    clock: Clock,
    capacity_bytes: usize,
    written: Arc<Notify>,
) -> Intake {
    let (batches, waiting) = mpsc::unbounded_channel();
    let stop = tasks.stop();
    tasks.start(async move {
        tokio::select! {
            () = write_groups(waiting, store, clock, written) => {}
            // Requests under way are answered before the workers end; what comes later is not
            // taken, so nothing that was acknowledged waits here.
            () = async { stop.wait().await; tokio::time::sleep(LAST_ANSWERS).await } => {}
        }
    });
    Intake {
        batches,
        room: Arc::new(Semaphore::new(capacity_bytes)),
        capacity_bytes,
    }
}

/// How long after the word to stop the last requests may still be written.
const LAST_ANSWERS: std::time::Duration = std::time::Duration::from_secs(2);

async fn write_groups(
    mut waiting: mpsc::UnboundedReceiver<Batch>,
    store: Store,
    clock: Clock,
    written: Arc<Notify>,
) {
    while let Some(first) = waiting.recv().await {
        let mut group = vec![first];
        let mut size = group
            .iter()
            .map(|batch| batch.operations.len())
            .sum::<usize>();
        while size < LARGEST_GROUP
            && let Ok(next) = waiting.try_recv()
        {
            size += next.operations.len();
            group.push(next);
        }
        write(group, &store, &clock).await;
        written.notify_one();
    }
}

async fn write(group: Vec<Batch>, store: &Store, clock: &Clock) {
    let act = Act::of_service(Service::Observer, clock);
    let operations: Vec<&Operation> = group.iter().flat_map(|batch| &batch.operations).collect();
    match store.append(&operations, &act).await {
        Ok(is_new) => {
            let mut is_new = is_new.into_iter();
            for batch in group {
                let own = is_new.by_ref().take(batch.operations.len()).collect();
                // A caller that has gone away learns nothing; its retry is harmless.
                let _gone = batch.answer.send(Ok(own));
            }
        }
        Err(error) => {
            log_refusal(&error, operations.len());
            for batch in group {
                let _gone = batch.answer.send(Err(IngestError::NotDurable));
            }
        }
    }
}

fn log_refusal(error: &DbError, count: usize) {
    tracing::error!(error = %error, "{count} operations were refused: {error}");
    metrics::counter!("attune_ingest_refused_total").increment(count as u64);
}
