//! The tables. One set of statements runs on both databases; rows never leave.

pub(crate) mod breaker;
pub(crate) mod notice;
pub(crate) mod proposal;
pub(crate) mod record;
mod row;

use service_kit::db::{Arg, Db, DbError, FromRow, Schema, Tx};
use sqlx::migrate::Migrator;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// The tables of this service.
pub(crate) const SCHEMA: Schema = Schema {
    name: "proposal_service",
    sqlite: &SQLITE,
    postgres: &POSTGRES,
};

/// What can be read from, inside a change or outside.
pub(crate) trait Source: Send {
    /// All rows of a query.
    fn rows<T: FromRow>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> impl Future<Output = Result<Vec<T>, DbError>> + Send;
}

impl Source for &Db {
    async fn rows<T: FromRow>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<T>, DbError> {
        self.fetch_all(sql, args).await
    }
}

impl Source for Tx {
    async fn rows<T: FromRow>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<T>, DbError> {
        self.fetch_all(sql, args).await
    }
}

/// A list as JSON text.
fn json(value: &[String]) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Value(error.to_string()))
}
