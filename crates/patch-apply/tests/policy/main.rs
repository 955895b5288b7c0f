//! The policy against whole diffs.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod cases;
mod properties;
mod table;

#[cfg(feature = "shared-data")]
mod shared;
