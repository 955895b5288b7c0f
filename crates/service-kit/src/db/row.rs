//! Rows of results.

use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};
use types::{CommitSha, Digest, FindingId, ProposalId, Timestamp, WindowId};
use uuid::Uuid;

use super::DbError;

/// A row of either database.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// The value of a column.
    pub fn get<T: Column>(&self, name: &str) -> Result<T, DbError> {
        T::read(self, name)
    }

    fn first<T: Column>(&self) -> Result<T, DbError> {
        let name = match self {
            Self::Sqlite(row) => sqlx::Column::name(&row.columns()[0]).to_owned(),
            Self::Postgres(row) => sqlx::Column::name(&row.columns()[0]).to_owned(),
        };
        T::read(self, &name)
    }
}

/// Something that one column holds.
pub trait Column: Sized {
    /// Reads it.
    fn read(row: &Row, name: &str) -> Result<Self, DbError>;
}

/// Something that a row holds.
pub trait FromRow: Sized {
    /// Reads it.
    fn from_row(row: &Row) -> Result<Self, DbError>;
}

impl<T: Column> FromRow for T {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        row.first()
    }
}

macro_rules! native {
    ($($kind:ty),*) => {$(
        impl Column for $kind {
            fn read(row: &Row, name: &str) -> Result<Self, DbError> {
                match row {
                    Row::Sqlite(row) => row.try_get(name),
                    Row::Postgres(row) => row.try_get(name),
                }
                .map_err(DbError::from)
            }
        }
        impl Column for Option<$kind> {
            fn read(row: &Row, name: &str) -> Result<Self, DbError> {
                match row {
                    Row::Sqlite(row) => row.try_get(name),
                    Row::Postgres(row) => row.try_get(name),
                }
                .map_err(DbError::from)
            }
        }
    )*};
}

native!(i64, f64, String, Vec<u8>);

fn fault(name: &str, what: impl std::fmt::Display) -> DbError {
    DbError::Value(format!("column {name}: {what}"))
}

macro_rules! converted {
    ($base:ty: $($kind:ty => $convert:expr),* $(,)?) => {$(
        impl Column for $kind {
            fn read(row: &Row, name: &str) -> Result<Self, DbError> {
                let convert: fn($base) -> Result<$kind, String> = $convert;
                convert(row.get::<$base>(name)?).map_err(|error| fault(name, error))
            }
        }
        impl Column for Option<$kind> {
            fn read(row: &Row, name: &str) -> Result<Self, DbError> {
                let convert: fn($base) -> Result<$kind, String> = $convert;
                let value = row.get::<Option<$base>>(name)?;
                value.map(convert).transpose().map_err(|error| fault(name, error))
            }
        }
    )*};
}

converted!(i64:
    bool => |value| Ok(value != 0),
    u64 => |value| u64::try_from(value).map_err(|error| error.to_string()),
    u32 => |value| u32::try_from(value).map_err(|error| error.to_string()),
    Timestamp => |value| Ok(Timestamp::from_micros(value)),
);

converted!(String:
    CommitSha => |text| text.parse().map_err(|error: types::Invalid| error.to_string()),
    Digest => |text| text.parse().map_err(|error: types::Invalid| error.to_string()),
    FindingId => |text| text.parse().map_err(|error: types::Invalid| error.to_string()),
    ProposalId => |text| text.parse().map_err(|error: types::Invalid| error.to_string()),
    WindowId => |text| text.parse().map_err(|error: types::Invalid| error.to_string()),
    Uuid => |text| text.parse().map_err(|error: uuid::Error| error.to_string()),
    serde_json::Value => |text| serde_json::from_str(&text).map_err(|error| error.to_string()),
);

impl Row {
    /// A column whose text is the JSON of `T`.
    pub fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, DbError> {
        let text: String = self.get(name)?;
        serde_json::from_str(&text).map_err(|error| fault(name, error))
    }

    /// A column whose text, if any, is the JSON of `T`.
    pub fn json_optional<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<T>, DbError> {
        let text: Option<String> = self.get(name)?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| fault(name, error)))
            .transpose()
    }

    /// A column whose text is the wire name of an enum's variant.
    pub fn name<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, DbError> {
        let text: String = self.get(name)?;
        serde_json::from_value(serde_json::Value::String(text)).map_err(|error| fault(name, error))
    }

    /// A column whose text, if any, is the wire name of an enum's variant.
    pub fn name_optional<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<T>, DbError> {
        let text: Option<String> = self.get(name)?;
        text.map(|text| {
            serde_json::from_value(serde_json::Value::String(text))
                .map_err(|error| fault(name, error))
        })
        .transpose()
    }
}
