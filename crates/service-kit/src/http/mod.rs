//! The HTTP shell that all services share.

mod admission;
mod credentials;
mod endpoint;
mod everywhere;
mod extract;
mod gate;
mod meter;
mod openapi;
mod payload;
mod serve;

pub use endpoint::{Access, Endpoint};
pub use everywhere::Readiness;
pub use extract::{Authorised, Body, Fields, JsonBody, PathValues, RawBody};
pub use openapi::document;
pub use serve::{Http, Running};
