//! What all services do alike, proved on a small one: a service that keeps notes and tells a peer
//! of each.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so at once"
)]

mod jobs;
mod keys;
mod notes;
mod secrets;
mod shell;
mod steps;
