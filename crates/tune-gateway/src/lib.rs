//! The tune gateway: monitoring windows and verdicts, adapters, truth rules.

pub mod domain;
