//! `attune journal`: the record of every change, service by service.

use clap::{Args, Subcommand};
use serde::Serialize;
use types::{
    Service,
    journal::{JournalCheck, JournalEntry},
};

use crate::{
    connection::Connection,
    failure::Failure,
    output::{Output, Table},
};

/// Arguments of `attune journal`.
#[derive(Args, Debug)]
pub(crate) struct JournalArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the entries, oldest first
    List {
        /// Only those of this service
        #[arg(long)]
        service: Option<Service>,
        /// The newest N of each service
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// Check the chain of every service's journal
    Verify,
}

/// Runs the command.
pub(crate) async fn run(args: JournalArgs, to: &Connection, output: Output) -> Result<(), Failure> {
    match args.action {
        None => list(to, None, 50, output).await,
        Some(Action::List { service, limit }) => list(to, service, limit, output).await,
        Some(Action::Verify) => verify(to, output).await,
    }
}

#[derive(Serialize)]
struct Entry {
    service: Service,
    #[serde(flatten)]
    entry: JournalEntry,
}

async fn list(
    to: &Connection,
    service: Option<Service>,
    limit: usize,
    output: Output,
) -> Result<(), Failure> {
    let mut entries = Vec::new();
    for service in Service::ALL
        .into_iter()
        .filter(|it| service.is_none_or(|one| one == *it))
    {
        let newest = newest(to, service, limit).await?;
        entries.extend(newest.into_iter().map(|entry| Entry { service, entry }));
    }
    entries.sort_by_key(|one| (one.entry.at, one.service, one.entry.sequence));
    output.list(&entries, "no entries", || {
        let mut table = Table::new(&["at", "service", "number", "actor", "action", "subject"]);
        for Entry { service, entry } in &entries {
            table.row(vec![
                entry.at.to_string(),
                service.to_string(),
                entry.sequence.to_string(),
                entry.actor.clone(),
                entry.action.clone(),
                entry.subject.clone(),
            ]);
        }
        table
    })
}

/// The last entries of a journal, whose pages run from the oldest.
async fn newest(
    to: &Connection,
    service: Service,
    limit: usize,
) -> Result<Vec<JournalEntry>, Failure> {
    let mut kept: Vec<JournalEntry> = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = to.shared(service).journal(cursor.as_deref()).await?;
        kept.extend(page.data);
        kept.drain(..kept.len().saturating_sub(limit));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(kept);
        }
    }
}

#[derive(Serialize)]
struct Verified {
    service: Service,
    #[serde(flatten)]
    check: JournalCheck,
}

async fn verify(to: &Connection, output: Output) -> Result<(), Failure> {
    let mut checks = Vec::new();
    for service in Service::ALL {
        let check = to.shared(service).verify_journal().await?;
        checks.push(Verified { service, check });
    }
    output.list(&checks, "no journals", || {
        let mut table = Table::new(&["service", "chain", "entries", "head", "fault"]);
        for Verified { service, check } in &checks {
            table.row(vec![
                service.to_string(),
                if check.intact { "intact" } else { "BROKEN" }.to_owned(),
                check.entries.to_string(),
                super::ids::or_dash(check.head.as_ref()),
                super::ids::or_dash(check.fault.as_ref()),
            ]);
        }
        table
    })?;
    if checks.iter().all(|one| one.check.intact) {
        Ok(())
    } else {
        Err(Failure::failed("a journal has been changed"))
    }
}
