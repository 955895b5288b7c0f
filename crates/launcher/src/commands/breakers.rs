//! `attune breakers`: what has stopped by itself.

use clap::{Args, Subcommand};
use types::analysis::Breaker;

use super::ids;
use crate::{
    connection::Connection,
    failure::Failure,
    output::{Output, Table},
};

/// Arguments of `attune breakers`.
#[derive(Args, Debug)]
pub(crate) struct BreakersArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the breakers
    List,
    /// Close a breaker, so that work goes on
    Reset {
        /// Its name, such as all
        name: String,
    },
}

/// Runs the command.
pub(crate) async fn run(
    args: BreakersArgs,
    to: &Connection,
    output: Output,
) -> Result<(), Failure> {
    match args.action {
        None | Some(Action::List) => {
            let breakers = to.proposals().breakers().await?;
            output.list(&breakers, "no breakers", || table(&breakers.data))
        }
        Some(Action::Reset { name }) => {
            let breaker = to.proposals().reset_breaker(&name).await?;
            output.show(&breaker, || {
                format!("breaker {} is {}\n", breaker.name, state(&breaker))
            })
        }
    }
}

fn state(breaker: &Breaker) -> &'static str {
    if breaker.open { "open" } else { "closed" }
}

fn table(breakers: &[Breaker]) -> Table {
    let mut table = Table::new(&["name", "state", "tripped", "until", "reset by", "reason"]);
    for one in breakers {
        let until = match (one.open, one.until) {
            (true, None) => "a person resets it".to_owned(),
            (_, until) => ids::or_dash(until),
        };
        table.row(vec![
            one.name.clone(),
            state(one).to_owned(),
            ids::or_dash(one.tripped_at),
            until,
            ids::or_dash(one.reset_by.as_ref()),
            ids::or_dash(one.reason.as_ref()),
        ]);
    }
    table
}
