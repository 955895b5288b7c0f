//! Operations on their way to the observer: gathered, sent, and sent again until they are on disk.

use std::{path::Path, sync::Arc, time::Duration};

use clients::ClientError;
use indicatif::ProgressBar;
use observer::domain::{formats::Parsed, sanitise::sanitise};
use service_kit::redaction::CountingRedactor;
use types::event::{BatchOutcome, Operation};

use crate::{connection::Connection, failure::Failure, output::visible};

/// A batch goes when it holds so many events,
const BATCH_EVENTS: usize = 1_000;
/// or about so many bytes.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// So often one who waits for the end of the command waits for the observer: about two minutes.
const TRIES: u32 = 12;

/// How long an observer that is down or has no room is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Not at all before it has answered once, then for about two minutes.
    Short,
    /// For ever.
    Endless,
}

/// What has become of operations.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sent {
    pub(super) events: u64,
    pub(super) new: u64,
    pub(super) duplicates: u64,
    pub(super) rejected: u64,
}

/// Gathers operations and sends them.
pub(super) struct Sender<'to> {
    to: &'to Connection,
    redactor: CountingRedactor,
    patience: Patience,
    bar: ProgressBar,
    has_answered: bool,
    batch: Vec<Operation>,
    places: Vec<(Arc<Path>, u64)>,
    batch_bytes: usize,
    pub(super) sent: Sent,
}

impl<'to> Sender<'to> {
    pub(super) fn new(
        to: &'to Connection,
        redactor: CountingRedactor,
        patience: Patience,
        bar: ProgressBar,
    ) -> Self {
        Self {
            to,
            redactor,
            patience,
            bar,
            has_answered: false,
            batch: Vec::new(),
            places: Vec::new(),
            batch_bytes: 0,
            sent: Sent::default(),
        }
    }

    /// Adds an operation; `true` when the batch is full and must be sent.
    pub(super) fn add(&mut self, path: &Arc<Path>, parsed: Parsed) -> bool {
        // What leaves this process is redacted here; the observer does it again.
        let operation = sanitise(&self.redactor, parsed.operation);
        self.sent.events += 1;
        self.batch_bytes += weight(&operation);
        self.batch.push(operation);
        self.places.push((Arc::clone(path), parsed.line));
        BATCH_EVENTS <= self.batch.len() || BATCH_BYTES <= self.batch_bytes
    }

    /// Sends what has gathered; it is on disk when this returns.
    pub(super) async fn send(&mut self) -> Result<(), Failure> {
        let mut parts = vec![(0, self.batch.len())];
        while let Some((start, end)) = parts.pop() {
            if start == end {
                continue;
            }
            match self.acknowledged(start, end).await {
                Ok(outcome) => self.count(&outcome, start),
                Err(error) if error.status() == Some(413) && start + 1 == end => {
                    self.refuse(start, "it is larger than the observer takes");
                    self.sent.rejected += 1;
                }
                Err(error) if error.status() == Some(413) => {
                    let middle = start + (end - start) / 2;
                    parts.extend([(middle, end), (start, middle)]);
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.batch.clear();
        self.places.clear();
        self.batch_bytes = 0;
        Ok(())
    }

    fn count(&mut self, outcome: &BatchOutcome, start: usize) {
        self.sent.new += outcome.accepted;
        self.sent.duplicates += outcome.duplicates;
        self.sent.rejected += outcome.rejected;
        for error in &outcome.errors {
            let index = usize::try_from(error.line).unwrap_or(1).saturating_sub(1);
            self.refuse(start + index, &error.message);
        }
    }

    fn refuse(&self, index: usize, why: &str) {
        if let Some((path, line)) = self.places.get(index) {
            let place = path.display();
            self.say(&format!(
                "{place}:{line}: the observer refuses an event: {why}"
            ));
        }
    }

    /// Says something on stderr beside the progress bar.
    pub(super) fn say(&self, what: &str) {
        self.bar.suspend(|| eprintln!("attune: {}", visible(what)));
    }

    async fn acknowledged(
        &mut self,
        start: usize,
        end: usize,
    ) -> Result<BatchOutcome, ClientError> {
        let observer = self.to.observer();
        let (mut tries, mut pause) = (1, FIRST_PAUSE);
        loop {
            let error = match observer.send(&self.batch[start..end]).await {
                Ok(outcome) => {
                    self.has_answered = true;
                    return Ok(outcome);
                }
                Err(error) => error,
            };
            if !self.waits_out(&error, tries) {
                return Err(error);
            }
            if tries == 1 {
                self.say(&format!("{error}; trying again until it is taken"));
            }
            tries += 1;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn waits_out(&self, error: &ClientError, tries: u32) -> bool {
        let status = error.status();
        let may_pass = status.is_none_or(|status| status == 429 || 500 <= status);
        match self.patience {
            Patience::Endless => may_pass,
            Patience::Short => may_pass && tries < TRIES && (self.has_answered || status.is_some()),
        }
    }
}

/// About how many bytes an operation takes on the wire.
fn weight(operation: &Operation) -> usize {
    let texts = [
        &operation.error_message,
        &operation.input_summary,
        &operation.output_summary,
    ];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    1_000 + texts
}
