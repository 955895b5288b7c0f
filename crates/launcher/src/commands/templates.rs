//! `attune templates`: the template of every line, with all lines known.

use std::{
    fs,
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Args;
use observer::domain::templates::{Mined, mine};
use serde::Serialize;

use crate::{failure::Failure, output::Output};

/// Arguments of `attune templates`.
#[derive(Args, Debug)]
pub(crate) struct TemplatesArgs {
    /// Read CSV, and mine the column with this heading
    #[arg(long, value_name = "COLUMN")]
    csv: Option<String>,
    /// The file; - for standard input
    file: PathBuf,
}

/// One record of the input; `line` counts records from 1.
#[derive(Serialize)]
struct Assigned<'mined> {
    line: usize,
    template_id: &'mined str,
    template: &'mined str,
}

/// Runs the command.
pub(super) fn run(args: &TemplatesArgs, output: Output) -> Result<(), Failure> {
    let bytes = read(&args.file)?;
    let records = match &args.csv {
        None => lines(&bytes),
        Some(column) => cells(&bytes, column)?,
    };
    let mined = mine(records.iter().map(String::as_str));
    write(&mined, output)
}

/// All of a file, or of standard input.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    Ok(fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?)
}

fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes)
        .lines()
        .map(str::to_owned)
        .collect()
}

fn cells(bytes: &[u8], column: &str) -> Result<Vec<String>, Failure> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let headings = reader.byte_headers().context("the CSV cannot be read")?;
    let position = headings.iter().position(|it| it == column.as_bytes());
    let Some(position) = position else {
        let known: Vec<_> = headings.iter().map(String::from_utf8_lossy).collect();
        return Err(Failure::Usage(format!(
            "there is no column {column}; the columns are {}",
            known.join(", ")
        )));
    };
    let mut cells = Vec::new();
    for record in reader.byte_records() {
        let record = record.context("the CSV cannot be read")?;
        let cell = record.get(position).unwrap_or_default();
        cells.push(String::from_utf8_lossy(cell).into_owned());
    }
    Ok(cells)
}

fn write(mined: &[Mined], output: Output) -> Result<(), Failure> {
    let assigned: Vec<Assigned<'_>> = (1..)
        .zip(mined)
        .map(|(line, one)| Assigned {
            line,
            template_id: &one.template_id,
            template: &one.template,
        })
        .collect();
    if output.json {
        return output.json(&assigned);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    for one in &assigned {
        serde_json::to_writer(&mut out, one).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_record_also_an_empty_one() {
        assert_eq!(lines(b"a\r\n\nb"), ["a", "", "b"]);
    }

    #[test]
    fn a_column_of_csv_may_hold_commas_and_line_ends() {
        let text = b"LineId,Content\n1,\"a, b\"\n2,\"two\nlines\"\n3\n";
        assert_eq!(cells(text, "Content").unwrap(), ["a, b", "two\nlines", ""]);
        let refusal = cells(text, "Message").unwrap_err();
        assert_eq!(refusal.exit_code(), 2);
        assert!(refusal.to_string().contains("LineId, Content"), "{refusal}");
    }
}
