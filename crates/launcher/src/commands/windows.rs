//! `attune windows`: the one monitoring window, and those before it.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use clients::WindowFilter;
use types::{
    Timestamp, WindowId,
    window::{
        CloseStatus, Effect, ExtendWindow, MonitoringWindow, Verdict, WindowDetail, WindowStatus,
    },
};

use super::ids;
use crate::{
    connection::Connection,
    failure::Failure,
    output::{Output, Table, facts, short_id},
};

/// How often a live view looks again.
const REFRESH: Duration = Duration::from_secs(1);
/// Moves the cursor to the corner of a cleared screen.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

/// Arguments of `attune windows`.
#[derive(Args, Debug)]
pub(crate) struct WindowsArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List windows, the newest first
    List {
        /// Only those that stand here
        #[arg(long)]
        status: Option<Status>,
        /// Only those over this agent
        #[arg(long)]
        agent: Option<String>,
    },
    /// Show a window with its evidence
    Show {
        /// The id, or its first digits; the active one when absent
        id: Option<String>,
        /// Look again every second until it has closed
        #[arg(long)]
        watch: bool,
    },
    /// Close a window by hand
    Close {
        /// The id, or its first digits
        id: String,
        /// Whether the change stays
        #[arg(long = "as", value_name = "STATUS")]
        status: Closing,
    },
    /// Let a window run longer
    Extend {
        /// The id, or its first digits
        id: String,
        /// By so many minutes
        #[arg(long)]
        minutes: u32,
    },
    /// Free the slot for the next change before the window has proved anything
    Release {
        /// The id, or its first digits
        id: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Status {
    Active,
    Completed,
    RolledBack,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Closing {
    /// The change stays
    Completed,
    /// The change goes
    RolledBack,
}

/// Runs the command.
pub(crate) async fn run(args: WindowsArgs, to: &Connection, output: Output) -> Result<(), Failure> {
    match args.action {
        None => list(to, WindowFilter::default(), output).await,
        Some(Action::List { status, agent }) => {
            let filter = WindowFilter {
                status: status.map(WindowStatus::from),
                agent,
                cursor: None,
            };
            list(to, filter, output).await
        }
        Some(Action::Show { id, watch }) => {
            let id = one_or_active(to, id.as_deref()).await?;
            if watch {
                follow(to, id, output).await
            } else {
                let detail = to.gateway().window(id).await?;
                output.show(&detail, || described(&detail))
            }
        }
        Some(Action::Close { id, status }) => {
            let id = ids::window(to, &id).await?;
            let status = match status {
                Closing::Completed => CloseStatus::Completed,
                Closing::RolledBack => CloseStatus::RolledBack,
            };
            changed(output, &to.gateway().close(id, status).await?)
        }
        Some(Action::Extend { id, minutes }) => extend(to, &id, minutes, output).await,
        Some(Action::Release { id }) => {
            let id = ids::window(to, &id).await?;
            changed(output, &to.gateway().release(id).await?)
        }
    }
}

impl From<Status> for WindowStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Completed => Self::Completed,
            Status::RolledBack => Self::RolledBack,
        }
    }
}

async fn list(to: &Connection, filter: WindowFilter, output: Output) -> Result<(), Failure> {
    let page = to.gateway().windows(&filter).await?;
    output.list(&page, "no windows", || {
        let mut table = Table::new(&[
            "id", "status", "verdict", "effect", "agent", "deployed", "expires",
        ]);
        for one in &page.data {
            table.row(vec![
                short_id(&one.id),
                one.status.name().to_owned(),
                ids::or_dash(one.verdict.map(Verdict::name)),
                ids::or_dash(one.effect.map(Effect::name)),
                one.agents.join(", "),
                one.deployed_at.to_string(),
                one.expires_at.to_string(),
            ]);
        }
        table
    })
}

async fn one_or_active(to: &Connection, typed: Option<&str>) -> Result<WindowId, Failure> {
    if let Some(typed) = typed {
        return ids::window(to, typed).await;
    }
    let active = to.gateway().active().await?;
    let active = active.first().map(|window| window.id);
    active.ok_or_else(|| Failure::failed("no window is active; name one"))
}

