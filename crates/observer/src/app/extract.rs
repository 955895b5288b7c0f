//! The daily extraction: one JSONL file a day, kept for so many days.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use service_kit::{Act, db::DbError};
use tracing::info;
use types::{Service, Timestamp};

use super::App;
use crate::domain::telemetry::telemetry_event;

/// How many operations are read at once.
const PART: i64 = 5_000;
const A_DAY: Duration = Duration::from_secs(24 * 3_600);

/// Why the extraction could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExtractError {
    /// A file or its folder.
    #[error("the telemetry file {} cannot be written: {source}", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] DbError),
}

/// What an extraction came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extracted {
    pub(crate) days: u64,
    pub(crate) events: u64,
    pub(crate) removed: u64,
}

impl App {
    /// Writes the file of every day that is over and has operations that are in no file yet, and
    /// removes files that are too old.
    pub(crate) async fn extract(&self) -> Result<Extracted, ExtractError> {
        let now = self.clock.now();
        let act = Act::of_service(Service::Observer, &self.clock);
        let oldest = now.minus(A_DAY * u32::from(self.settings.telemetry_days));
        let mut done = Extracted::default();
        self.store.note_days(&act).await?;
        for day in self.store.noted_days(now).await? {
            if oldest.date() <= day.date() {
                done.events += self.write_day(day).await?;
                done.days += 1;
            }
            self.store.day_is_written(day, &act).await?;
        }
        done.removed = self.remove_days_before(&oldest.date())?;
        if done != Extracted::default() {
            let Extracted {
                days,
                events,
                removed,
            } = done;
            info!("extracted {events} events of {days} days, removed {removed} old files");
        }
        Ok(done)
    }

    /// Writes a day's file as a whole: a reader sees the old one or the new one.
    async fn write_day(&self, day: Timestamp) -> Result<u64, ExtractError> {
        let path = self.telemetry_dir.join(format!("{}.jsonl", day.date()));
        let aside = self
            .telemetry_dir
            .join(format!(".{}.jsonl.new", day.date()));
        let failed = |source| ExtractError::File {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(&*self.telemetry_dir).map_err(failed)?;
        let mut file = BufWriter::new(File::create(&aside).map_err(failed)?);
        let (mut after, mut events) = ((i64::MIN, i64::MIN), 0);
        loop {
            let rows = self.store.day(day, day.plus(A_DAY), after, PART).await?;
            let Some(last) = rows.last() else { break };
            after = (last.operation.timestamp.as_micros(), last.sequence);
            for event in rows
                .iter()
                .filter_map(|row| telemetry_event(&row.operation))
            {
                serde_json::to_writer(&mut file, &event)
                    .map_err(std::io::Error::from)
                    .and_then(|()| file.write_all(b"\n"))
                    .map_err(failed)?;
                events += 1;
            }
        }
        let file = file
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        file.sync_all()
            .and_then(|()| fs::rename(&aside, &path))
            .map_err(failed)?;
        Ok(events)
    }

    fn remove_days_before(&self, oldest: &str) -> Result<u64, ExtractError> {
        let Ok(entries) = fs::read_dir(&*self.telemetry_dir) else {
            // Nothing was written yet.
            return Ok(0);
        };
        let mut removed = 0;
        for path in entries.flatten().map(|entry| entry.path()) {
            if day_of(&path).is_some_and(|day| day < oldest) {
                let gone = fs::remove_file(&path);
                gone.map_err(|source| ExtractError::File {
                    path: path.clone(),
                    source,
                })?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// The day of a file that the extraction wrote; other files are left alone.
fn day_of(path: &Path) -> Option<&str> {
    let day = path.file_name()?.to_str()?.strip_suffix(".jsonl")?;
    let is_day = day.len() == 10 && format!("{day}T00:00:00Z").parse::<Timestamp>().is_ok();
    is_day.then_some(day)
}
