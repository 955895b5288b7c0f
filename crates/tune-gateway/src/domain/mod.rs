//! Decisions: plain functions and state machines, without clock, randomness or I/O.

pub mod verdict;
