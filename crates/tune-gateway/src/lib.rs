//! The tune gateway: the one monitoring window, its verdict, and truth rules.

mod app;
pub mod domain;
pub mod http;
mod service;
pub mod settings;
mod store;

pub use service::start;
