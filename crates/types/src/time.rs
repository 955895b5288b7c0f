//! Moments in time.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Invalid;

/// A moment, in whole microseconds since 1970-01-01T00:00:00Z.
///
/// On the wire it is RFC 3339 in UTC (`2026-01-10T14:32:00Z`, with as many decimals as it needs);
/// any offset is read. It lies between the years 1 and 9999.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = DateTime, example = "2026-01-10T14:32:00Z")]
pub struct Timestamp(i64);

const YEAR_1_MICROS: i64 = -62_135_596_800_000_000;
const YEAR_9999_MICROS: i64 = 253_402_207_200_000_000;

impl Timestamp {
    /// The moment that many microseconds after the epoch, held within the years 1 to 9999.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(YEAR_1_MICROS, YEAR_9999_MICROS))
    }

    /// Microseconds since the epoch.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Whole minutes since the epoch, rounded down.
    pub fn minute(self) -> i64 {
        self.0.div_euclid(60_000_000)
    }

    /// The start of that minute.
    pub fn from_minute(minute: i64) -> Self {
        Self::from_micros(minute.saturating_mul(60_000_000))
    }

    /// This moment moved forward.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// This moment moved back.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The calendar day in UTC, as `2026-01-10`.
    pub fn date(self) -> String {
        self.zoned().strftime("%Y-%m-%d").to_string()
    }

    /// The moment on the calendar, in UTC.
    pub fn zoned(self) -> jiff::Zoned {
        jiff::Timestamp::from_microsecond(self.0)
            .unwrap_or_default()
            .to_zoned(jiff::tz::TimeZone::UTC)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = jiff::Timestamp::from_microsecond(self.0).unwrap_or_default();
        fmt::Display::fmt(&moment, formatter)
    }
}

impl FromStr for Timestamp {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let moment: jiff::Timestamp = text.parse().map_err(|_| {
            Invalid::expected("a moment in RFC 3339 with an offset, such as 2026-01-10T14:32:00Z")
        })?;
        Ok(Self::from_micros(moment.as_microsecond()))
    }
}

impl TryFrom<String> for Timestamp {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(moment: Timestamp) -> String {
        moment.to_string()
    }
}
