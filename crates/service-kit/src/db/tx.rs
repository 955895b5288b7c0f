//! The unit of change.

use std::sync::Arc;

use serde::Serialize;
use sqlx::{AssertSqlSafe, Postgres, SqlSafeStr, SqlStr, Sqlite, Transaction};
use tokio::sync::Notify;
use types::Timestamp;

use super::{Arg, Db, DbError, FromRow, Pools, Row, arg};
use crate::{
    act::Act,
    steps::{Message, inbox, journal, outbox},
};

/// A transaction that belongs to an act of somebody.
///
/// Dropped without [`Tx::commit`] it leaves no trace.
#[derive(Debug)]
pub struct Tx {
    inner: Inner,
    act: Act,
    bell: Arc<Notify>,
    sends: bool,
}

#[derive(Debug)]
enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Begins a change on behalf of `act`.
    ///
    /// If the act carries an idempotency key that was used before, nothing is begun and the error
    /// is the stored answer ([`DbError::Replay`]), or says that the key belongs to another request.
    pub async fn begin(&self, act: &Act) -> Result<Tx, DbError> {
        let inner = match &self.pools {
            Pools::Sqlite { write, .. } => {
                Inner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres(pool) => Inner::Postgres(pool.begin().await?),
        };
        let mut tx = Tx {
            inner,
            act: act.clone(),
            bell: Arc::clone(&self.bell),
            sends: false,
        };
        inbox::claim(&mut tx).await?;
        Ok(tx)
    }
}

impl Tx {
    /// Who changes something, when, and under which idempotency key.
    pub fn act(&self) -> &Act {
        &self.act
    }

    /// The moment of the change.
    pub fn now(&self) -> Timestamp {
        self.act.at
    }

