//! The proposal service as a program of its own.

use std::process::ExitCode;

use types::Service;

#[tokio::main]
async fn main() -> ExitCode {
    service_kit::main_loop::run(Service::ProposalService, proposal_service::start).await
}
