//! Decisions: plain functions without I/O.

pub mod closing;
pub mod deploy;
pub mod message;
pub mod policy;
pub mod pull;
pub mod record;
pub mod retreat;
pub mod run;
pub mod validators;
