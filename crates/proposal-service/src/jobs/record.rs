//! Commits what happened to the proposals branch: one commit for each change, in order.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use clients::ClientError;
use service_kit::{db::DbError, tasks::Stop};
use tracing::{debug, warn};
use types::{CommitSha, analysis::ProposalCategory, patch::CommitFiles};

use crate::{
    app::App,
    domain::markdown,
    store::record::{self, Record},
};

/// Between two looks when all is well.
const PAUSE: Duration = Duration::from_millis(250);
/// Between two tries when patch-apply does not take the commits.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often the branch may move under one commit.
const MOST_MOVES: u32 = 20;

/// Why a commit was not made; it is tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    /// patch-apply.
    #[error("the proposals branch cannot be written: {0}")]
    Peer(#[from] ClientError),
    /// The branch moved each time.
    #[error("the proposals branch moved {MOST_MOVES} times under one commit")]
    Restless,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes the commits.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    app: Arc<App>,
}

impl Recorder {
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    /// Commits until `stop` says otherwise.
    pub(crate) async fn run(self, stop: Stop) {
        let mut pause = PAUSE;
        while !stop.is_set() {
            pause = match self.tick(&stop).await {
                Ok(()) => PAUSE,
                Err(error) => {
                    let waiting = record::count_open(&self.app.db).await.unwrap_or(0);
                    warn!(error = %error, waiting, "{waiting} commits wait: {error}");
                    pause.saturating_mul(2).min(LONGEST_PAUSE)
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.wait() => {}
            }
        }
    }

    /// Makes the commits that wait, oldest first.
    pub(crate) async fn tick(&self, stop: &Stop) -> Result<(), RecordError> {
        while let Some(record) = record::oldest(&self.app.db).await? {
            if stop.is_set() {
                return Ok(());
            }
            self.commit(&record).await?;
        }
        Ok(())
    }

    /// Makes one commit, also if an earlier try was cut off or another replica does the same.
    ///
    /// The tip is read first and only then whether the commit is still to be made: whoever makes
    /// the next one does so after this one is marked as done, so that the tip has moved by then
    /// and the compare-and-swap fails.
    async fn commit(&self, record: &Record) -> Result<(), RecordError> {
        for _ in 0..MOST_MOVES {
            let head = self.head().await?;
            let oldest = record::oldest(&self.app.db).await?;
            if oldest.is_none_or(|oldest| oldest.sequence != record.sequence) {
                return Ok(());
            }
            if let Some(head) = &head
                && self.text_at(head, &record.path).await?.as_ref() == Some(&record.markdown)
            {
                return self.finish(record, head).await;
            }
            match self
                .app
                .patch_apply
                .commit(&self.files(record, head).await?)
                .await
            {
                Ok(committed) => return self.finish(record, &committed.commit).await,
                Err(error) if error.code() == Some("HEAD_MOVED") => {
                    debug!("the proposals branch moved; looking again");
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(RecordError::Restless)
    }

    async fn head(&self) -> Result<Option<CommitSha>, RecordError> {
        match self
            .app
            .patch_apply
            .head(Some(&self.app.proposals_branch))
            .await
        {
            Ok(head) => Ok(Some(head.commit)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn text_at(&self, head: &CommitSha, path: &str) -> Result<Option<String>, RecordError> {
        match self.app.patch_apply.file(head.as_str(), path).await {
            Ok(file) => Ok(file.text),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn files(
        &self,
        record: &Record,
        head: Option<CommitSha>,
    ) -> Result<CommitFiles, RecordError> {
        let mut files = BTreeMap::new();
        files.insert(record.path.clone(), Some(record.markdown.clone()));
        files.insert(
            "proposals/index.md".to_owned(),
            Some(self.app.index().await?),
        );
        // The templates come with the branch; after that they belong to whoever edits them.
        if head.is_none() {
            for category in ProposalCategory::ALL {
                let path = format!("proposals/templates/{}.md", category.name());
                files.insert(path, Some(markdown::template(category)));
            }
        }
        Ok(CommitFiles {
            branch: self.app.proposals_branch.clone(),
            expected_head: head,
            files,
            message: record.message.clone(),
            author: record.author.clone(),
        })
    }

    async fn finish(&self, record: &Record, commit: &CommitSha) -> Result<(), RecordError> {
        let mut tx = self.app.db.begin(&self.app.own_act()).await?;
        record::finish(&mut tx, record.sequence, commit).await?;
        tx.commit().await?;
        Ok(())
    }
}
