use std::path::Path;

use types::event::Operation;

use super::super::{Format, Origin, Place, Reader};
use types::Timestamp;

const OUTPUT: &str = "\
agixt-1  | 2026-01-10 14:32:00,100 | INFO | Executing command: Web Search with args: {'q': 'x'}
db-1     | 2026-01-10 14:32:00.200 UTC [63] ERROR:  relation \"memory\" does not exist at character 15
agixt-1  | 2026-01-10 14:32:01,000 | ERROR | Error running command
db-1     | 2026-01-10 14:32:00.200 UTC [63] STATEMENT:  SELECT * FROM memory
agixt-1  | Traceback (most recent call last):
agixt-1  |   File \"/agixt/agixt/Extensions.py\", line 3, in execute_command
agixt-1  |     return await f()
agixt-1  | TimeoutError: search took 30 s
agixt-1  | INFO:     172.18.0.5:53728 - \"POST /v1/chat/completions HTTP/1.1\" 200 OK
agixt-1  | INFO:     172.18.0.5:53728 - \"GET /health HTTP/1.1\" 200 OK
";

fn read_from(text: &str, origin: Origin) -> (Vec<Operation>, Reader) {
    let mut reader = Reader::from(Format::Compose, Path::new("compose.log"), origin);
    let mut parsed = Vec::new();
    for piece in text.as_bytes()[usize::try_from(origin.place.offset).unwrap()..].chunks(7) {
        reader.feed(piece, &mut parsed);
    }
    let operations = parsed.into_iter().map(|one| one.operation).collect();
    (operations, reader)
}

fn whole(text: &str) -> Vec<Operation> {
    let (mut operations, mut reader) = read_from(text, Origin::first(Timestamp::from_micros(0)));
    let mut rest = Vec::new();
    reader.finish(&mut rest);
    operations.extend(rest.into_iter().map(|one| one.operation));
    operations
}

#[test]
fn interleaved_services_keep_their_own_records_and_tracebacks_are_joined() {
    let operations = whole(OUTPUT);
    let seen: Vec<_> = operations
        .iter()
        .map(|one| {
            (
                one.agent.as_str(),
                one.tool.as_deref(),
                one.success,
                one.error_code.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("db", None, false, None),
            ("agixt", Some("Web Search"), false, Some("TimeoutError")),
            ("agixt", Some("http:POST"), true, None),
        ]
    );
    let message = operations[1].error_message.as_deref().unwrap();
    assert!(
        message.starts_with("Error running command\nTraceback"),
        "{message}"
    );
    assert!(
        message.ends_with("TimeoutError: search took 30 s"),
        "{message}"
    );
    assert_eq!(
        operations[1].timestamp.to_string(),
        "2026-01-10T14:32:00.1Z"
    );
}

#[test]
fn reading_may_resume_wherever_it_stopped_without_losing_or_renaming_anything() {
    let expected: std::collections::BTreeSet<_> =
        whole(OUTPUT).into_iter().map(|one| one.event_id).collect();
    assert_eq!(expected.len(), 3);
    for end in 0..OUTPUT.len() {
        let start = Origin::first(Timestamp::from_micros(0));
        let (first, reader) = read_from(&OUTPUT[..end], start);
        let origin = Origin {
            place: reader.place(),
            ..start
        };
        let (second, mut reader) = read_from(OUTPUT, origin);
        let mut rest = Vec::new();
        reader.finish(&mut rest);
        let rest = rest.into_iter().map(|one| one.operation);
        let ids = first
            .into_iter()
            .chain(second)
            .chain(rest)
            .map(|one| one.event_id)
            .collect();
        assert_eq!(expected, ids, "stopped after {end} bytes");
        assert_eq!(reader.place().offset, OUTPUT.len() as u64);
    }
}

#[test]
fn an_open_record_is_complete_when_nothing_comes() {
    let text = OUTPUT.rsplit_once("agixt-1  | INFO").unwrap().0;
    let (operations, mut reader) = read_from(text, Origin::first(Timestamp::from_micros(0)));
    assert_eq!(operations.len(), 2);
    assert!(reader.place().offset < text.len() as u64);
    let mut rest = Vec::new();
    reader.settle(&mut rest);
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].line, 9);
    let end = Place {
        offset: text.len() as u64,
        line: 10,
    };
    assert_eq!(reader.place(), end);
}

#[test]
fn equal_lines_without_a_time_are_told_apart_by_where_they_stand() {
    let text = "web-1 | ERROR:root:no\nweb-1 | ERROR:root:no\n";
    let ids = |generation| {
        let origin = Origin {
            generation,
            ..Origin::first(Timestamp::from_micros(0))
        };
        let (first, mut reader) = read_from(text, origin);
        let mut rest = Vec::new();
        reader.finish(&mut rest);
        let all = first
            .into_iter()
            .chain(rest.into_iter().map(|one| one.operation));
        all.map(|one| one.event_id).collect::<Vec<_>>()
    };
    let (first, again, anew) = (ids(0), ids(0), ids(1));
    assert_eq!(first, again);
    assert_ne!(first[0], first[1]);
    assert_ne!(first, anew);
}

#[test]
fn a_printed_traceback_ends_with_its_last_line_where_nothing_has_a_header() {
    let text = "job-1 | starting\njob-1 | Traceback (most recent call last):\njob-1 |   File \"a\"\njob-1 | ValueError: no\njob-1 | done\n";
    let operations = whole(text);
    assert_eq!(operations.len(), 1);
    let message = operations[0].error_message.as_deref().unwrap();
    assert!(message.ends_with("ValueError: no"), "{message}");
}
