//! The observer: takes in what agents do, keeps it, and finds what keeps failing.

pub mod domain;
