//! `attune patch check`: what policy and the strict applier say of a diff. Nothing is changed.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use patch_apply::{check_patch, domain::policy::Policy};
use types::patch::{PatchReport, Refusal};

use super::templates::read;
use crate::{failure::Failure, output::Output};

/// Arguments of `attune patch`.
#[derive(Args, Debug)]
pub(crate) struct PatchArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Judge a diff: exit code 0 accepted, 3 refused
    Check(CheckArgs),
}

#[derive(Args, Debug)]
struct CheckArgs {
    /// The repository, with or without a checkout
    #[arg(long, value_name = "DIR")]
    repo: PathBuf,
    /// The revision that the diff was made against
    #[arg(long, value_name = "REV")]
    base: String,
    /// A policy as TOML or JSON, or none to check the diff alone; the shipped one when absent
    #[arg(long, value_name = "FILE|none")]
    policy: Option<PathBuf>,
    /// The unified diff; - for standard input
    patch: PathBuf,
}

/// Runs the command.
pub(super) fn run(args: PatchArgs, output: Output) -> Result<(), Failure> {
    let Action::Check(args) = args.action;
    let policy = policy(args.policy.as_deref())?;
    let patch = read(&args.patch)?;
    let report = check_patch(&args.repo, &args.base, policy.as_ref(), &patch)
        .with_context(|| format!("{} at {}", args.repo.display(), args.base))?;
    output.show(&report, || described(&report))?;
    if report.accepted {
        Ok(())
    } else {
        Err(Failure::Shown(3))
    }
}

fn policy(file: Option<&Path>) -> Result<Option<Policy>, Failure> {
    let Some(file) = file else {
        let shipped = Policy::shipped().context("the shipped policy")?;
        return Ok(Some(shipped));
    };
    if file == Path::new("none") {
        return Ok(None);
    }
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("the policy {} cannot be read", file.display()))?;
    let parsed = Policy::parse(&text);
    let parsed = parsed.map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    Ok(Some(parsed))
}

fn described(report: &PatchReport) -> String {
    let mut text = match &report.tree {
        Some(tree) if report.accepted => format!("accepted: the result is tree {tree}\n"),
        _ => "refused\n".to_owned(),
    };
    for path in &report.paths {
        text.push_str(&format!("  touches {path}\n"));
    }
    for Refusal {
        code,
        file,
        line,
        message,
    } in &report.refusals
    {
        let file = file
            .as_ref()
            .map_or_else(String::new, |file| format!(" in {file}"));
        let line = line.map_or_else(String::new, |line| format!(" at line {line} of the diff"));
        text.push_str(&format!("  {code}{file}{line}: {message}\n"));
    }
    if let Some(suggested) = &report.suggested_patch {
        text.push_str(&format!("\nthis would fit:\n{suggested}"));
    }
    text
}
