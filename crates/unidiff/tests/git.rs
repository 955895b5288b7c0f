//! git as the judge: what we accept is git's tree, what git refuses we refuse.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "git/oracle.rs"]
mod oracle;
#[path = "git/properties.rs"]
mod properties;
#[cfg(feature = "shared-data")]
#[path = "git/shared.rs"]
mod shared;
#[path = "git/table.rs"]
mod table;
