//! Decisions of the observer: plain functions and state machines, without I/O or a clock.

pub mod decisive;
pub mod event;
pub mod findings;
pub mod formats;
pub mod identity;
pub mod place;
pub mod playbooks;
pub mod remedies;
pub mod sanitise;
pub mod series;
pub mod sessions;
pub mod telemetry;
pub mod templates;
