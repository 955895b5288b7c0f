//! `attune playbooks`: what has worked.

use super::ids;
use crate::{
    connection::Connection,
    failure::Failure,
    output::{Output, Table},
};

/// Runs the command.
pub(super) async fn run(to: &Connection, output: Output) -> Result<(), Failure> {
    let page = to.observer().playbooks().await?;
    output.list(&page, "no playbooks", || {
        let mut table = Table::new(&["id", "operation", "approach", "result", "count", "p95 ms"]);
        for one in &page.data {
            table.row(vec![
                one.id.to_string(),
                one.operation.clone(),
                one.approach.clone(),
                one.result.clone(),
                one.count.to_string(),
                ids::or_dash(one.p95_ms.map(|ms| format!("{ms:.0}"))),
            ]);
        }
        table
    })
}
