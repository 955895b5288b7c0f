//! What all checked values share.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a text or number is not a value of some type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

impl Invalid {
    /// An error that says what was expected.
    pub fn expected(what: &str) -> Self {
        Self(format!("expected {what}"))
    }
}

/// A share between 0 and 1, both included.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schema(value_type = f64, minimum = 0.0, maximum = 1.0)]
pub struct Unit(f64);

impl Unit {
    /// The share as a number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Unit {
    type Error = Invalid;

    fn try_from(value: f64) -> Result<Self, Invalid> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(Invalid::expected("a number between 0 and 1"))
        }
    }
}

impl From<Unit> for f64 {
    fn from(unit: Unit) -> f64 {
        unit.0
    }
}
