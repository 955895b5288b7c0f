//! A record of a log, and the operation that it tells of.

use types::{Timestamp, event::Operation};

use super::{
    super::framing::Place,
    line::{Header, Level, header},
};
use crate::domain::event::blank;

/// Longer records keep their start; their end is read over.
const MAX_RECORD_BYTES: usize = 64 * 1024;
const TRACEBACK: &str = "Traceback (most recent call last):";
/// Between the parts of a chained traceback.
const LINKS: [&str; 2] = [
    "During handling of the above exception",
    "The above exception was the direct cause",
];
/// What AGiXT writes when an agent uses a command.
const COMMAND: &str = "Executing command: ";
const ARGUMENTS: &str = " with args: ";
/// Paths that only ask whether a service lives.
const PROBES: [&str; 6] = [
    "/health", "/healthz", "/livez", "/readyz", "/ping", "/metrics",
];

/// The lines that belong together.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) place: Place,
    pub(super) last_line: u64,
    /// When it was written, by docker or by the service itself.
    pub(super) time: Option<Timestamp>,
    /// What tells it from every other record.
    pub(super) identity: Vec<String>,
    level: Level,
    logger: Option<String>,
    message: String,
    trace: Trace,
}

/// How far the traceback in a record has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trace {
    None,
    Frames,
    Ended,
}

/// What a record tells of.
#[derive(Debug)]
pub(super) enum Tale {
    /// A call of a tool; the record after it may say that it failed.
    Call(Operation),
    /// A request that failed; the record after it may say why.
    Failing(Operation),
    /// Something that is complete in itself.
    Whole(Operation),
    /// Something failed that the call before it may have caused.
    Failure(Operation),
    /// Nothing that an agent did.
    Nothing,
    /// A probe of the service's health.
    Probe,
}

/// Whether a line without a header begins a record.
pub(super) fn begins_traceback(text: &str) -> bool {
    text.trim_start() == TRACEBACK
}

impl Record {
    /// The record that begins with a line.
    pub(super) fn begun(place: Place, text: &str, time: Option<Timestamp>) -> Self {
        let header = header(text).unwrap_or(Header {
            time: None,
            level: Level::Plain,
            logger: None,
            message: text,
        });
        let is_traceback = begins_traceback(text);
        Self {
            place,
            last_line: place.line,
            time: time.or(header.time),
            identity: Vec::new(),
            level: if is_traceback {
                Level::Failure
            } else {
                header.level
            },
            logger: header.logger.map(str::to_owned),
            message: header.message.to_owned(),
            trace: if is_traceback {
                Trace::Frames
            } else {
                Trace::None
            },
        }
    }

    /// Whether a line without a header goes on with this record. Where records have headers, all
    /// lines up to the next one do; else a traceback ends with its last line.
    pub(super) fn takes(&self, text: &str, has_headers: bool) -> bool {
        if begins_traceback(text) {
            return self.level == Level::Failure;
        }
        self.trace != Trace::Ended
            || has_headers
            || text.starts_with([' ', '\t'])
            || LINKS.iter().any(|link| text.starts_with(link))
    }

    pub(super) fn add(&mut self, line: u64, text: &str) {
        self.last_line = line;
        self.trace = match self.trace {
            _ if begins_traceback(text) => Trace::Frames,
            Trace::Frames if !text.starts_with([' ', '\t']) => Trace::Ended,
            before => before,
        };
        // What goes on with a plain record is content.
        if self.level == Level::Failure && self.message.len() + text.len() < MAX_RECORD_BYTES {
            if !self.message.is_empty() {
                self.message.push('\n');
            }
            self.message.push_str(text);
        }
    }

