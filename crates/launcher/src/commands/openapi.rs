//! `attune openapi`: what a service says of its own routes.

use clap::Args;
use clients::Shared as SharedRoutes;
use types::Service;

use crate::{cli::Shared, connection::without_key, failure::Failure, output::Output};

/// Arguments of `attune openapi`.
#[derive(Args, Debug)]
pub(crate) struct OpenapiArgs {
    /// tune-gateway, observer, proposal-service or patch-apply
    service: Service,
}

/// Runs the command.
pub(super) async fn run(
    args: &OpenapiArgs,
    shared: &Shared,
    output: Output,
) -> Result<(), Failure> {
    let (_, caller) = without_key(shared)?;
    let document = SharedRoutes::new(caller, args.service).openapi().await?;
    output.json(&document)
}
