//! Telemetry events, one JSON object a line, as the daily extraction writes them.

use types::Timestamp;

use super::{Decode, Output};
use crate::domain::{
    event::{Event, parse_event},
    identity::event_id,
};

pub(super) struct TelemetryFile;

impl Decode for TelemetryFile {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>) {
        let Ok(event) = serde_json::from_slice::<Event<'_>>(unit) else {
            return output.skip("not JSON");
        };
        if !event.has("timestamp") {
            return output.skip("no timestamp");
        }
        // Equal events on two lines happened twice, so the line belongs to the identity.
        let line = output.line.to_string();
        let id = || {
            let text = String::from_utf8_lossy(unit);
            event_id(&["telemetry", &text, &line])
        };
        let named = event.has("source");
        match parse_event(&event, Timestamp::from_micros(0), id) {
            Ok(mut operation) => {
                if !named {
                    "collect".clone_into(&mut operation.source);
                }
                output.emit(operation);
            }
            Err(_) => output.skip("not a telemetry event"),
        }
    }
}
