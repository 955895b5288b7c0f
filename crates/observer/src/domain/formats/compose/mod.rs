//! What docker compose prints, and the logs of single services, such as AGiXT's.
//!
//! The services' lines are taken apart by the name before them. A record begins with a time or a
//! level and goes on to the next one, so that a traceback is one event. Errors are failures; a
//! request or a command is a call, and an error right after it is its outcome.

mod line;
mod record;

use std::{collections::BTreeMap, path::Path};

use types::{Timestamp, event::Operation};

use self::{
    line::{Line, header, without_colours},
    record::{Record, Tale, begins_traceback},
};
use super::{Decode, Output as Found, framing::Place, text::AssumedClock};
use crate::domain::identity::event_id;

/// A record whose service was silent for so many lines of others is complete.
const SILENT_LINES: u64 = 2_000;
/// How many lines of a file's start are judged.
const JUDGED_LINES: usize = 50;

/// The output of one or many services.
pub(super) struct Output {
    /// Whose the lines are that name no service.
    service: String,
    clock: AssumedClock,
    generation: u64,
    services: BTreeMap<String, Service>,
    /// Where complete records of more than one line begin and end: reading must not resume inside.
    spans: Vec<(Place, u64)>,
}

/// What is under way of one service.
#[derive(Default)]
struct Service {
    has_headers: bool,
    open: Option<Record>,
    /// A call whose outcome the next record may tell.
    call: Option<(Place, Operation)>,
}

/// Whether the start of a file is output of services.
pub(super) fn is_output(head: &str) -> bool {
    let lines = head.lines().filter(|line| !line.trim().is_empty());
    let judged: Vec<bool> = lines
        .take(JUDGED_LINES)
        .map(|line| {
            let line = without_colours(line);
            let parts = Line::parse(&line);
            parts.service.is_some() || parts.stamp.is_some() || header(parts.text).is_some()
        })
        .collect();
    let known = judged.iter().filter(|known| **known).count();
    judged.first() == Some(&true) && judged.len() < known * 2
}

impl Output {
    pub(super) fn new(path: &Path, clock: AssumedClock, generation: u64) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Self {
            // A log that was put aside, as `agixt.log.1`, is still its service's.
            service: name.split('.').next().unwrap_or(&name).to_owned(),
            clock,
            generation,
            services: BTreeMap::new(),
            spans: Vec::new(),
        }
    }

    fn begin(&mut self, place: Place, line: &Line<'_>, name: &str) -> Record {
        let stamp = line.stamp.and_then(|stamp| stamp.parse().ok());
        let mut record = Record::begun(place, line.text, stamp);
        let number = place.line.to_string();
        let mut identity = vec!["compose".to_owned(), name.to_owned(), line.text.to_owned()];
        match (line.stamp, record.time) {
            // Docker's time, to the nanosecond, tells records apart wherever they stand.
            (Some(stamp), _) => identity.push(stamp.to_owned()),
            (None, Some(_)) => identity.push(number),
            (None, None) => identity.extend([number, self.generation.to_string()]),
        }
        record.identity = identity;
        record.time.get_or_insert_with(|| self.clock.next());
        record
    }

    fn complete_silent(&mut self, line: u64, found: &mut Found<'_>) {
        for (name, service) in &mut self.services {
            let is_silent = |record: &Record| record.last_line + SILENT_LINES < line;
            if service.open.as_ref().is_some_and(is_silent) {
                self.spans.extend(service.settle(name, found));
            }
        }
    }

    /// Forgets where records lie that end before everything that is open begins.
    fn forget_spans(&mut self) {
        match self.open_from() {
            None => self.spans.clear(),
            Some(open) => self.spans.retain(|(_, last_line)| open.line <= *last_line),
        }
    }
}

impl Service {
    fn settle(&mut self, name: &str, found: &mut Found<'_>) -> Option<(Place, u64)> {
        let record = self.open.take();
        let span = record.map(|record| self.complete(name, &record, found));
        if let Some((place, operation)) = self.call.take() {
            found.emit_from(place, operation);
        }
        span
    }

    /// Gives back what a record tells of, and from where to where it was told.
    fn complete(&mut self, name: &str, record: &Record, found: &mut Found<'_>) -> (Place, u64) {
        let parts: Vec<&str> = record.identity.iter().map(String::as_str).collect();
        let whole = |operation: Operation| Operation {
            event_id: event_id(&parts),
            agent: name.to_owned(),
            ..operation
        };
        let time = record.time.unwrap_or(Timestamp::from_micros(0));
        let call = self.call.take();
        let begun = call.as_ref().map_or(record.place, |(place, _)| *place);
        match (record.tale(time), call) {
            (Tale::Failure(failure), Some((place, call))) => {
                found.emit_from(place, explained(call, failure));
            }
            (tale, call) => {
                if let Some((place, call)) = call {
                    found.emit_from(place, call);
                }
                match tale {
                    Tale::Call(call) | Tale::Failing(call) => {
                        self.call = Some((record.place, whole(call)));
                    }
                    Tale::Whole(operation) | Tale::Failure(operation) => {
                        found.emit_from(record.place, whole(operation));
                    }
                    Tale::Nothing => found.skip("log record that is no operation of an agent"),
                    Tale::Probe => found.skip("probe of a service's health"),
                }
            }
        }
        (begun, record.last_line)
    }
}

/// A call that failed as the record after it says.
fn explained(call: Operation, failure: Operation) -> Operation {
    Operation {
        success: false,
        error_code: call.error_code.clone().or(failure.error_code),
        error_message: failure.error_message,
        ..call
    }
}

impl Decode for Output {
    fn decode(&mut self, unit: &[u8], found: &mut Found<'_>) {
        let text = String::from_utf8_lossy(unit);
        let text = without_colours(&text);
        let line = Line::parse(&text);
        if line.text.trim().is_empty() {
            return;
        }
        let name = line.service.unwrap_or(&self.service).to_owned();
        let place = found.place();
        self.complete_silent(place.line, found);
        let mut service = self.services.remove(&name).unwrap_or_default();
        let has_header = header(line.text).is_some();
        service.has_headers |= has_header;
        match &mut service.open {
            Some(record) if !has_header && record.takes(line.text, service.has_headers) => {
                record.add(place.line, line.text);
            }
            _ => {
                if let Some(record) = service.open.take() {
                    self.spans.push(service.complete(&name, &record, found));
                }
                if has_header || begins_traceback(line.text) {
                    service.open = Some(self.begin(place, &line, &name));
                } else {
                    found.skip("log line without time or level");
                }
            }
        }
        self.services.insert(name, service);
        self.forget_spans();
    }

    fn settle(&mut self, found: &mut Found<'_>) {
        for (name, service) in &mut self.services {
            service.settle(name, found);
        }
        self.spans.clear();
    }

    fn open_from(&self) -> Option<Place> {
        let open = self.services.values().flat_map(|service| {
            let record = service.open.as_ref().map(|record| record.place);
            let call = service.call.as_ref().map(|(place, _)| *place);
            [record, call]
        });
        let mut from = open.flatten().min()?;
        // One step back may lead into another record.
        while let Some((begun, _)) = self
            .spans
            .iter()
            .find(|(begun, last_line)| *begun < from && from.line <= *last_line)
        {
            from = *begun;
        }
        Some(from)
    }

    fn happening(&mut self, now: Timestamp) {
        self.clock = AssumedClock::happening(now);
    }
}

#[cfg(test)]
mod tests;
