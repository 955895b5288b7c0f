//! `attune demo`: the whole loop in one process, on a simulated fleet, in scaled time.

mod director;
pub mod fleet;
mod place;
pub mod repository;
pub mod scenario;
mod takes;
mod work;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use clap::Args;
use clients::Observer;
use secrecy::SecretString;
use service_kit::{
    Clock, auth,
    caller::Caller,
    kit,
    main_loop::Signals,
    settings::{LogFormat, PlaceSettings, variable},
    tasks::Tasks,
    telemetry::start_logs,
};
use types::Timestamp;

use crate::{
    failure::Failure,
    output::Output,
    runtime::block_on_services,
    up::{Ports, Running, ServiceSettings, address, start},
};
use director::Director;
use place::Place;
use scenario::narration;
use work::Workload;

/// How many times as fast as real time: an hour in ten seconds.
const SCALE: u32 = 360;
/// How long the whole course may take, in real time.
const LIMIT: Duration = Duration::from_secs(90);
/// How long the fleet may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// Arguments of `attune demo`.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// End when both changes have gone through the loop, instead of running on
    #[arg(long)]
    pub(crate) once: bool,
    /// Listen on N to N+3 instead of the services' own ports
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=65_531))]
    pub(crate) port_base: Option<u16>,
}

/// Runs the demo.
pub(crate) fn run(data: Option<PathBuf>, args: &DemoArgs, output: Output) -> Result<(), Failure> {
    let ports = Ports::chosen(args.port_base);
    ports.check_free()?;
    let place = Place::prepare(data, args.once)?;
    let settings = settings(&place)?;
    start_logs(&settings.common.log, &kit::redactor(&settings.common)?)?;
    let origin = Clock::system().now();
    let clock = Clock::scaled(f64::from(SCALE), origin);
    let demo = Demo {
        place,
        clock,
        origin,
        output,
        once: args.once,
    };
    block_on_services(Box::pin(demo.play(settings, ports)))
}

struct Demo {
    place: Place,
    clock: Clock,
    origin: Timestamp,
    output: Output,
    once: bool,
}

impl Demo {
    async fn play(self, settings: ServiceSettings, ports: Ports) -> Result<(), Failure> {
        self.output.line(&narration::opening(SCALE))?;
        let mut signals = Signals::listen()?;
        let running = start(settings, &self.place.folder, &ports, self.clock.clone()).await?;
        let tasks = Tasks::default();
        let ended = tokio::select! {
            ended = self.course(&running, &tasks) => ended,
            () = signals.wait() => Err(Failure::Interrupted),
        };
        let ended = match ended {
            Ok(()) if !self.once => self.run_on(&running, &mut signals).await,
            ended => ended,
        };
        tasks.end(GRACE).await;
        running.stop().await;
        let nothing_to_find = matches!(ended, Ok(()) | Err(Failure::Interrupted));
        self.place.leave(nothing_to_find);
        ended
    }

    /// The past, the fleet at work, and the two changes.
    async fn course(&self, running: &Running, tasks: &Tasks) -> Result<(), Failure> {
        let caller = caller(self.place.folder.path(), running, self.clock.clone())?;
        let place = &self.place;
        self.output.line(&narration::repository_ready(
            &place.target().display().to_string(),
            repository::files().len(),
            &place.first_commit,
        ))?;
        let observer = Observer::new(caller.clone());
        let mut workload = Workload::new(observer, self.clock.clone(), &place.deployed());
        let told = workload.tell_past(self.origin).await?;
        self.output
            .line(&narration::history_sent(told, fleet::BASELINE))?;
        tasks.start(workload.go_on(tasks.stop()));
        let director = Director::new(caller, &place.deployed(), self.output, LIMIT);
        Ok(director.direct().await?)
    }

    /// Says where to look and keeps the fleet at work until a signal comes.
    async fn run_on(&self, running: &Running, signals: &mut Signals) -> Result<(), Failure> {
        let addresses: String = running
            .endpoints
            .iter()
            .map(|(service, url)| format!("  {:<17} {}/docs/\n", service.name(), address(url)))
            .collect();
        let folder = self.place.folder.path();
        let key = folder.join("admin.key");
        self.output.text(&format!(
            "\nThe fleet works on until Ctrl-C. Where to look:\n{addresses}  \
             data              {}\n  admin key         {}\n\nWhat to type next, in another \
             terminal:\n",
            folder.display(),
            key.display(),
        ))?;
        let shown = self.place.named().display().to_string();
        for command in [
            "proposals list",
            "windows list",
            "findings",
            "breakers list",
            "breakers reset all",
            "journal verify",
        ] {
            self.output
                .line(&format!("  attune {command} --data {shown}"))?;
        }
        signals.wait().await;
        Ok(())
    }
}

/// What the demo's services are told. Settings of the user have no say: the course is the same
/// everywhere.
fn settings(place: &Place) -> Result<ServiceSettings, Failure> {
    let mut settings = ServiceSettings::default();
    let common = &mut settings.common;
    common.log.format = LogFormat::Pretty;
    common.log.level = variable("ATTUNE__LOG__LEVEL")?.unwrap_or_else(|| "error".to_owned());
    common.target.repository = Some(place.target().display().to_string());
    common.targets = vec![PlaceSettings {
        agents: vec!["*".to_owned()],
        file: repository::AGENTS_FILE.to_owned(),
        place: scenario::PERSONA.to_owned(),
    }];
    settings.patch_apply.deploy = vec![place.deploy_step()];
    Ok(settings)
}

/// Calls as the person who installed it.
fn caller(folder: &Path, running: &Running, clock: Clock) -> anyhow::Result<Caller> {
    let keys = auth::first_keys(folder).context("the admin key cannot be read")?;
    let key = SecretString::from(keys.admin.expose());
    let peers = running.endpoints.clone();
    Ok(Caller::new(None, peers, key, clock)?)
}
