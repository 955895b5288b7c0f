//! `attune up`: all services in one process.

mod folder;
mod ports;
mod services;
mod trial;

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use service_kit::{
    Clock, kit,
    main_loop::Signals,
    settings::{Layers, LogFormat},
    telemetry::start_logs,
};

pub(crate) use folder::{ENDPOINTS_FILE, Endpoints, Folder, address, read_json};
pub(crate) use ports::Ports;
pub(crate) use services::{Running, ServiceSettings, start};

use crate::{failure::Failure, runtime::block_on_services};

/// Arguments of `attune up`.
#[derive(Args, Debug)]
pub(crate) struct UpArgs {
    /// Listen on N to N+3 instead of the services' own ports
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=65_531))]
    pub(crate) port_base: Option<u16>,
    /// Settings; attune.toml in this folder when absent
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// For trials only: let time run SCALE times as fast
    #[arg(long, value_name = "SCALE")]
    pub(crate) test_clock: Option<f64>,
}

/// Runs the services until a signal comes.
pub(crate) fn run(data: Option<&Path>, args: &UpArgs) -> Result<(), Failure> {
    let layers = Layers::read(args.config.as_deref())?;
    let mut settings = ServiceSettings::read(&layers)?;
    if settings.common.server.listen.is_some() {
        return Err(Failure::Usage(
            "setting server.listen: four services cannot share one address; use --port-base"
                .to_owned(),
        ));
    }
    if std::io::stderr().is_terminal() {
        settings.common.log.format = LogFormat::Pretty;
    }
    let redactor =
        kit::redactor(&settings.common).map_err(|error| Failure::Usage(format!("{error:#}")))?;
    start_logs(&settings.common.log, &redactor)?;
    let folder = Folder::hold(data.unwrap_or(&settings.common.server.data_dir))?;
    let clock = trial::clock(&folder, &settings.common.clock, args.test_clock)?;
    let ports = Ports::chosen(args.port_base);
    block_on_services(Box::pin(serve(folder, settings, ports, clock)))
}

async fn serve(
    folder: Folder,
    settings: ServiceSettings,
    ports: Ports,
    clock: Clock,
) -> Result<(), Failure> {
    let trial = clock.is_for_trials().then(|| clock.scale());
    let mut signals = Signals::listen()?;
    let running = start(settings, &folder, &ports, clock).await?;
    let told = say_ready(&running.endpoints, &folder, trial);
    signals.wait().await;
    running.stop().await;
    told
}

/// The one line that says that all services answer.
fn say_ready(endpoints: &Endpoints, folder: &Folder, trial: Option<f64>) -> Result<(), Failure> {
    let addresses: Vec<String> = endpoints
        .iter()
        .map(|(service, url)| format!("{service} {}", address(url)))
        .collect();
    let clock = trial.map_or_else(String::new, |scale| {
        format!("; TRIAL CLOCK: time runs {scale} times as fast")
    });
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "attune is ready: {}; data in {}{clock}",
        addresses.join(", "),
        folder.path().display()
    )?;
    out.flush()?;
    Ok(())
}
