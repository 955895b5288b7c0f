//! Patch-apply as its callers see it: real HTTP, a real bare repository, real databases.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should say so at once"
)]

mod apply;
mod branches;
mod deploy;
mod helpers;
mod queue;
mod resume;
mod revert;
