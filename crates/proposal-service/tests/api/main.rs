//! The proposal service over HTTP, on both databases, with a working model of patch-apply.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should say so at once"
)]

mod breaker;
mod decision;
mod event;
mod helpers;
mod inbox;
mod patch_apply;
mod proposal;
mod record;
