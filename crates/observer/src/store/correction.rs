//! Corrections among the operations, and how far followed files are read.

use serde::{Serialize, de::DeserializeOwned};
use service_kit::{Act, args, db::DbError};

use super::{Store, operation::Numbered};

impl Store {
    /// A part of the corrections, the newest first by arrival: those before a number.
    pub(crate) async fn corrections(
        &self,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Numbered>, DbError> {
        self.db
            .fetch_all(
                "SELECT sequence, body FROM operation
                 WHERE (source = 'overseer_correction' OR event_type = 'user_correction')
                   AND ($1 IS NULL OR sequence < $1) ORDER BY sequence DESC LIMIT $2",
                args![before, limit],
            )
            .await
    }

    /// How far a file is read.
    pub(crate) async fn followed<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<T>, DbError> {
        let kept: Option<String> = self
            .db
            .fetch_optional(
                "SELECT state FROM followed_file WHERE name = $1",
                args![name],
            )
            .await?;
        let read = |text: String| serde_json::from_str(&text);
        kept.map(read)
            .transpose()
            .map_err(|error| DbError::Value(error.to_string()))
    }

    /// Notes how far a file is read.
    pub(crate) async fn keep_followed<T: Serialize>(
        &self,
        name: &str,
        state: &T,
        act: &Act,
    ) -> Result<(), DbError> {
        let state =
            serde_json::to_string(state).map_err(|error| DbError::Value(error.to_string()))?;
        let mut tx = self.db.begin(act).await?;
        tx.execute(
            "INSERT INTO followed_file (name, state) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET state = excluded.state",
            args![name, state],
        )
        .await?;
        tx.commit().await
    }
}
