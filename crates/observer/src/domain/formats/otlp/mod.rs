//! OpenTelemetry traces and logs.
//!
//! Spans and log records are first brought into the plain forms [`Span`] and [`Log`], by the JSON
//! reader here or from protobuf by the caller; prompts, arguments and results do not survive that
//! step. [`map_span`] and [`map_log`] then find the operations by a table of aliases, whatever
//! version of the conventions the sender follows.

mod attributes;
mod jaeger;
mod json;
mod log;
mod span;

use serde_json::Value;
use types::event::Operation;

pub use attributes::{AttributeValue, Attributes};
pub use json::{OtlpJsonError, Telemetry, parse_json};
pub use log::{Log, map_log};
pub use span::{Span, map_span};

use super::{Decode, Output};

pub(super) struct OtlpFile;

impl Decode for OtlpFile {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>) {
        let Ok(document) = serde_json::from_slice::<Value>(unit) else {
            return output.skip("not JSON");
        };
        let found = match document.get("data").is_some() {
            true => jaeger::telemetry(&document),
            false => json::telemetry(&document),
        };
        let Ok(telemetry) = found else {
            return output.skip("not OpenTelemetry JSON");
        };
        for _ in 0..telemetry.unreadable {
            output.skip("span or log record without id or time");
        }
        let of_file = |operation: Operation| Operation {
            source: "collect".to_owned(),
            ..operation
        };
        for (resource, span) in &telemetry.spans {
            match map_span(&telemetry.resources[*resource], span) {
                Some(operation) => output.emit(of_file(operation)),
                None => output.skip("span that is no operation of an agent"),
            }
        }
        for (resource, log) in &telemetry.logs {
            match map_log(&telemetry.resources[*resource], log) {
                Some(operation) => output.emit(of_file(operation)),
                None => output.skip("log record that is no operation of an agent"),
            }
        }
    }
}
