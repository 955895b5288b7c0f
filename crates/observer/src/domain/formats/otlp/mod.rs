//! OpenTelemetry traces and logs.
//!
//! One mapping, several doors: protobuf, OTLP as JSON and the JSON of Jaeger are first brought into
//! the plain forms [`Span`] and [`Log`], a record at a time. Prompts, arguments and results do not
//! survive that step. [`Found`] then takes what is an operation by a table of aliases, whatever
//! version of whichever convention the sender follows, and counts what is not.

mod attributes;
mod found;
mod id;
mod jaeger;
mod json;
mod judgement;
mod log;
mod names;
mod protobuf;
mod span;
mod wire;

use types::event::Operation;

pub use attributes::{AttributeValue, Attributes};
pub use found::{Found, Rejected, Rejection};
pub use json::{Contents, OtlpJsonError, Signal, read_json};
pub use log::{Log, map_log};
pub use protobuf::{read_logs, read_traces};
pub use span::{Span, map_span};
pub use wire::Malformed;

use super::{Decode, Output};

pub(super) struct OtlpFile;

impl Decode for OtlpFile {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>) {
        let mut found = Found::default();
        match read_json(unit, None, &mut found) {
            Ok(contents) if contents.traces || contents.logs => {}
            Err(OtlpJsonError::Json(_)) => return output.skip("not JSON"),
            Ok(_) | Err(OtlpJsonError::Shape(_)) => {
                found = Found::default();
                if jaeger::read(unit, &mut found).is_none() {
                    return output.skip("not OpenTelemetry JSON");
                }
            }
        }
        for (rejection, count) in found.rejected.reasons() {
            output.skip_many(rejection.reason(), count);
        }
        for operation in found.operations {
            output.emit(Operation {
                source: "collect".to_owned(),
                ..operation
            });
        }
    }
}
