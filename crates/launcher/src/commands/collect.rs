//! `attune collect`: agents' own logs into the observer.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use clients::{ClientError, FindingFilter, ProposalFilter};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use observer::domain::{
    formats::{Format, Skipped},
    sanitise::sanitise,
};
use serde::Serialize;
use serde_json::Value;
use service_kit::redaction::CountingRedactor;
use types::{
    analysis::Finding,
    event::{BatchOutcome, Operation},
    proposal::{ProposalStatus, ProposalSummary},
};

use super::{
    findings, jobs,
    logs::{LogFile, add_skipped, files_under, format_named},
    proposals, redact,
};
use crate::{
    connection::Connection,
    failure::Failure,
    output::{Output, facts},
};

/// A batch goes when it holds so many events,
const BATCH_EVENTS: usize = 1_000;
/// or about so many bytes.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// How often a batch that the observer has no room for is tried again, and after how long.
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_millis(500);
/// How often, and after how long each time, is looked for proposals that are on their way.
const PROPOSAL_LOOKS: u32 = 25;
const PROPOSAL_PAUSE: Duration = Duration::from_millis(200);
/// How many findings the summary shows.
const SHOWN_FINDINGS: usize = 15;

/// Arguments of `attune collect`.
#[derive(Args, Debug)]
pub(crate) struct CollectArgs {
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

/// What came of it.
#[derive(Debug, Default, Serialize)]
struct Summary {
    files: u64,
    events: u64,
    new: u64,
    duplicates: u64,
    rejected: u64,
    /// Records that could not be used, by reason.
    skipped: Skipped,
    /// Files of no known format.
    unknown: Vec<PathBuf>,
}

/// Runs the command.
pub(crate) async fn run(args: CollectArgs, to: &Connection, output: Output) -> Result<(), Failure> {
    let files = files_under(&args.paths)?;
    let bar = progress(&files);
    let mut collector = Collector {
        to,
        redactor: CountingRedactor::uncounted(redact::redactor(args.config.as_deref())?),
        batch: Vec::new(),
        batch_bytes: 0,
        summary: Summary::default(),
    };
    for path in files {
        bar.set_message(path.display().to_string());
        collector.read(path, args.format, &bar).await?;
    }
    collector.send().await?;
    bar.finish_and_clear();
    let summary = collector.summary;
    if summary.files == 0 {
        return Err(Failure::failed(
            "none of the files is of a known format; name it by --format",
        ));
    }
    if !output.json {
        output.text(&described(&summary))?;
    }
    analyse(to, &summary, output).await
}

fn progress(files: &[PathBuf]) -> ProgressBar {
    let length = |path: &PathBuf| std::fs::metadata(path).map_or(0, |about| about.len());
    let bar = ProgressBar::new(files.iter().map(length).sum());
    bar.set_draw_target(ProgressDrawTarget::stderr());
    let template = "{bar:30} {bytes}/{total_bytes} {wide_msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

struct Collector<'to> {
    to: &'to Connection,
    redactor: CountingRedactor,
    batch: Vec<Operation>,
    batch_bytes: usize,
    summary: Summary,
}

impl Collector<'_> {
    async fn read(
        &mut self,
        path: PathBuf,
        format: Option<Format>,
        bar: &ProgressBar,
    ) -> Result<(), Failure> {
        let Some(mut file) = LogFile::open(&path, format)? else {
            self.summary.unknown.push(path);
            return Ok(());
        };
        self.summary.files += 1;
        while let Some(piece) = file.next()? {
            for parsed in piece.parsed {
                // What leaves this process is redacted here; the observer does it again.
                let operation = sanitise(&self.redactor, parsed.operation);
                self.summary.events += 1;
                self.batch_bytes += weight(&operation);
                self.batch.push(operation);
                if BATCH_EVENTS <= self.batch.len() || BATCH_BYTES <= self.batch_bytes {
                    self.send().await?;
                }
            }
            bar.inc(piece.bytes);
        }
        add_skipped(&mut self.summary.skipped, file.skipped());
        Ok(())
    }

