//! `attune collect`: agents' own logs into the observer.

mod analysis;
mod files;
mod follow;
mod followed;
mod memory;
mod names;
mod newcomers;
#[cfg(test)]
mod races;
mod reading;
mod recognition;
mod sender;
mod signal;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use observer::domain::formats::{Format, Skipped};
use serde::Serialize;
use service_kit::redaction::CountingRedactor;

use self::{
    sender::{Patience, Sender, Sent},
    signal::stop_is_asked_for,
};
use super::{
    logs::{LogFile, add_skipped, files_under, format_named},
    redact,
};
use crate::{
    connection::Connection,
    failure::Failure,
    output::{Output, facts},
};

/// Arguments of `attune collect`.
#[derive(Args, Debug)]
#[command(after_long_help = formats_help())]
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
    /// Read on as files grow, are rotated or appear, until SIGINT or SIGTERM
    ///
    /// What was sent is remembered, so that stopping and starting again, also after a crash,
    /// neither loses nor doubles anything. An observer that is down is waited for. Of a file that
    /// is cut off (copytruncate), what its copy lacks and nobody has read yet is lost, as is what
    /// is packed or deleted unread.
    #[arg(long)]
    follow: bool,
    /// The file in which --follow remembers what it sent; collect.json beside the services'
    /// addresses when absent
    #[arg(long, value_name = "FILE", requires = "follow")]
    state: Option<PathBuf>,
    /// How often --follow looks at the files
    #[arg(long, value_name = "SECONDS", requires = "follow", default_value = "1",
        value_parser = seconds)]
    every: f64,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: Option<f64> = text.parse().ok();
    seconds
        .filter(|seconds| (0.01..=3_600.0).contains(seconds))
        .ok_or_else(|| "expected a number from 0.01 to 3600".to_owned())
}

fn formats_help() -> String {
    let rows =
        Format::ALL.map(|format| format!("  {:<14} {}", format.name(), format.description()));
    format!("Formats:\n{}", rows.join("\n"))
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
    /// Where the first of them is.
    skipped_first: BTreeMap<&'static str, String>,
    /// Files of no known format.
    unknown: Vec<PathBuf>,
}

impl Summary {
    fn add_sent(&mut self, sent: Sent) {
        self.events += sent.events;
        self.new += sent.new;
        self.duplicates += sent.duplicates;
        self.rejected += sent.rejected;
    }
}

/// Runs the command.
pub(crate) async fn run(args: CollectArgs, to: &Connection, output: Output) -> Result<(), Failure> {
    if args.follow {
        return follow::run(&args, to, output).await;
    }
    let files = files_under(&args.paths)?;
    let bar = progress(&files);
    let redactor = redactor(&args)?;
    let sender = Sender::new(to, redactor, Patience::Short, bar.clone());
    let summary = tokio::select! {
        summary = read_all(files, args.format, sender, &bar) => summary,
        // Reading again counts nothing twice, so nothing need be remembered.
        asked = stop_is_asked_for() => Err(asked.err().unwrap_or(Failure::Interrupted)),
    };
    bar.finish_and_clear();
    let summary = summary?;
    if summary.files == 0 {
        return Err(Failure::failed(
            "none of the files is of a known format; name it by --format",
        ));
    }
    if !output.json {
        output.text(&described(&summary))?;
    }
    analysis::show(to, &summary, output).await
}

fn redactor(args: &CollectArgs) -> Result<CountingRedactor, Failure> {
    let redactor = redact::redactor(args.config.as_deref())?;
    Ok(CountingRedactor::uncounted(redactor))
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

async fn read_all(
    files: Vec<PathBuf>,
    format: Option<Format>,
    mut sender: Sender<'_>,
    bar: &ProgressBar,
) -> Result<Summary, Failure> {
    let mut summary = Summary::default();
    for path in files {
        bar.set_message(path.display().to_string());
        read(&path, format, &mut sender, &mut summary, bar).await?;
    }
    sender.send().await?;
    summary.add_sent(sender.sent);
    Ok(summary)
}

async fn read(
    path: &Path,
    format: Option<Format>,
    sender: &mut Sender<'_>,
    summary: &mut Summary,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let Some(mut file) = LogFile::open(path, format)? else {
        summary.unknown.push(path.to_owned());
        return Ok(());
    };
    summary.files += 1;
    let name: Arc<Path> = path.into();
    while let Some(piece) = file.next()? {
        for parsed in piece.parsed {
            if sender.add(&name, parsed) {
                sender.send().await?;
            }
        }
        bar.inc(piece.bytes);
        // A signal is heeded between two pieces.
        tokio::task::yield_now().await;
    }
    add_skipped(&mut summary.skipped, file.skipped());
    for (reason, line) in file.first_skipped() {
        let first = || format!("{}:{line}", path.display());
        summary.skipped_first.entry(reason).or_insert_with(first);
    }
    Ok(())
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
        let first = summary.skipped_first.get(reason).map_or("", String::as_str);
        text.push_str(&format!(
            "skipped {count} records: {reason} (first at {first})\n"
        ));
    }
    for path in &summary.unknown {
        text.push_str(&format!("skipped {}: of no known format\n", path.display()));
    }
    text
}
