//! What an operator can set: section `[observer]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

/// The settings of the observer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ObserverSettings {
    /// A session that is silent for so many seconds is over.
    pub stall_after_seconds: u64,
    /// How long after its end a minute can still change, in seconds: how late events may come.
    pub settle_seconds: u64,
    /// How much may wait to be written, in bytes; past it callers are told to try again.
    pub queue_bytes: usize,
    /// The largest body of a batch, in bytes.
    pub batch_bytes: usize,
    /// How often the error analyser runs, in seconds; the playbook builder runs every fifth time.
    pub cycle_seconds: u64,
    /// Whether recurring findings become proposals by themselves.
    pub propose: bool,
    /// How many proposals of the analyser may be open at once.
    pub open_proposals: usize,
    /// The service that `POST /observed/…` calls; nothing is called when absent.
    pub upstream: Option<Url>,
    /// How long it may take to answer, in seconds.
    pub upstream_timeout_seconds: u64,
}

impl Default for ObserverSettings {
    fn default() -> Self {
        Self {
            stall_after_seconds: 600,
            settle_seconds: 30,
            queue_bytes: 64 * 1024 * 1024,
            batch_bytes: 16 * 1024 * 1024,
            cycle_seconds: 30,
            propose: true,
            open_proposals: 5,
            upstream: None,
            upstream_timeout_seconds: 60,
        }
    }
}

impl ObserverSettings {
    /// Refuses what cannot work.
    ///
    /// # Errors
    /// Names the setting.
    pub fn check(&self) -> anyhow::Result<()> {
        let positive = [
            ("stall_after_seconds", self.stall_after_seconds),
            ("cycle_seconds", self.cycle_seconds),
            ("upstream_timeout_seconds", self.upstream_timeout_seconds),
        ];
        for (name, value) in positive {
            anyhow::ensure!(
                (1..=86_400).contains(&value),
                "setting observer.{name}: expected 1 to 86400"
            );
        }
        anyhow::ensure!(
            64 * 1024 <= self.batch_bytes && self.batch_bytes <= self.queue_bytes,
            "setting observer.batch_bytes: expected 65536 up to observer.queue_bytes"
        );
        anyhow::ensure!(
            self.queue_bytes <= u32::MAX as usize,
            "setting observer.queue_bytes: expected at most 4294967295"
        );
        if let Some(upstream) = &self.upstream {
            anyhow::ensure!(
                matches!(upstream.scheme(), "http" | "https") && upstream.has_host(),
                "setting observer.upstream: expected an address such as http://127.0.0.1:3700"
            );
            anyhow::ensure!(
                upstream.username().is_empty() && upstream.password().is_none(),
                "setting observer.upstream: expected no name and password"
            );
            anyhow::ensure!(
                upstream.query().is_none() && upstream.fragment().is_none(),
                "setting observer.upstream: expected no ? or #"
            );
        }
        Ok(())
    }

    /// After how much silence a session is over.
    pub fn stall_after(&self) -> Duration {
        Duration::from_secs(self.stall_after_seconds)
    }
}
