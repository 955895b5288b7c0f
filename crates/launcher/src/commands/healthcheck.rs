//! `attune healthcheck`: whether all services are ready.

use clients::Shared as SharedRoutes;
use serde::Serialize;
use types::Service;

use crate::{
    cli::Shared,
    connection::without_key,
    failure::Failure,
    output::{Output, Table},
};

#[derive(Serialize)]
struct State {
    service: Service,
    ready: bool,
    missing: Option<String>,
}

/// Runs the command.
pub(super) async fn run(shared: &Shared, output: Output) -> Result<(), Failure> {
    let (endpoints, caller) = without_key(shared)?;
    let mut states = Vec::new();
    let mut silent = false;
    for service in endpoints.into_keys() {
        let routes = SharedRoutes::new(caller.clone(), service);
        silent |= routes.health().await.is_err();
        let missing = routes.ready().await.err();
        states.push(State {
            service,
            ready: missing.is_none(),
            missing,
        });
    }
    output.list(&states, "no services", || {
        let mut table = Table::new(&["service", "state"]);
        for state in &states {
            let said = state.missing.clone().unwrap_or_else(|| "ready".to_owned());
            table.row(vec![state.service.to_string(), said]);
        }
        table
    })?;
    let ready = states.iter().all(|state| state.ready);
    match (ready, silent) {
        (true, _) => Ok(()),
        (false, true) => Err(Failure::Shown(5)),
        (false, false) => Err(Failure::Shown(1)),
    }
}
