//! `attune redact`: standard input to standard output, without what must not be kept.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use redact::{Counts, MAX_LINE_BYTES, Redactor, StreamRedactor};
use serde_json::{Map, Value};
use service_kit::{kit, settings::Layers};

use super::field::{Place, places_of};
use crate::failure::Failure;

const PIECE_BYTES: usize = 1024 * 1024;

/// Arguments of `attune redact`.
#[derive(Args, Debug)]
pub(crate) struct RedactArgs {
    /// Say on standard error how much went, by kind
    #[arg(long)]
    report: bool,
    /// Each line is a JSON object: redact this field and leave the rest untouched
    #[arg(long, value_name = "FIELD")]
    jsonl: Option<String>,
    /// Settings whose section redact is honoured; attune.toml in this folder when absent
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(args: &RedactArgs) -> Result<(), Failure> {
    let redactor = redactor(args.config.as_deref())?;
    let input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let counts = match &args.jsonl {
        None => redact_text(redactor, input, &mut output)?,
        Some(field) => {
            let input = BufReader::with_capacity(PIECE_BYTES, input);
            redact_lines(&redactor, input, &mut output, field)?
        }
    };
    if args.report {
        let report: Map<String, Value> = counts
            .iter()
            .map(|(kind, count)| (kind.as_str().to_owned(), Value::from(count)))
            .collect();
        // Whoever closed it does not want to know.
        let _unread = writeln!(io::stderr(), "{}", Value::from(report));
    }
    Ok(())
}

/// The redactor that the settings and the environment ask for; the usual one without any.
pub(super) fn redactor(config: Option<&Path>) -> Result<Redactor, Failure> {
    let settings = Layers::read(config)?.common()?;
    kit::redactor(&settings).map_err(|error| Failure::Usage(format!("{error:#}")))
}

/// Redacts a stream. What is complete is written before more is waited for, so that this can stand
/// between a program that runs on and somebody who watches.
fn redact_text(
    redactor: Redactor,
    mut input: impl Read,
    output: &mut impl Write,
) -> Result<Counts, Failure> {
    let mut stream = StreamRedactor::new(redactor);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let read = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        output.write_all(&stream.push(&piece[..read]))?;
        output.flush()?;
    }
    output.write_all(&stream.finish())?;
    output.flush()?;
    Ok(*stream.counts())
}

fn redact_lines<R: Read>(
    redactor: &Redactor,
    mut input: BufReader<R>,
    output: &mut impl Write,
    field: &str,
) -> Result<Counts, Failure> {
    let mut counts = Counts::default();
    let (mut line, mut written) = (Vec::new(), Vec::new());
    while 0 < next_line(&mut input, &mut line)? {
        written.extend_from_slice(&redact_line(redactor, &line, field, &mut counts));
        line.clear();
        // Before more is waited for, and before there is too much.
        if input.buffer().is_empty() || PIECE_BYTES < written.len() {
            output.write_all(&written)?;
            output.flush()?;
            written.clear();
        }
    }
    output.write_all(&written)?;
    output.flush()?;
    Ok(counts)
}

/// Reads a line with its end. Of one that is too long to be looked at, only so much is kept that
/// this can be seen.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    const MOST: usize = MAX_LINE_BYTES + 1;
    let read = input.by_ref().take(MOST as u64).read_until(b'\n', line)?;
    if read == MOST && !line.ends_with(b"\n") && 0 < skip_line(input)? {
        line.push(b'\n');
    }
    Ok(read)
}

/// Skips to the end of the line; how many line feeds were skipped.
fn skip_line(input: &mut impl BufRead) -> io::Result<usize> {
    loop {
        let part = input.fill_buf()?;
        let length = part.len();
        if length == 0 {
            return Ok(0);
        }
        if let Some(end) = part.iter().position(|byte| *byte == b'\n') {
            input.consume(end + 1);
            return Ok(1);
        }
        input.consume(length);
    }
}

