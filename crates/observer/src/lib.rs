//! The observer: what agents do, redacted and durable; what keeps failing; what to do about it.

mod app;
pub mod domain;
pub mod http;
mod ingest;
mod segments;
mod service;
pub mod settings;
mod store;
pub mod tail;
mod upstream;

pub use service::start;
