//! The corrections of an overseer, read from the file into which it writes them.

use std::path::{Path, PathBuf};

use service_kit::{Act, db::DbError};
use tracing::info;
use types::{Service, Timestamp};

use super::App;
use crate::{
    domain::{
        formats::{Format, Parsed},
        sanitise::sanitise,
    },
    ingest::IngestError,
    tail::{Pursued, Pursuit},
};

/// What the file is called in the store.
const NAME: &str = "corrections";

/// Why corrections could not be taken in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CorrectionsError {
    /// The file.
    #[error("the corrections file {} cannot be read: {source}", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The way in.
    #[error(transparent)]
    Intake(#[from] IngestError),
    /// The database.
    #[error(transparent)]
    Store(#[from] DbError),
}

impl App {
    /// Takes in what was written to the corrections file since it was read last; how many
    /// corrections that are new. What is not durable yet is read again the next time.
    pub(crate) async fn take_corrections(&self) -> Result<u64, CorrectionsError> {
        let Some(path) = self.settings.corrections_file.clone() else {
            return Ok(0);
        };
        // Two readings at once would be harmless, but count the same corrections twice.
        let _alone = self.correcting.lock().await;
        let kept = self.store.followed::<Pursuit>(NAME).await?;
        let mut pursuit = kept.unwrap_or(Pursuit::START);
        let mut count = 0;
        while let Some(read) = next(&path, pursuit.clone(), self.clock.now()).await? {
            count += self.take_rows(read.parsed, read.bytes).await?;
            let act = Act::of_service(Service::Observer, &self.clock);
            self.store.keep_followed(NAME, &read.then, &act).await?;
            pursuit = read.then;
        }
        if count != 0 {
            info!("took in {count} corrections of the overseer");
        }
        Ok(count)
    }

    async fn take_rows(&self, rows: Vec<Parsed>, bytes: usize) -> Result<u64, IngestError> {
        if rows.is_empty() {
            return Ok(0);
        }
        let operations: Vec<_> = rows
            .into_iter()
            .map(|row| sanitise(&self.redactor, row.operation))
            .collect();
        let is_new = self.intake.take(operations, bytes).await?;
        Ok(is_new.iter().filter(|new| **new).count() as u64)
    }
}

/// Files may lie on a share that is slow: requests must not wait for it.
async fn next(
    path: &Path,
    pursuit: Pursuit,
    now: Timestamp,
) -> Result<Option<Pursued>, CorrectionsError> {
    let file = path.to_owned();
    let reading =
        tokio::task::spawn_blocking(move || pursuit.next(&file, Format::Corrections, now));
    let read = reading
        .await
        .map_err(std::io::Error::other)
        .and_then(|read| read);
    read.map_err(|source| CorrectionsError::File {
        path: path.to_owned(),
        source,
    })
}
