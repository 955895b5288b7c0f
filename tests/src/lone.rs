//! One service as a process of its own, without the others.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::Child,
    time::Duration,
};

use tempfile::TempDir;
use testkit::Api;
use types::Service;

use crate::{
    process,
    program::{built, command, command_on},
    wait::until,
};

/// How long it may take to be ready, on a machine that does much else.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// A service that runs alone; it ends when it is dropped.
#[derive(Debug)]
pub struct Lone {
    /// Where it listens.
    pub address: SocketAddr,
    /// The text of its admin key.
    pub key: String,
    service: Service,
    folder: TempDir,
    settings: String,
    /// The only processor that it may use.
    processor: Option<u8>,
    child: Option<Child>,
}

impl Lone {
    /// Starts a service with these settings besides its address and folder, and waits for it.
    pub async fn start(service: Service, settings: &str) -> Self {
        Self::start_on(service, settings, None).await
    }

    /// As [`Lone::start`], on one processor of the machine.
    pub async fn start_on(service: Service, settings: &str, processor: Option<u8>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let keys = service_kit::auth::first_keys(&folder.path().join("data")).unwrap();
        let mut lone = Self {
            address,
            key: keys.admin.expose().to_owned(),
            service,
            folder,
            settings: settings.to_owned(),
            processor,
            child: None,
        };
        lone.restart().await;
        lone
    }

    /// HTTP to it under its admin key.
    pub fn api(&self) -> Api {
        Api::new(self.address, &self.key)
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What it wrote to stdout and stderr.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Ends it as a power cut would: `kill -9`.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("the service runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts it, and waits until it is ready.
    pub async fn restart(&mut self) {
        let folder = self.folder.path();
        let text = format!(
            "[server]\ndata_dir = \"{}\"\nlisten = \"{}\"\n\n{}",
            self.data().display(),
            self.address,
            self.settings
        );
        fs::write(folder.join("attune.toml"), text).unwrap();
        let log = File::options()
            .create(true)
            .append(true)
            .open(folder.join("log"))
            .unwrap();
        let program = built(self.service.name());
        let mut start = match self.processor {
            None => command(&program),
            Some(number) => command_on(number, &program),
        };
        let child = start
            .args(["--config", "attune.toml"])
            .current_dir(folder)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
        let api = self.api();
        until("the service is ready", READY_WITHIN, || async {
            let request = api.request(reqwest::Method::GET, "/readyz");
            let reply = request.send().await.ok()?;
            reply.status().is_success().then_some(())
        })
        .await;
    }

    /// How much time it has spent on a processor, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        process::cpu_seconds(self.id())
    }

    /// How much memory it holds now, and the most that it held, in MiB.
    pub fn memory_mib(&self) -> (f64, f64) {
        process::memory_mib(self.id())
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.as_ref().expect("the service runs").id()
    }
}

impl Drop for Lone {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // One that has ended by itself cannot be killed.
            let _ended_before = child.kill();
            let _reaped = child.wait();
        }
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines.len().saturating_sub(40);
            eprintln!("--- {}\n{}", self.service, lines[last..].join("\n"));
        }
    }
}
