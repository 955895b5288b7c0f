//! The observer as a process of its own.

use std::process::ExitCode;

use types::Service;

#[tokio::main]
async fn main() -> ExitCode {
    service_kit::main_loop::run(Service::Observer, observer::start).await
}
