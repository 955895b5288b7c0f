//! One way to talk to SQLite and to PostgreSQL.
//!
//! A statement is written once, with `$1`-style parameters, and runs on both: columns are BIGINT
//! (INTEGER), DOUBLE PRECISION (REAL), TEXT and BYTEA (BLOB) only; moments are microseconds; JSON
//! is text. A [`Tx`] is the unit of change: what it does, its journal entry, its messages and the
//! answer to its idempotency key commit together or not at all.

mod arg;
mod error;
mod open;
mod row;
mod tx;

pub use arg::Arg;
pub use error::DbError;
pub use open::{Durability, Schema};
pub use row::{Column, FromRow, Row};
pub use tx::Tx;

use std::sync::Arc;

use tokio::sync::Notify;

use sqlx::{AssertSqlSafe, PgPool, SqlSafeStr, SqlStr, SqlitePool};

/// Builds the parameters of a statement from values of mixed types.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Arg::from($value)),*] };
}

/// A database: cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    /// Rung when a committed change has messages to send.
    pub(crate) bell: Arc<Notify>,
}

#[derive(Clone, Debug)]
enum Pools {
    /// One connection writes, a few read.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

impl Db {
    fn over(pools: Pools) -> Self {
        Self {
            pools,
            bell: Arc::new(Notify::new()),
        }
    }

    /// All rows of a query, outside a transaction.
    pub async fn fetch_all<T: FromRow>(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<T>, DbError> {
        self.fetch_rows(sql.into_sql_str(), args).await
    }

    /// All rows of a query whose text was put together from constant parts.
    pub async fn fetch_all_built<T: FromRow>(
        &self,
        sql: String,
        args: Vec<Arg>,
    ) -> Result<Vec<T>, DbError> {
        self.fetch_rows(AssertSqlSafe(sql).into_sql_str(), args)
            .await
    }

    async fn fetch_rows<T: FromRow>(&self, sql: SqlStr, args: Vec<Arg>) -> Result<Vec<T>, DbError> {
        let rows: Vec<Row> = match &self.pools {
            Pools::Sqlite { read, .. } => {
                let query = sqlx::query_with(sql, arg::sqlite(args)?);
                query
                    .fetch_all(read)
                    .await?
                    .into_iter()
                    .map(Row::Sqlite)
                    .collect()
            }
            Pools::Postgres(pool) => {
                let query = sqlx::query_with(sql, arg::postgres(args)?);
                query
                    .fetch_all(pool)
                    .await?
                    .into_iter()
                    .map(Row::Postgres)
                    .collect()
            }
        };
        rows.iter().map(T::from_row).collect()
    }

    /// The first row of a query, if any, outside a transaction.
    pub async fn fetch_optional<T: FromRow>(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<T>, DbError> {
        Ok(self.fetch_all(sql, args).await?.into_iter().next())
    }

    /// The first row of a query that always has one.
    pub async fn fetch_one<T: FromRow>(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<T, DbError> {
        self.fetch_optional(sql, args).await?.ok_or(DbError::NoRow)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.fetch_one::<i64>("SELECT CAST(1 AS BIGINT) AS one", vec![])
            .await
            .map(drop)
    }

    /// Whether this is PostgreSQL, where other replicas may be at work too.
    pub fn is_shared(&self) -> bool {
        matches!(&self.pools, Pools::Postgres(_))
    }

    /// Waits for connections to end and closes the files.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}