/// The line with one field redacted. A line that is no JSON object has no fields, and is redacted
/// as text so that nothing gets through.
fn redact_line(redactor: &Redactor, line: &[u8], field: &str, counts: &mut Counts) -> Vec<u8> {
    let is_too_long = MAX_LINE_BYTES < line.len();
    let Some(places) = places_of(line, field).filter(|_| !is_too_long) else {
        let mut stream = StreamRedactor::new(redactor.clone());
        let mut text = stream.push(line);
        text.extend(stream.finish());
        counts.merge(stream.counts());
        return text;
    };
    let mut text = Vec::with_capacity(line.len());
    let mut copied = 0;
    for Place { range, value } in places {
        text.extend_from_slice(&line[copied..range.start]);
        match redact_value(redactor, field, value, counts) {
            Some(redacted) => text.extend_from_slice(redacted.to_string().as_bytes()),
            None => text.extend_from_slice(&line[range.clone()]),
        }
        copied = range.end;
    }
    text.extend_from_slice(&line[copied..]);
    text
}

/// The value as the value of that field, if anything of it goes.
fn redact_value(
    redactor: &Redactor,
    field: &str,
    value: Value,
    counts: &mut Counts,
) -> Option<Value> {
    let before = value.clone();
    let mut whole = Value::from(Map::from_iter([(field.to_owned(), value)]));
    counts.merge(&redactor.redact_json(&mut whole));
    let after = whole.as_object_mut()?.values_mut().next()?.take();
    (after != before).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(line: &str) -> String {
        let mut output = Vec::new();
        let input = BufReader::new(line.as_bytes());
        redact_lines(&Redactor::standard(), input, &mut output, "text").unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn the_rest_of_a_line_stays_byte_for_byte() {
        for (line, expected) in [
            (
                "{ \"n\": 1.50, \"text\" : \"at 10.1.2.3\", \"a\":\"10.1.2.3\"}\r\n",
                "{ \"n\": 1.50, \"text\" : \"at 192.168.x.x\", \"a\":\"10.1.2.3\"}\r\n",
            ),
            ("{\"text\": \"caf\\u00e9\"}", "{\"text\": \"caf\\u00e9\"}"),
            (
                "{\"te\\u0078t\":[\"10.1.2.3\",{\"b\":\"10.1.2.3\"}]}\n",
                "{\"te\\u0078t\":[\"192.168.x.x\",{\"b\":\"192.168.x.x\"}]}\n",
            ),
            (
                "{\"text\":\"10.1.2.3\",\"text\":\"10.1.2.3\"}",
                "{\"text\":\"192.168.x.x\",\"text\":\"192.168.x.x\"}",
            ),
            (
                "\n{\"other\":\"10.1.2.3\"}\n",
                "\n{\"other\":\"10.1.2.3\"}\n",
            ),
        ] {
            assert_eq!(redacted(line), expected);
        }
    }

    #[test]
    fn a_line_that_is_no_object_is_redacted_as_text() {
        assert_eq!(
            redacted("{\"text\": 10.1.2.3\n"),
            "{\"text\": 192.168.x.x\n"
        );
        assert_eq!(redacted("[\"10.1.2.3\"]"), "[\"192.168.x.x\"]");
    }

    #[test]
    fn a_line_that_is_too_long_goes_as_a_whole_and_the_next_is_read_on() {
        let long = format!("{{\"text\": \"{}\"}}", "a".repeat(2 * MAX_LINE_BYTES));
        let next = "{\"text\": \"at 10.1.2.3\"}\n";
        assert_eq!(
            redacted(&format!("{long}\n{next}")),
            "[REDACTED_FIELD]\n{\"text\": \"at 192.168.x.x\"}\n"
        );
        assert_eq!(redacted(&long), "[REDACTED_FIELD]");
    }

    #[test]
    fn text_comes_out_whole_and_counted() {
        let mut output = Vec::new();
        let counts = redact_text(
            Redactor::standard(),
            "a\nclient=10.1.2.3".as_bytes(),
            &mut output,
        )
        .unwrap();
        assert_eq!(output, b"a\nclient=192.168.x.x");
        assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), 1);
    }
}
