//! For tests only: a fresh place for a service to run in, and a caller that checks answers.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should say so at once"
)]

mod api;
mod git;
pub mod otlp;
mod place;

pub use api::{Answer, Api};
pub use git::{BareRepository, git};
pub use place::{Backend, Place};
