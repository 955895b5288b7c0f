//! `attune jobs`: the observer's jobs.

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::{
    connection::Connection,
    failure::Failure,
    output::{Output, Table, facts},
};

/// Arguments of `attune jobs`.
#[derive(Args, Debug)]
pub(crate) struct JobsArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the jobs
    List,
    /// Run a job now
    Run {
        /// Its name, such as error-analyser
        name: String,
    },
}

/// Runs the command.
pub(crate) async fn run(args: JobsArgs, to: &Connection, output: Output) -> Result<(), Failure> {
    match args.action {
        None | Some(Action::List) => {
            let jobs = to.observer().jobs().await?;
            output.list(&jobs, "no jobs", || table(&jobs))
        }
        Some(Action::Run { name }) => {
            let report = to.observer().run_job(&name).await?;
            output.show(&report, || described(&report))
        }
    }
}

fn table(jobs: &Value) -> Table {
    let mut table = Table::new(&["name", "runs", "next run", "last run", "outcome"]);
    for job in jobs.as_array().into_iter().flatten() {
        table.row(vec![
            text(&job["name"]),
            turn(job),
            known(&job["next_run"]),
            known(&job["last_started"]),
            known(&job["last_outcome"]),
        ]);
    }
    table
}

/// When a job runs by itself.
fn turn(job: &Value) -> String {
    match (&job["schedule"], &job["every_seconds"]) {
        (Value::String(schedule), _) => schedule.clone(),
        (_, Value::Number(seconds)) => format!("every {seconds} s"),
        _ => "when asked".to_owned(),
    }
}

fn known(value: &Value) -> String {
    if value.is_null() {
        String::new()
    } else {
        text(value)
    }
}

/// The report of a run, field by field.
pub(super) fn described(report: &Value) -> String {
    let fields = report.as_object().into_iter().flatten();
    let fields: Vec<(String, Value)> = fields
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.replace('_', " "), value.clone()))
        .collect();
    let lines: Vec<(&str, Option<String>)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), Some(text(value))))
        .collect();
    facts(&lines)
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
