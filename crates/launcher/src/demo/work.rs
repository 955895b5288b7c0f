//! The fleet at work: what it does goes to the observer, what is deployed decides how it goes.

use std::{
    fs, mem,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, ensure};
use clients::{ClientError, Observer};
use service_kit::{Clock, tasks::Stop};
use tracing::warn;
use types::{Timestamp, event::Operation};

use super::{
    fleet::{BASELINE, Fleet, SEED, SESSIONS_PER_HOUR},
    repository,
};

/// How many operations go in one batch.
const BATCH: usize = 2_000;
/// How often the fleet's newest operations are sent, in real time: much sooner than the observer
/// settles a minute.
const TICK: Duration = Duration::from_millis(80);

/// The simulated fleet, the observer it tells, and how far it has come.
pub(super) struct Workload {
    observer: Observer,
    clock: Clock,
    agents_file: PathBuf,
    fleet: Fleet,
    /// The newest text that the fleet could work by.
    agents_yaml: String,
    /// Up to when the fleet has worked.
    until: Timestamp,
    unsent: Vec<Operation>,
}

impl Workload {
    /// A fleet that works by the files in `deployed`.
    pub(super) fn new(observer: Observer, clock: Clock, deployed: &Path) -> Self {
        Self {
            observer,
            agents_file: deployed.join(repository::AGENTS_FILE),
            fleet: Fleet::new(SEED, SESSIONS_PER_HOUR),
            agents_yaml: repository::agents_yaml().to_owned(),
            until: clock.now(),
            clock,
            unsent: Vec::new(),
        }
    }

    /// Tells what the fleet did before `origin`; how many operations that was.
    pub(super) async fn tell_past(&mut self, origin: Timestamp) -> anyhow::Result<u64> {
        let past =
            self.fleet
                .operations_between(origin.minus(BASELINE), origin, &self.agents_yaml)?;
        self.until = origin;
        let mut told = 0;
        for batch in past.chunks(BATCH) {
            let outcome = self.observer.send(batch).await;
            let outcome = outcome.context("the fleet's past cannot be told to the observer")?;
            ensure!(
                outcome.rejected == 0,
                "the observer refuses the fleet's past: {:?}",
                outcome.errors.first()
            );
            told += outcome.accepted;
        }
        Ok(told)
    }

    /// Works on in the present until it is time to stop.
    pub(super) async fn go_on(mut self, stop: Stop) {
        while !stop.is_set() {
            if let Err(error) = self.step().await {
                warn!("the fleet is not heard and tries again: {error:#}");
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = stop.wait() => {}
            }
        }
    }

    async fn step(&mut self) -> anyhow::Result<()> {
        // The moment comes first: a session that starts after a deployment works by it.
        let now = self.clock.now();
        if let Some(text) = readable(&self.agents_file) {
            self.agents_yaml = text;
        }
        let done = self
            .fleet
            .operations_between(self.until, now, &self.agents_yaml)?;
        self.until = now;
        self.unsent.extend(done);
        Ok(self.send().await?)
    }

    /// What is not acknowledged is sent again: the ids make that harmless.
    async fn send(&mut self) -> Result<(), ClientError> {
        while !self.unsent.is_empty() {
            let rest = self.unsent.split_off(BATCH.min(self.unsent.len()));
            let batch = mem::replace(&mut self.unsent, rest);
            if let Err(error) = self.observer.send(&batch).await {
                self.unsent.splice(0..0, batch);
                return Err(error);
            }
        }
        Ok(())
    }
}

/// The deployed text, unless a checkout is just writing it.
fn readable(agents_file: &Path) -> Option<String> {
    let text = fs::read_to_string(agents_file).ok()?;
    text.ends_with('\n').then_some(text)
}
