//! Decisions: plain functions and state machines, without clock, randomness or I/O.

pub mod effect;
#[cfg(test)]
mod simulation;
pub mod truth;
pub mod verdict;
pub mod watch;
pub mod window;
