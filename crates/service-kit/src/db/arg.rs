//! Parameters of statements.

use sqlx::{Arguments, postgres::PgArguments, sqlite::SqliteArguments};
use types::{CommitSha, Digest, FindingId, ProposalId, Timestamp, WindowId};

use super::DbError;

/// One parameter; `None` is NULL of that type.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// BIGINT.
    Int(Option<i64>),
    /// DOUBLE PRECISION.
    Real(Option<f64>),
    /// TEXT.
    Text(Option<String>),
    /// BYTEA or BLOB.
    Blob(Option<Vec<u8>>),
}

pub(super) fn sqlite(args: Vec<Arg>) -> Result<SqliteArguments, DbError> {
    let mut out = SqliteArguments::default();
    for arg in args {
        match arg {
            Arg::Int(value) => out.add(value),
            Arg::Real(value) => out.add(value),
            Arg::Text(value) => out.add(value),
            Arg::Blob(value) => out.add(value),
        }
        .map_err(|error| DbError::Value(error.to_string()))?;
    }
    Ok(out)
}

pub(super) fn postgres(args: Vec<Arg>) -> Result<PgArguments, DbError> {
    let mut out = PgArguments::default();
    for arg in args {
        match arg {
            Arg::Int(value) => out.add(value),
            Arg::Real(value) => out.add(value),
            Arg::Text(value) => out.add(value.map(|text| text.replace('\0', "\u{fffd}"))),
            Arg::Blob(value) => out.add(value),
        }
        .map_err(|error| DbError::Value(error.to_string()))?;
    }
    Ok(out)
}

macro_rules! from {
    ($variant:ident: $($kind:ty => $convert:expr),* $(,)?) => {$(
        impl From<$kind> for Arg {
            fn from(value: $kind) -> Self {
                Self::$variant(Some(($convert)(value)))
            }
        }
        impl From<Option<$kind>> for Arg {
            fn from(value: Option<$kind>) -> Self {
                Self::$variant(value.map($convert))
            }
        }
    )*};
}

from!(Int:
    i64 => |value| value,
    i32 => i64::from,
    u32 => i64::from,
    u64 => |value| i64::try_from(value).unwrap_or(i64::MAX),
    usize => |value| i64::try_from(value).unwrap_or(i64::MAX),
    bool => i64::from,
    Timestamp => Timestamp::as_micros,
);
from!(Real: f64 => |value| value);
from!(Text:
    String => |value| value,
    &str => str::to_owned,
    &String => String::clone,
    CommitSha => String::from,
    &CommitSha => |value: &CommitSha| value.as_str().to_owned(),
    Digest => String::from,
    &Digest => |value: &Digest| value.as_str().to_owned(),
    FindingId => String::from,
    &FindingId => |value: &FindingId| value.as_str().to_owned(),
    ProposalId => |value: ProposalId| value.to_string(),
    WindowId => |value: WindowId| value.to_string(),
    uuid::Uuid => |value: uuid::Uuid| value.to_string(),
);
from!(Blob: Vec<u8> => |value| value, &[u8] => <[u8]>::to_vec);
