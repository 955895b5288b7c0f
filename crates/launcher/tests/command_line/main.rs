//! The built binary, as people and programs call it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod collect;
mod files;
mod patches;
mod program;
mod refusals;
mod review;
mod services;
mod storm;
