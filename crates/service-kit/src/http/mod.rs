//! The HTTP shell that all services share.

mod admission;
mod common;
mod endpoint;
mod extract;
mod gate;
mod openapi;
mod serve;

pub use common::Readiness;
pub use endpoint::{Access, Endpoint};
pub use extract::{Authorised, Body, Fields, PathValues, RawBody};
pub use openapi::document;
pub use serve::{Http, Running};