    async fn send(&mut self) -> Result<(), Failure> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let outcome = self.acknowledged().await?;
        self.summary.new += outcome.accepted;
        self.summary.duplicates += outcome.duplicates;
        self.summary.rejected += outcome.rejected;
        if let Some(first) = outcome.errors.first() {
            eprintln!("attune: the observer refuses an event: {}", first.message);
        }
        self.batch.clear();
        self.batch_bytes = 0;
        Ok(())
    }

    async fn acknowledged(&self) -> Result<BatchOutcome, Failure> {
        let observer = self.to.observer();
        let mut tries = 1;
        loop {
            match observer.send(&self.batch).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) if tries < TRIES && is_busy(&error) => {
                    tries += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn is_busy(error: &ClientError) -> bool {
    matches!(error.status(), Some(429 | 503))
}

/// About how many bytes an operation takes on the wire.
fn weight(operation: &Operation) -> usize {
    let texts = [
        &operation.error_message,
        &operation.input_summary,
        &operation.output_summary,
    ];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    1_000 + texts
}

fn described(summary: &Summary) -> String {
    let mut text = facts(&[
        ("files", Some(summary.files.to_string())),
        ("events", Some(summary.events.to_string())),
        ("new", Some(summary.new.to_string())),
        ("duplicates", Some(summary.duplicates.to_string())),
        (
            "rejected",
            (0 < summary.rejected).then(|| summary.rejected.to_string()),
        ),
    ]);
    for (reason, count) in &summary.skipped {
        text.push_str(&format!("skipped {count} records: {reason}\n"));
    }
    for path in &summary.unknown {
        text.push_str(&format!("skipped {}: of no known format\n", path.display()));
    }
    text
}

#[derive(Serialize)]
struct Report<'summary> {
    #[serde(flatten)]
    summary: &'summary Summary,
    analysis: Value,
    findings: Vec<Finding>,
    proposals: Vec<ProposalSummary>,
}

/// Has the analyser look at what came in, and shows what it makes of it.
async fn analyse(to: &Connection, summary: &Summary, output: Output) -> Result<(), Failure> {
    let before = waiting_proposals(to).await?.len();
    let analysis = to.observer().run_job("error-analyser").await?;
    let proposed = analysis["proposed"].as_u64().unwrap_or(0);
    let expected = before.saturating_add(usize::try_from(proposed).unwrap_or(0));
    let proposals = await_proposals(to, expected).await?;
    let filter = FindingFilter::default();
    let findings = to.observer().findings(&filter).await?.data;
    if output.json {
        return output.json(&Report {
            summary,
            analysis,
            findings,
            proposals,
        });
    }
    output.text(&format!("\n{}\n", jobs::described(&analysis)))?;
    let shown = &findings[..findings.len().min(SHOWN_FINDINGS)];
    output.table(&findings::table(shown))?;
    if shown.len() < findings.len() {
        output.line(&format!(
            "… and {} more: attune findings",
            findings.len() - shown.len()
        ))?;
    }
    if !proposals.is_empty() {
        output.line("\nwaiting for review (attune proposals show ID):")?;
        output.table(&proposals::table(&proposals))?;
    }
    Ok(())
}

async fn waiting_proposals(to: &Connection) -> Result<Vec<ProposalSummary>, Failure> {
    let filter = ProposalFilter {
        status: Some(ProposalStatus::Pending),
        ..ProposalFilter::default()
    };
    Ok(to.proposals().list(&filter).await?.data)
}

/// What the analyser proposes arrives a moment later, by the observer's outbox.
async fn await_proposals(
    to: &Connection,
    expected: usize,
) -> Result<Vec<ProposalSummary>, Failure> {
    let mut looks = 1;
    loop {
        let waiting = waiting_proposals(to).await?;
        if expected <= waiting.len() || looks == PROPOSAL_LOOKS {
            return Ok(waiting);
        }
        looks += 1;
        tokio::time::sleep(PROPOSAL_PAUSE).await;
    }
}
