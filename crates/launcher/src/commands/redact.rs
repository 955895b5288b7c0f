//! `attune redact`: standard input to standard output, without what must not be kept.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use clap::Args;
use redact::{Counts, Redactor, StreamRedactor};
use serde_json::{Map, Value};

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
}

/// Runs the command.
pub(super) fn run(args: &RedactArgs) -> Result<(), Failure> {
    let input = BufReader::with_capacity(PIECE_BYTES, io::stdin().lock());
    let mut output = BufWriter::with_capacity(PIECE_BYTES, io::stdout().lock());
    let counts = match &args.jsonl {
        None => redact_text(input, &mut output)?,
        Some(field) => redact_lines(input, &mut output, field)?,
    };
    output.flush()?;
    if args.report {
        let report: Map<String, Value> = counts
            .iter()
            .map(|(kind, count)| (kind.as_str().to_owned(), Value::from(count)))
            .collect();
        eprintln!("{}", Value::from(report));
    }
    Ok(())
}

fn redact_text(mut input: impl Read, output: &mut impl Write) -> Result<Counts, Failure> {
    let mut stream = StreamRedactor::new(Redactor::standard());
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let read = input.read(&mut piece)?;
        if read == 0 {
            break;
        }
        output.write_all(&stream.push(&piece[..read]))?;
    }
    output.write_all(&stream.finish())?;
    Ok(*stream.counts())
}

fn redact_lines(
    mut input: impl BufRead,
    output: &mut impl Write,
    field: &str,
) -> Result<Counts, Failure> {
    let redactor = Redactor::standard();
    let mut counts = Counts::default();
    let mut line = Vec::new();
    while 0 < input.read_until(b'\n', &mut line)? {
        output.write_all(&redact_line(&redactor, &line, field, &mut counts))?;
        line.clear();
    }
    Ok(counts)
}

/// The line with one field redacted. A line that is no JSON object has no fields, and is redacted
/// as text so that nothing gets through.
fn redact_line(redactor: &Redactor, line: &[u8], field: &str, counts: &mut Counts) -> Vec<u8> {
    let Some(places) = places_of(line, field) else {
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
        redact_lines(line.as_bytes(), &mut output, "text").unwrap();
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
    fn text_comes_out_whole_and_counted() {
        let mut output = Vec::new();
        let counts = redact_text("a\nclient=10.1.2.3".as_bytes(), &mut output).unwrap();
        assert_eq!(output, b"a\nclient=192.168.x.x");
        assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), 1);
    }
}
