//! Says how fast the standard redactor is on one core, beside copying the text
//! and a plain set of patterns in the same run.
//!
//! `speed [FILE…]` reads the text from files and lists each; without any it
//! makes log lines and JSON events.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use redact::Redactor;
use regex::bytes::RegexSet;

/// How much text is looked at.
const TEXT_BYTES: usize = 1024 * 1024;
/// How often each way is tried; the fastest counts.
const TRIES: usize = 40;
/// How much is looked at in one try.
const PIECE_BYTES: usize = 32 * 1024;

/// Texts that tempt rules to look at the same bytes again and again.
const MONOTONOUS: [&str; 16] = [
    "a",
    "a/a/a",
    "/a",
    "\\",
    "\\n",
    ":",
    "1.",
    "a@",
    "key=",
    "\"",
    "(",
    "://",
    "zQ7xV9pL2kR8mT4w/",
    "::",
    "token token ",
    "RRapi_keyR",
];

/// What people write first when they look for secrets.
const PATTERNS: [&str; 12] = [
    r"(?i)(api[_-]?key|token|secret|password)\s*[:=]\s*\S+",
    r"\b\d{1,3}(\.\d{1,3}){3}\b",
    r"\bsk-[A-Za-z0-9_-]{20,}",
    r"\bAKIA[A-Z0-9]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    r"\bxox[abps]-[A-Za-z0-9-]{10,}",
    r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    r"[a-z]+://[^/\s]+/\S*",
    r"(^|\s)/[\w./-]+",
    r"[A-Za-z]:\\[\w\\.]+",
    r"[\w.+-]+@[\w-]+\.[\w.]+",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let redactor = Redactor::standard();
    let mut text = String::new();
    for file in &files {
        let part = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
        report(file, &part, |piece| redactor.redact(piece).len());
        text.push_str(&part);
    }
    if files.is_empty() {
        text = made_up();
    }
    let patterns = RegexSet::new(PATTERNS)?;

    report("copy", &text, |piece| black_box(piece.to_owned()).len());
    report("redact", &text, |piece| redactor.redact(piece).len());
    report("redact line by line", &text, |piece| {
        piece.lines().map(|line| redactor.redact(line).len()).sum()
    });
    report("set of 12 patterns", &text, |piece| {
        piece
            .lines()
            .filter(|line| patterns.is_match(line.as_bytes()))
            .count()
    });

    let event = event(7);
    let event = &event[..event.len().min(300)];
    let fastest = (0..20_000)
        .map(|_| {
            let started = Instant::now();
            black_box(redactor.redact(black_box(event)));
            started.elapsed()
        })
        .min()
        .unwrap_or_default();
    println!("{} bytes of one event: {fastest:?}", event.len());
    for unit in MONOTONOUS {
        report_growth(&redactor, unit);
    }
    Ok(())
}

/// Says how much longer twice as much of the same text takes on one line; two is linear.
fn report_growth(redactor: &Redactor, unit: &str) {
    let [once, twice] = [TEXT_BYTES, 2 * TEXT_BYTES].map(|bytes| {
        let text = unit.repeat(bytes / unit.len());
        let tries = (0..8).map(|_| {
            let started = Instant::now();
            black_box(redactor.redact(black_box(&text)));
            started.elapsed()
        });
        tries.min().unwrap_or_default().as_secs_f64()
    });
    println!(
        "{:>9.2} times as long for twice as much of {unit:?}",
        twice / once
    );
}

/// Tries each piece of the text by itself, so that what else the machine does
/// spoils only some tries, and adds up the fastest ones.
fn report(name: &str, text: &str, work: impl Fn(&str) -> usize) {
    let mut fastest = Duration::ZERO;
    for piece in pieces(text) {
        let tries = (0..TRIES).map(|_| {
            let started = Instant::now();
            black_box(work(black_box(piece)));
            started.elapsed()
        });
        fastest += tries.min().unwrap_or_default();
    }
    let megabytes = text.len() as f64 / 1e6;
    let speed = megabytes / fastest.as_secs_f64();
    println!("{speed:>9.0} MB/s {megabytes:>7.1} MB  {name}");
}

/// The text in pieces of whole lines.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let middle = (PIECE_BYTES..rest.len()).find(|at| rest.is_char_boundary(*at));
        let end = middle.and_then(|at| rest[at..].find('\n').map(|line| at + line + 1));
        let (piece, tail) = rest.split_at(end.unwrap_or(rest.len()));
        rest = tail;
        (!piece.is_empty()).then_some(piece)
    })
}

fn made_up() -> String {
    let mut text = String::with_capacity(TEXT_BYTES + 1024);
    let mut number = 0;
    while text.len() < TEXT_BYTES {
        text.push_str(&event(number));
        text.push('\n');
        text.push_str(&log_line(number));
        text.push('\n');
        number += 1;
    }
    text
}

fn event(number: u64) -> String {
    let mut event = String::new();
    let minute = number % 60;
    let _ = write!(
        event,
        r#"{{"timestamp":"2026-01-10T14:{minute:02}:00Z","event_type":"tool_call","agent":"ResearchAgent","tool":"web_search","success":false,"error_code":"TIMEOUT","error_message":"Request {number} timed out after 30s while reading the answer of the search service","latency_ms":{},"input_tokens":{},"session_id":"7c9e6679-7425-40de-944b-e07fc1f9{:04x}"}}"#,
        number % 30_000,
        number % 4096,
        number % 65_536,
    );
    event
}

fn log_line(number: u64) -> String {
    match number % 4 {
        0 => format!(
            "2026-01-10 14:32:00,{:03} INFO  [main] org.example.jobs.Runner: job_{number}_0020 moved to state RUNNING",
            number % 1000
        ),
        1 => format!(
            "Jan 10 14:32:00 host-{} kernel: [{number}.125] eth0: link is up, 1000 Mbps, full duplex, flow control rx/tx",
            number % 40
        ),
        2 => format!(
            "tool web_search failed after {number} ms: connection reset by peer (attempt 2 of 3), giving up on this task"
        ),
        _ => format!(
            "client=10.20.{}.{} status=500 path=/var/lib/app/data/{number}.json took {number}us",
            number % 250,
            number % 199
        ),
    }
}