    /// Runs a statement; the number of rows it touched.
    pub async fn execute(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<u64, DbError> {
        self.run(sql.into_sql_str(), args).await
    }

    /// Inserts rows by statements that take many at a time; the number of rows that are new.
    ///
    /// `head` ends in `VALUES`, `tail` may say what to do on conflict.
    pub async fn insert_many(
        &mut self,
        head: &'static str,
        tail: &'static str,
        rows: Vec<Vec<Arg>>,
    ) -> Result<u64, DbError> {
        let Some(width) = rows.first().map(Vec::len) else {
            return Ok(0);
        };
        let mut touched = 0;
        let mut rows = rows.into_iter();
        while rows.len() != 0 {
            let at_once = self.inner.rows_at_once(rows.len(), width);
            let chunk: Vec<Vec<Arg>> = rows.by_ref().take(at_once).collect();
            let sql = format!("{head} {} {tail}", self.placeholders(chunk.len(), width));
            let args = chunk.into_iter().flatten().collect();
            touched += self.run(AssertSqlSafe(sql).into_sql_str(), args).await?;
        }
        Ok(touched)
    }

    /// Inserts rows like [`Tx::insert_many`]; `tail` ends in `RETURNING` and says what of the new
    /// rows comes back.
    pub async fn insert_many_returning<T: FromRow>(
        &mut self,
        head: &'static str,
        tail: &'static str,
        rows: Vec<Vec<Arg>>,
    ) -> Result<Vec<T>, DbError> {
        let Some(width) = rows.first().map(Vec::len) else {
            return Ok(Vec::new());
        };
        let mut out = Vec::new();
        let mut rows = rows.into_iter();
        while rows.len() != 0 {
            let at_once = self.inner.rows_at_once(rows.len(), width);
            let chunk: Vec<Vec<Arg>> = rows.by_ref().take(at_once).collect();
            let sql = format!("{head} {} {tail}", self.placeholders(chunk.len(), width));
            let args = chunk.into_iter().flatten().collect();
            out.extend(self.fetch(AssertSqlSafe(sql).into_sql_str(), args).await?);
        }
        Ok(out)
    }

    fn placeholders(&self, rows: usize, width: usize) -> String {
        let mut out = String::with_capacity(rows * width * 7);
        for row in 0..rows {
            out.push_str(if row == 0 { "(" } else { ",(" });
            for column in 0..width {
                if column > 0 {
                    out.push(',');
                }
                out.push_str(&self.inner.mark(row * width + column + 1));
            }
            out.push(')');
        }
        out
    }

    async fn run(&mut self, sql: SqlStr, args: Vec<Arg>) -> Result<u64, DbError> {
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let query = sqlx::query_with(sql, arg::sqlite(args)?);
                Ok(query.execute(&mut **tx).await?.rows_affected())
            }
            Inner::Postgres(tx) => {
                let query = sqlx::query_with(sql, arg::postgres(args)?);
                Ok(query.execute(&mut **tx).await?.rows_affected())
            }
        }
    }

    /// All rows of a query, or of a statement that returns some.
    pub async fn fetch_all<T: FromRow>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<T>, DbError> {
        self.fetch(sql.into_sql_str(), args).await
    }

    async fn fetch<T: FromRow>(&mut self, sql: SqlStr, args: Vec<Arg>) -> Result<Vec<T>, DbError> {
        let rows: Vec<Row> = match &mut self.inner {
            Inner::Sqlite(tx) => {
                let query = sqlx::query_with(sql, arg::sqlite(args)?);
                query
                    .fetch_all(&mut **tx)
                    .await?
                    .into_iter()
                    .map(Row::Sqlite)
                    .collect()
            }
            Inner::Postgres(tx) => {
                let query = sqlx::query_with(sql, arg::postgres(args)?);
                query
                    .fetch_all(&mut **tx)
                    .await?
                    .into_iter()
                    .map(Row::Postgres)
                    .collect()
            }
        };
        rows.iter().map(T::from_row).collect()
    }

    /// The first row, if any.
    pub async fn fetch_optional<T: FromRow>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<T>, DbError> {
        Ok(self.fetch_all(sql, args).await?.into_iter().next())
    }

    /// The first row of a query that always has one.
    pub async fn fetch_one<T: FromRow>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<T, DbError> {
        self.fetch_optional(sql, args).await?.ok_or(DbError::NoRow)
    }

    /// Writes the change into the journal: `action` such as `window.open`, `subject` such as
    /// `window/…`, and what was there before and is there after (only digests are kept).
    pub async fn journal<B: Serialize + Sync, A: Serialize + Sync>(
        &mut self,
        action: &'static str,
        subject: &str,
        before: Option<&B>,
        after: Option<&A>,
    ) -> Result<(), DbError> {
        let entry = journal::Change {
            action,
            subject,
            before: before.map(journal::fingerprint).transpose()?,
            after: after.map(journal::fingerprint).transpose()?,
        };
        journal::append(self, entry).await
    }

    /// Sends a message once the change is committed: at least once on the wire.
    pub async fn send(&mut self, message: Message) -> Result<(), DbError> {
        self.sends = true;
        outbox::enqueue(self, message).await
    }

    /// Commits. For an act with an idempotency key, prefer [`Tx::commit_with`].
    pub async fn commit(self) -> Result<(), DbError> {
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        if self.sends {
            self.bell.notify_one();
        }
        Ok(())
    }

    /// Commits, and keeps the answer for whoever repeats the request.
    pub async fn commit_with<T: Serialize + Sync>(
        mut self,
        status: u16,
        reply: &T,
    ) -> Result<(), DbError> {
        inbox::answer(&mut self, status, reply).await?;
        self.commit().await
    }
}

/// PostgreSQL takes 65,535 parameters in a statement.
const MOST_PARAMETERS: usize = 16_000;

/// Rows of one statement on SQLite. Few different statements are prepared once each, and a longer
/// one would hardly be faster but take much memory.
const ROWS_ON_SQLITE: [usize; 3] = [64, 8, 1];

impl Inner {
    /// How many of so many rows of so many columns go into one statement.
    fn rows_at_once(&self, rows: usize, width: usize) -> usize {
        match self {
            Self::Sqlite(_) => ROWS_ON_SQLITE
                .into_iter()
                .find(|count| *count <= rows)
                .unwrap_or(1),
            Self::Postgres(_) => (MOST_PARAMETERS / width.max(1)).max(1),
        }
    }

    /// How the parameter of this number is written. SQLite looks up a numbered one among all of
    /// its statement, which takes far longer than the statement itself where there are thousands.
    fn mark(&self, number: usize) -> String {
        match self {
            Self::Sqlite(_) => "?".to_owned(),
            Self::Postgres(_) => format!("${number}"),
        }
    }
}