    pub(super) fn tale(&self, time: Timestamp) -> Tale {
        let blank = || Operation {
            source: "collect".to_owned(),
            ..blank(time)
        };
        if self.level == Level::Failure {
            return Tale::Failure(Operation {
                tool: self.logger.clone(),
                success: false,
                error_code: exception(&self.message),
                error_message: Some(self.message.clone()),
                ..blank()
            });
        }
        if let Some(command) = self.message.strip_prefix(COMMAND) {
            let name = command.split(ARGUMENTS).next().unwrap_or(command).trim();
            return Tale::Call(Operation {
                tool: Some(name.to_owned()),
                ..blank()
            });
        }
        match request(&self.message) {
            None => Tale::Nothing,
            Some(request) if request.status < 400 && PROBES.contains(&request.path) => Tale::Probe,
            Some(request) => {
                let Request {
                    method,
                    path,
                    status,
                } = request;
                let failed = 400 <= status;
                let operation = Operation {
                    tool: Some(format!("http:{method}")),
                    success: !failed,
                    error_code: failed.then(|| format!("HTTP_{status}")),
                    error_message: failed.then(|| format!("HTTP {status} {method} {path}")),
                    ..blank()
                };
                match 500 <= status {
                    true => Tale::Failing(operation),
                    false => Tale::Whole(operation),
                }
            }
        }
    }
}

/// The type of the last exception of a traceback.
fn exception(message: &str) -> Option<String> {
    let (_, after) = message.rsplit_once(TRACEBACK)?;
    let last = after
        .lines()
        .find(|line| !line.is_empty() && !line.starts_with([' ', '\t', '|', '+']))?;
    let name = last.split(':').next().unwrap_or(last).trim();
    let is_name = !name.is_empty()
        && name.len() <= 100
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte));
    is_name.then(|| name.to_owned())
}

struct Request<'a> {
    method: &'a str,
    path: &'a str,
    status: u16,
}

/// `10.0.0.1:5 - "POST /v1/chat HTTP/1.1" 500 Internal Server Error`.
fn request(message: &str) -> Option<Request<'_>> {
    let (_, quoted) = message.split_once('"')?;
    let (line, rest) = quoted.split_once('"')?;
    let mut words = line.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_request = version.starts_with("HTTP/")
        && !method.is_empty()
        && method.bytes().all(|byte| byte.is_ascii_uppercase());
    let status = rest.split_whitespace().next()?.parse().ok()?;
    is_request.then(|| Request {
        method,
        path: target.split('?').next().unwrap_or(target),
        status,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tale(lines: &[&str]) -> Tale {
        let mut record = Record::begun(Place::START, lines[0], None);
        for line in &lines[1..] {
            record.add(2, line);
        }
        record.tale(Timestamp::from_micros(0))
    }

    #[test]
    fn a_traceback_keeps_its_text_and_names_its_last_exception() {
        let lines = [
            "ERROR:    Exception in ASGI application",
            TRACEBACK,
            "  File \"a.py\", line 3, in f",
            "KeyError: 'x'",
            "During handling of the above exception, another exception occurred:",
            TRACEBACK,
            "  File \"a.py\", line 5, in g",
            "openai.RateLimitError: slow down",
        ];
        let Tale::Failure(operation) = tale(&lines) else {
            panic!()
        };
        assert_eq!(
            operation.error_code.as_deref(),
            Some("openai.RateLimitError")
        );
        let text = operation.error_message.unwrap();
        assert!(text.starts_with("Exception in ASGI") && text.ends_with("slow down"));
    }

    #[test]
    fn requests_and_commands_are_calls() {
        let Tale::Failing(failed) =
            tale(&["INFO:  1.2.3.4:5 - \"POST /v1/x?y=1 HTTP/1.1\" 500 Internal"])
        else {
            panic!()
        };
        assert_eq!(failed.error_message.as_deref(), Some("HTTP 500 POST /v1/x"));
        let command =
            "2026-01-10 14:32:00,1 | INFO | Executing command: Web Search with args: {'q': 1}";
        let Tale::Call(call) = tale(&[command]) else {
            panic!()
        };
        assert_eq!(call.tool.as_deref(), Some("Web Search"));
        assert!(matches!(
            tale(&["INFO: 1:2 - \"GET /health HTTP/1.1\" 200 OK"]),
            Tale::Probe
        ));
        assert!(matches!(
            tale(&["INFO:  Application startup complete."]),
            Tale::Nothing
        ));
    }
}
