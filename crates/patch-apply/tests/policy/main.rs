//! The policy against whole diffs.

mod cases;
mod table;

#[cfg(feature = "shared-data")]
mod shared;
