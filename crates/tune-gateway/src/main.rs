//! The tune gateway as a process of its own.

use std::process::ExitCode;

use types::Service;

#[tokio::main]
async fn main() -> ExitCode {
    service_kit::main_loop::run(Service::TuneGateway, tune_gateway::start).await
}
