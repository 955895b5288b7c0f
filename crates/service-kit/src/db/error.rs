//! What can go wrong with a database.

/// A failure of the database, or the reason why a change was not begun.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The database cannot be reached, is full or refuses to write.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Another change came first; trying again may work.
    #[error("another change came first: {0}")]
    Contended(String),
    /// A uniqueness or foreign key constraint stands against it.
    #[error("the constraint {0} stands against it")]
    Constraint(String),
    /// A query that always has a row had none.
    #[error("a row that must exist is missing")]
    NoRow,
    /// A value does not fit its column or its type.
    #[error("a stored value is not valid: {0}")]
    Value(String),
    /// A statement is wrong.
    #[error("the database refused a statement: {0}")]
    Statement(String),
    /// The idempotency key was used before: this is the answer it got.
    #[error("the request was answered before with {status}")]
    Replay {
        /// The status of the stored answer.
        status: u16,
        /// The body of the stored answer.
        body: Vec<u8>,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A request with the same idempotency key is under way.
    #[error("a request with the same idempotency key is under way")]
    KeyInFlight,
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                if database.is_unique_violation() || database.is_foreign_key_violation() {
                    let name = database.constraint().unwrap_or_else(|| database.message());
                    Self::Constraint(name.to_owned())
                } else if database.is_check_violation() {
                    Self::Value(database.message().to_owned())
                } else if is_contention(&code) {
                    Self::Contended(error.to_string())
                } else if is_outage(&code) {
                    Self::Unavailable(error.to_string())
                } else {
                    Self::Statement(error.to_string())
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Self::Unavailable(error.to_string()),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::Value(error.to_string())
            }
            sqlx::Error::RowNotFound => Self::NoRow,
            _ => Self::Statement(error.to_string()),
        }
    }
}

/// SQLITE_BUSY and its extended codes; serialisation failure, deadlock and lock time-out.
fn is_contention(code: &str) -> bool {
    matches!(
        code,
        "5" | "261" | "517" | "773" | "6" | "40001" | "40P01" | "55P03"
    )
}

/// SQLite: read-only, I/O error, full, cannot open. PostgreSQL: connection, resources, shutdown.
fn is_outage(code: &str) -> bool {
    let sqlite = code
        .parse::<u32>()
        .is_ok_and(|number| matches!(number & 0xff, 8 | 10 | 13 | 14));
    let postgres = code.len() == 5
        && ["08", "53", "57", "58"]
            .iter()
            .any(|class| code.starts_with(class));
    postgres || (code.len() < 5 && sqlite)
}
