//! The one thread that writes the segment log.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc};

use super::{
    Batch, Records, group_of,
    recent::{EventKey, Recent},
    refuse,
};
use crate::segments::Appender;

/// Writes groups until it is told to stop. There is no waiting for a group to fill: while one is
/// made durable, the next one gathers.
pub(super) fn run(
    mut waiting: mpsc::UnboundedReceiver<Option<Batch<Records>>>,
    mut appender: Appender,
    mut recent: Recent,
    written: &Arc<Notify>,
) {
    let mut buffer = Vec::new();
    while let Some(Some(first)) = waiting.blocking_recv() {
        let (group, is_last) = group_of(first, &mut waiting);
        write(group, &mut appender, &mut recent, &mut buffer);
        written.notify_one();
        if is_last {
            return;
        }
    }
}

fn write(
    group: Vec<Batch<Records>>,
    appender: &mut Appender,
    recent: &mut Recent,
    buffer: &mut Vec<u8>,
) {
    buffer.clear();
    let mut added = Vec::new();
    let outcomes: Vec<Vec<bool>> = group
        .iter()
        .map(|batch| gather(&batch.content, recent, &mut added, buffer))
        .collect();
    let durable = match buffer.is_empty() {
        true => Ok(()),
        false => appender.append(buffer),
    };
    match durable {
        Ok(()) => {
            for (batch, is_new) in group.into_iter().zip(outcomes) {
                // A caller that has gone away learns nothing; its retry is harmless.
                let _gone = batch.answer.send(Ok(is_new));
            }
        }
        Err(error) => {
            recent.remove(&added);
            refuse(group, &error);
        }
    }
}

/// Copies the records that are new; for each record, whether it is.
fn gather(
    records: &Records,
    recent: &mut Recent,
    added: &mut Vec<EventKey>,
    buffer: &mut Vec<u8>,
) -> Vec<bool> {
    if records.keys.iter().all(Option::is_none) {
        buffer.extend_from_slice(records.frames.bytes());
        return vec![true; records.keys.len()];
    }
    let mut outcomes = Vec::with_capacity(records.keys.len());
    for (index, key) in records.keys.iter().enumerate() {
        let is_new = key.is_none_or(|key| recent.add(key));
        if is_new {
            buffer.extend_from_slice(records.frames.bytes_of(index));
            added.extend(*key);
        }
        outcomes.push(is_new);
    }
    outcomes
}
