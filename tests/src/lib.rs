//! Whole-stack tests: the four services as processes, a fleet that feeds them, and people who
//! decide.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should say so at once"
)]

pub mod course;
pub mod document;
pub mod fleet;
pub mod leaks;
pub mod load;
pub mod lone;
pub mod process;
pub mod program;
pub mod record;
pub mod site;
pub mod stack;
pub mod target;
pub mod wait;
