//! `attune analyse`: findings of log files, without a server.

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use observer::domain::{
    findings::{Analysis, LocatedFinding, Location},
    formats::{Format, Skipped},
    sanitise::sanitise,
};
use serde::Serialize;
use service_kit::redaction::CountingRedactor;

use super::{
    logs::{LogFile, add_skipped, files_under, format_named},
    redact,
};
use crate::{
    failure::Failure,
    output::{Output, Table},
};

/// Arguments of `attune analyse`.
#[derive(Args, Debug)]
pub(crate) struct AnalyseArgs {
    /// Files, or folders with files
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// What wrote them; recognised by their content when absent
    #[arg(long, value_parser = format_named)]
    format: Option<Format>,
    /// Settings whose section redact is honoured; attune.toml in this folder when absent
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Serialize)]
struct Findings {
    findings: Vec<LocatedFinding>,
}

/// Runs the command.
pub(super) fn run(args: &AnalyseArgs, output: Output) -> Result<(), Failure> {
    let redactor = CountingRedactor::uncounted(redact::redactor(args.config.as_deref())?);
    let mut analysis = Analysis::default();
    let mut skipped = Skipped::new();
    let mut known = 0;
    for path in files_under(&args.paths)? {
        let Some(mut file) = LogFile::open(&path, args.format)? else {
            eprintln!("attune: skipped {}: of no known format", path.display());
            continue;
        };
        known += 1;
        let name: Arc<str> = path.display().to_string().into();
        while let Some(piece) = file.next()? {
            for parsed in piece.parsed {
                let place = Location {
                    file: Arc::clone(&name),
                    line: parsed.line,
                    index: parsed.index,
                };
                analysis.observe(&sanitise(&redactor, parsed.operation), place);
            }
        }
        add_skipped(&mut skipped, file.skipped());
    }
    for (reason, count) in &skipped {
        eprintln!("attune: skipped {count} records: {reason}");
    }
    if known == 0 {
        return Err(Failure::failed(
            "none of the files is of a known format; name it by --format",
        ));
    }
    let found = Findings {
        findings: analysis.findings(),
    };
    output.list(&found, "no findings", || table(&found.findings))
}

fn table(findings: &[LocatedFinding]) -> Table {
    let mut table = Table::new(&[
        "id",
        "severity",
        "count",
        "sessions",
        "tool",
        "category",
        "first event",
        "template",
    ]);
    for LocatedFinding { finding, events } in findings {
        let place = |event: &Location| format!("{}:{}", event.file, event.line);
        table.row(vec![
            finding.id.to_string(),
            finding.severity.name().to_owned(),
            finding.count.to_string(),
            finding.sessions.to_string(),
            finding.tool.clone(),
            finding.category.clone(),
            events.first().map(place).unwrap_or_default(),
            finding.template.clone(),
        ]);
    }
    table
}