async fn extend(to: &Connection, typed: &str, minutes: u32, output: Output) -> Result<(), Failure> {
    let id = ids::window(to, typed).await?;
    let window = to.gateway().window(id).await?.window;
    let longer = Duration::from_secs(u64::from(minutes) * 60);
    let body = ExtendWindow {
        expires_at: window.expires_at.plus(longer),
    };
    changed(output, &to.gateway().extend(id, &body).await?)
}

/// Shows the window again and again, on a clean screen for a person, line by line otherwise.
async fn follow(to: &Connection, id: WindowId, output: Output) -> Result<(), Failure> {
    let mut told: Option<Timestamp> = None;
    loop {
        let detail = to.gateway().window(id).await?;
        let newest = detail.evaluations.last().map(|look| look.at);
        if output.terminal && !output.json {
            print!("{CLEAR}");
            output.text(&described(&detail))?;
        } else if told.is_none() || told != newest {
            told = newest.or(told);
            output.show(&detail, || line(&detail))?;
        }
        if detail.window.status != WindowStatus::Active {
            return Ok(());
        }
        tokio::time::sleep(REFRESH).await;
    }
}

fn changed(output: Output, window: &MonitoringWindow) -> Result<(), Failure> {
    output.show(window, || {
        let MonitoringWindow {
            id,
            status,
            expires_at,
            ..
        } = window;
        let released = if window.released { ", released" } else { "" };
        format!(
            "window {} is {}{released}; it ends {expires_at}\n",
            short_id(id),
            status.name()
        )
    })
}

fn line(detail: &WindowDetail) -> String {
    let window = &detail.window;
    let why = window.why.as_deref().unwrap_or("nothing was seen yet");
    let verdict = window.verdict.map_or("open", Verdict::name);
    format!(
        "{}\t{}\t{verdict}\t{why}\n",
        short_id(&window.id),
        window.status.name()
    )
}

fn described(detail: &WindowDetail) -> String {
    let window = &detail.window;
    let figures = window.figures.as_ref();
    let rate = |failures: u64, total: u64| {
        let share = if total == 0 {
            0.0
        } else {
            100.0 * failures as f64 / total as f64
        };
        format!("{failures} of {total} sessions failed ({share:.1} %)")
    };
    let before = figures.map(|it| rate(it.baseline_failures, it.baseline_total));
    let since = figures.map(|it| rate(it.after_failures, it.after_total));
    let pair = |before: Option<f64>, since: Option<f64>| {
        before.or(since)?;
        let shown = |share: Option<f64>| ids::or_dash(share.map(|share| format!("{share:.3}")));
        Some(format!("{} before, {} since", shown(before), shown(since)))
    };
    facts(&[
        ("id", Some(window.id.to_string())),
        ("status", Some(window.status.name().to_owned())),
        (
            "verdict",
            window.verdict.map(|verdict| verdict.name().to_owned()),
        ),
        (
            "effect",
            window.effect.map(|effect| effect.name().to_owned()),
        ),
        ("why", window.why.clone()),
        ("agents", Some(window.agents.join(", "))),
        ("commit", Some(window.commit_sha.to_string())),
        ("proposal", window.proposal_id.map(|id| id.to_string())),
        ("deployed", Some(window.deployed_at.to_string())),
        ("expires", Some(window.expires_at.to_string())),
        ("closed", window.closed_at.map(|at| at.to_string())),
        ("before", before),
        ("since", since),
        ("quality", pair(window.pre_quality, window.post_quality)),
        (
            "stall rate",
            pair(window.pre_stall_rate, window.post_stall_rate),
        ),
        (
            "affinity",
            pair(window.pre_affinity_rate, window.post_affinity_rate),
        ),
        ("looks", Some(detail.evaluations.len().to_string())),
        ("released", window.released.then(|| "yes".to_owned())),
    ])
}
