//! What an operator can set: section `[observer]`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use service_kit::jobs::Schedule;
use url::Url;

use crate::app::Job;

/// So many days before a change are what it is compared with.
const BASELINE_DAYS: u16 = 7;

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
    /// The file into which an overseer writes its corrections, one a line; nothing is read when
    /// absent.
    pub corrections_file: Option<PathBuf>,
    /// Where the daily telemetry files go; `telemetry/events` in the data folder when absent.
    pub telemetry_dir: Option<PathBuf>,
    /// How many days telemetry files are kept.
    pub telemetry_days: u16,
    /// How many days operations are kept after they came in.
    pub retention_days: u16,
    /// When the daily files are written: a cron expression in UTC, or `off`.
    pub telemetry_extract_schedule: String,
    /// When old operations are forgotten: a cron expression in UTC, or `off`.
    pub retention_schedule: String,
    /// When is looked for something to propose beside the cycle: a cron expression in UTC, or
    /// `off`.
    pub self_eval_schedule: String,
}

/// What stands for no schedule.
const OFF: &str = "off";

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
            corrections_file: None,
            telemetry_dir: None,
            telemetry_days: 30,
            retention_days: 30,
            telemetry_extract_schedule: "0 1 * * *".to_owned(),
            retention_schedule: "30 1 * * *".to_owned(),
            self_eval_schedule: "0 2 * * *".to_owned(),
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
        for (name, days) in [
            ("telemetry_days", self.telemetry_days),
            ("retention_days", self.retention_days),
        ] {
            anyhow::ensure!(
                (1..=3_650).contains(&days),
                "setting observer.{name}: expected 1 to 3650"
            );
        }
        anyhow::ensure!(
            BASELINE_DAYS < self.retention_days && self.telemetry_days <= self.retention_days,
            "setting observer.retention_days: expected more than {BASELINE_DAYS}, which changes \
             are compared with, and not less than observer.telemetry_days"
        );
        for (job, text) in self.all_schedules() {
            anyhow::ensure!(
                text == OFF || text.parse::<Schedule>().is_ok(),
                "setting observer.{}_schedule: {text} is neither `{OFF}` nor a cron expression of \
                 five fields, such as 0 2 * * *",
                job.name().replace('-', "_")
            );
        }
        Ok(())
    }

    fn all_schedules(&self) -> [(Job, &str); 3] {
        [
            (Job::TelemetryExtract, &self.telemetry_extract_schedule),
            (Job::Retention, &self.retention_schedule),
            (Job::SelfEval, &self.self_eval_schedule),
        ]
    }

    /// The jobs that run by the calendar, and when.
    pub(crate) fn schedules(&self) -> Vec<(Job, Schedule)> {
        let parsed = |(job, text): (Job, &str)| Some((job, text.parse().ok()?));
        self.all_schedules()
            .into_iter()
            .filter_map(parsed)
            .collect()
    }

    /// The same as they are written.
    pub(crate) fn schedule_texts(&self) -> Vec<(&'static str, &str)> {
        let known = self
            .all_schedules()
            .into_iter()
            .filter(|(_, text)| *text != OFF);
        known.map(|(job, text)| (job.name(), text)).collect()
    }

    /// Whether daily files are written by themselves.
    pub(crate) fn extracts(&self) -> bool {
        self.telemetry_extract_schedule != OFF
    }

    /// Where the daily files go.
    pub(crate) fn telemetry_dir(&self, data_dir: &Path) -> PathBuf {
        let default = || data_dir.join("telemetry").join("events");
        self.telemetry_dir.clone().unwrap_or_else(default)
    }

    /// After how much silence a session is over.
    pub fn stall_after(&self) -> Duration {
        Duration::from_secs(self.stall_after_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(change: impl FnOnce(&mut ObserverSettings)) -> Result<(), String> {
        let mut settings = ObserverSettings::default();
        change(&mut settings);
        settings.check().map_err(|error| error.to_string())
    }

    #[test]
    fn what_cannot_work_is_refused_by_its_name() {
        assert_eq!(checked(|_| {}), Ok(()));
        assert_eq!(
            checked(|it| it.self_eval_schedule = "off".to_owned()),
            Ok(())
        );
        type Change = fn(&mut ObserverSettings);
        let refused: [(Change, &str); 5] = [
            (|it| it.cycle_seconds = 0, "cycle_seconds"),
            (|it| it.telemetry_days = 0, "telemetry_days"),
            (|it| it.retention_days = 20, "retention_days"),
            (
                |it| (it.telemetry_days, it.retention_days) = (7, 7),
                "retention_days",
            ),
            (
                |it| it.telemetry_extract_schedule = "daily".to_owned(),
                "telemetry_extract_schedule",
            ),
        ];
        for (change, name) in refused {
            let error = checked(change).unwrap_err();
            assert!(error.contains(&format!("observer.{name}")), "{error}");
        }
    }
}
