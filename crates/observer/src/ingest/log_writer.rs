//! The one thread that writes the segment log.

use std::{
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use super::{
    Batch, Group, Records,
    recent::{EventKey, Recent},
    refuse,
};
use crate::segments::Appender;

/// While several callers are at work, a group waits for as long as others join it within this time,
const JOINING: Duration = Duration::from_micros(200);
/// but no longer than this.
const GATHERING: Duration = Duration::from_millis(2);

/// Writes groups until it is told to stop.
///
/// Making a group durable takes as much time of a processor as some requests do, whatever its size.
/// A caller who is alone is served at once; with several at work, whoever asked while one group was
/// made durable joins the next one, and so do those who ask a moment later.
pub(super) fn run(
    mut waiting: mpsc::UnboundedReceiver<Option<Batch<Records>>>,
    mut appender: Appender,
    mut recent: Recent,
) {
    let mut buffer = Vec::new();
    let mut are_several = false;
    while let Some(Some(first)) = waiting.blocking_recv() {
        let mut group = Group::of(first);
        are_several |= group.gather(&mut waiting) != 0;
        if are_several {
            gather_more(&mut group, &mut waiting);
        }
        are_several = 1 < group.batches.len();
        let is_last = group.is_last;
        write(group.batches, &mut appender, &mut recent, &mut buffer);
        if is_last {
            return;
        }
    }
}

fn gather_more(
    group: &mut Group<Records>,
    waiting: &mut mpsc::UnboundedReceiver<Option<Batch<Records>>>,
) {
    let began = Instant::now();
    while !group.is_whole() && began.elapsed() < GATHERING {
        thread::sleep(JOINING);
        if group.gather(waiting) == 0 {
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
