//! What the `main` of every service does.

use std::{
    future::Future,
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use redact::Redactor;
use serde::de::DeserializeOwned;
use tokio::signal::unix::{Signal, SignalKind, signal};
use types::Service;

use crate::{
    clock::Clock,
    http::Running,
    kit,
    redaction::presentable,
    settings::{ClockSettings, CommonSettings, Layers, Settings},
    telemetry::start_logs,
};

/// Runs a service until it is told to stop: reads arguments and settings, starts logs, starts the
/// service by `start`, waits for a signal and stops it.
///
/// Exit codes: 0 stopped as told, 1 failed, 2 wrong arguments or settings.
pub async fn run<S, F, Fut>(service: Service, start: F) -> ExitCode
where
    S: DeserializeOwned + Default,
    F: FnOnce(Settings<S>, Clock) -> Fut,
    Fut: Future<Output = anyhow::Result<Running>>,
{
    let (settings, clock) = match prepare::<S>(service) {
        Ok(Prepared::Start(settings, clock)) => (*settings, clock),
        Ok(Prepared::Done(code)) => return code,
        Err(error) => {
            let told = format!("{error:#}");
            let told = presentable(&Redactor::standard(), &told);
            eprintln!("{service}: {told}");
            return ExitCode::from(2);
        }
    };
    match serve_until_signal(settings, clock, start).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(
                error = format!("{error:#}"),
                "{service} cannot run: {error:#}"
            );
            ExitCode::FAILURE
        }
    }
}

enum Prepared<S> {
    Start(Box<Settings<S>>, Clock),
    Done(ExitCode),
}

fn prepare<S: DeserializeOwned + Default>(service: Service) -> anyhow::Result<Prepared<S>> {
    let invocation = Invocation::parse(std::env::args().skip(1)).map_err(anyhow::Error::msg)?;
    let settings: Settings<S> = Layers::read(invocation.config.as_deref())?.settings(service)?;
    if invocation.healthcheck {
        let code = healthcheck(&settings.common, service.default_port());
        return Ok(Prepared::Done(code));
    }
    start_logs(&settings.common.log, &kit::redactor(&settings.common)?)?;
    let clock = clock(&settings.common.clock, invocation.test_clock).map_err(anyhow::Error::msg)?;
    Ok(Prepared::Start(Box::new(settings), clock))
}

async fn serve_until_signal<S, F, Fut>(
    settings: Settings<S>,
    clock: Clock,
    start: F,
) -> anyhow::Result<()>
where
    F: FnOnce(Settings<S>, Clock) -> Fut,
    Fut: Future<Output = anyhow::Result<Running>>,
{
    let mut signals = Signals::listen()?;
    let running = start(settings, clock).await?;
    signals.wait().await;
    running.stop().await;
    Ok(())
}

/// The signals that ask a process to stop. One that comes while nobody waits is kept.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Listens for SIGTERM and SIGINT from now on: before anyone is told that the process is up.
    ///
    /// # Errors
    /// When the process may not listen for signals.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits until one of them has come.
    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// How a service binary is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Invocation {
    /// `--config FILE`
    pub config: Option<PathBuf>,
    /// `--test-clock SCALE`: only for trials.
    pub test_clock: Option<f64>,
    /// `healthcheck`: asks the running service whether it is ready.
    pub healthcheck: bool,
}

impl Invocation {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// Says which argument is not understood.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        const USAGE: &str = "usage: [healthcheck] [--config FILE] [--test-clock SCALE]";
        let mut out = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "healthcheck" => out.healthcheck = true,
                "--config" => {
                    out.config = Some(arguments.next().ok_or("--config needs a file")?.into());
                }
                "--test-clock" => {
                    let scale = arguments.next().and_then(|text| text.parse().ok());
                    out.test_clock = Some(scale.ok_or("--test-clock needs a number")?);
                }
                other => return Err(format!("{other} is not an argument; {USAGE}")),
            }
        }
        Ok(out)
    }
}

/// The clock for a service: the system's, unless a trial asks for a faster one.
///
/// # Errors
/// When the settings ask for a fast clock and the command line does not.
pub fn clock(settings: &ClockSettings, test_clock: Option<f64>) -> Result<Clock, String> {
    let system = Clock::system();
    match test_clock {
        Some(scale) if scale.is_finite() && (1.0..=100_000.0).contains(&scale) => {
            tracing::warn!("TRIAL CLOCK: time runs {scale} times as fast; never use this for real");
            Ok(Clock::scaled(
                scale,
                settings.origin.unwrap_or_else(|| system.now()),
            ))
        }
        Some(scale) => Err(format!(
            "a clock cannot run {scale} times as fast; 1 to 100000 can be"
        )),
        None if (settings.scale - 1.0).abs() < f64::EPSILON && settings.origin.is_none() => {
            Ok(system)
        }
        None => Err("clock.scale and clock.origin are for trials: start with --test-clock".into()),
    }
}

/// Asks `/readyz` of the service that these settings describe: exit code 0 when it is ready.
pub fn healthcheck(settings: &CommonSettings, default_port: u16) -> ExitCode {
    let mut address = settings
        .server
        .listen
        .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], default_port)));
    if address.ip().is_unspecified() {
        address.set_ip([127, 0, 0, 1].into());
    }
    match ask(address) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{address} does not answer: {error}");
            ExitCode::from(5)
        }
    }
}

fn ask(address: SocketAddr) -> std::io::Result<bool> {
    use std::io::{Read, Write};
    let limit = Duration::from_secs(3);
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut reply = String::new();
    stream.take(64 * 1024).read_to_string(&mut reply)?;
    let ready = reply.split(' ').nth(1) == Some("200");
    if !ready {
        eprintln!("{}", reply.lines().last().unwrap_or("no reply"));
    }
    Ok(ready)
}
