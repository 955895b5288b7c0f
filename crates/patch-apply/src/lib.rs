//! Patch-apply: from an approved diff to a merged change, and back.

pub mod app;
mod check;
pub mod domain;
pub mod git;
pub mod http;
mod process;
mod service;
mod settings;
pub mod store;

pub use check::check_patch;
pub use service::start;
pub use settings::PatchApplySettings;
