//! The observer as agents, services and people see it: real HTTP, real databases.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should say so at once"
)]

mod corrections;
mod events;
mod extraction;
mod findings;
mod helpers;
mod observed;
mod otlp;
mod retention;
mod series;
#[cfg(feature = "shared-data")]
mod shared_otlp;
