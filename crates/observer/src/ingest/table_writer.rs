//! Writing groups into the table of a database that replicas share.

use service_kit::{Act, Clock};
use tokio::sync::mpsc;
use types::{Service, event::Operation};

use super::{Batch, Group, refuse};
use crate::store::Store;

/// Writes groups until it is told to stop.
pub(super) async fn run(
    mut waiting: mpsc::UnboundedReceiver<Option<Batch<Vec<Operation>>>>,
    store: Store,
    clock: Clock,
) {
    while let Some(Some(first)) = waiting.recv().await {
        let mut group = Group::of(first);
        group.gather(&mut waiting);
        let is_last = group.is_last;
        write(group.batches, &store, &clock).await;
        if is_last {
            return;
        }
    }
}

async fn write(group: Vec<Batch<Vec<Operation>>>, store: &Store, clock: &Clock) {
    let act = Act::of_service(Service::Observer, clock);
    let operations: Vec<&Operation> = group.iter().flat_map(|batch| &batch.content).collect();
    match store.append(&operations, &act).await {
        Ok(is_new) => {
            let mut is_new = is_new.into_iter();
            for batch in group {
                let own = is_new.by_ref().take(batch.count).collect();
                // A caller that has gone away learns nothing; its retry is harmless.
                let _gone = batch.answer.send(Ok(own));
            }
        }
        Err(error) => refuse(group, &error),
    }
}
