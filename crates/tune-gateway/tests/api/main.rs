//! The gateway as its clients see it: real HTTP, real databases.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should say so at once"
)]

mod helpers;
mod queue;
mod races;
mod truth;
mod verdicts;
mod windows;
