//! Opening a database and bringing its tables up to date.

use std::{borrow::Cow, path::Path, str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor,
    migrate::{Migration, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Db, DbError, Pools};

/// The tables of a service: its migrations for both databases, under the same names.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// The PostgreSQL schema the tables live in, such as `tune_gateway`.
    pub name: &'static str,
    /// For SQLite.
    pub sqlite: &'static Migrator,
    /// For PostgreSQL.
    pub postgres: &'static Migrator,
}

/// What a commit on SQLite survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A power cut: every commit is on disk.
    Full,
    /// A crash of the process; for tables that a log can rebuild.
    Normal,
}

static KIT_SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static KIT_POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Where a service's own migrations begin to count, above the kit's.
const SERVICE_OFFSET: i64 = 1_000;

impl Db {
    /// Opens or creates a SQLite file and migrates it.
    pub async fn sqlite(
        file: &Path,
        schema: Schema,
        durability: Durability,
    ) -> Result<Self, DbError> {
        let synchronous = match durability {
            Durability::Full => SqliteSynchronous::Full,
            Durability::Normal => SqliteSynchronous::Normal,
        };
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-2000")
            .statement_cache_capacity(64)
            // A slow statement would be logged as a whole: a hundred kilobytes for a batch.
            .disable_statement_logging();
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            // A full disk ends a transaction behind the driver's back: it then believes for ever
            // that one is open. Such a connection is closed, and another one opened.
            .before_acquire(|connection, _| {
                let is_idle = !connection.is_in_transaction();
                Box::pin(async move { Ok(is_idle) })
            })
            .connect_with(options.clone())
            .await?;
        migrator(&KIT_SQLITE, schema.sqlite)
            .run(&write)
            .await
            .map_err(refused_migration)?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .min_connections(0)
            .idle_timeout(Duration::from_secs(60))
            .acquire_timeout(Duration::from_secs(30))
            .connect_lazy_with(options.read_only(true).create_if_missing(false));
        Ok(Self::over(Pools::Sqlite { write, read }))
    }

    /// Connects to PostgreSQL, makes the service's schema there and migrates it.
    pub async fn postgres(url: &str, schema: Schema) -> Result<Self, DbError> {
        let options = PgConnectOptions::from_str(url)?
            .application_name(schema.name)
            .options([("search_path", schema.name)])
            .disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .min_connections(0)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await?;
        create_schema(&pool, schema.name).await?;
        migrator(&KIT_POSTGRES, schema.postgres)
            .run(&pool)
            .await
            .map_err(refused_migration)?;
        Ok(Self::over(Pools::Postgres(pool)))
    }
}

/// Two replicas that start at once may both try to create the schema: the loser is content.
async fn create_schema(pool: &sqlx::PgPool, name: &str) -> Result<(), DbError> {
    let statement = AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS {name}"));
    match pool.execute(statement).await.map_err(DbError::from) {
        Ok(_) | Err(DbError::Constraint(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn refused_migration(error: sqlx::migrate::MigrateError) -> DbError {
    match error {
        sqlx::migrate::MigrateError::Execute(cause) => cause.into(),
        other => DbError::Statement(format!("the tables cannot be brought up to date: {other}")),
    }
}

fn migrator(kit: &Migrator, service: &Migrator) -> Migrator {
    let shifted = service.iter().map(|migration| Migration {
        version: migration.version + SERVICE_OFFSET,
        ..migration.clone()
    });
    let all: Vec<Migration> = kit.iter().cloned().chain(shifted).collect();
    Migrator {
        migrations: Cow::Owned(all),
        ..Migrator::DEFAULT
    }
}
