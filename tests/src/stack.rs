//! The four services as processes of their own, on free ports, over one data folder.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Child,
    sync::Mutex,
    time::Duration,
};

use service_kit::Clock;
use tempfile::TempDir;
use testkit::BareRepository;
use types::Service;

use crate::{
    fleet::{Deployed, Fleet},
    program::{built, command},
    site::Site,
    target,
    wait::until,
};

/// How long a service may take to be ready, on a machine that does much else.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How much of each log a failed test shows.
const SHOWN_LINES: usize = 40;

/// What a test may choose.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many times as fast as real time the clock of the services runs.
    pub scale: f64,
    /// After how many minutes of the clock a window may call a change stable.
    pub stable_after_minutes: u32,
    /// The largest JSON body.
    pub body_bytes: usize,
    /// Whose findings become proposals by themselves; `*` at the end stands for anything.
    pub agents: &'static str,
    /// More settings, as TOML.
    pub settings: String,
    /// What the environment of the services holds besides.
    pub environment: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scale: 360.0,
            stable_after_minutes: 15,
            body_bytes: 1024 * 1024,
            agents: "worker-*",
            settings: String::new(),
            environment: Vec::new(),
        }
    }
}

/// A running stack; it ends when it is dropped.
#[derive(Debug)]
pub struct Stack {
    /// How it is reached.
    pub site: Site,
    /// The repository that is to be improved.
    pub target: BareRepository,
    scale: f64,
    environment: Vec<(String, String)>,
    folder: TempDir,
    children: Mutex<BTreeMap<Service, Child>>,
}

impl Stack {
    /// Starts the four services and waits until they are ready.
    pub async fn start(options: &Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = target::files();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        let target = BareRepository::new(folder.path(), "target.git", &files);
        target::install(&folder.path().join("production"));
        let addresses = free_addresses();
        let origin = Clock::system().now();
        fs::write(
            folder.path().join("attune.toml"),
            settings(options, folder.path(), &target, &addresses, origin),
        )
        .unwrap();
        let keys = service_kit::auth::first_keys(&folder.path().join("data")).unwrap();
        let clock = Clock::scaled(options.scale, origin);
        let stack = Self {
            site: Site::new(addresses, clock, keys.admin.expose().to_owned()),
            target,
            scale: options.scale,
            environment: options.environment.clone(),
            folder,
            children: Mutex::default(),
        };
        for service in Service::ALL {
            stack.launch(service);
        }
        for service in Service::ALL {
            stack.wait_until_ready(service).await;
        }
        stack
    }

    /// Lets a fleet work by what the deploy steps bring into production.
    pub fn fleet(&self, seed: u64) -> Fleet {
        Fleet::start(&self.site, Deployed::Folder(self.production()), seed)
    }

    /// The folder into which the deploy steps bring the target branch.
    pub fn production(&self) -> PathBuf {
        self.folder.path().join("production")
    }

    /// The commits that a deploy step saw, in order.
    pub fn deployments(&self, step: &str) -> Vec<String> {
        let log = self.folder.path().join(format!("{step}.log"));
        let text = fs::read_to_string(log).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Ends a service as a power cut would: `kill -9`.
    pub fn kill(&self, service: Service) {
        let mut children = self.children.lock().unwrap();
        let mut child = children.remove(&service).expect("the service runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts a service that was killed, on its old port, and waits until it is ready.
    pub async fn restart(&self, service: Service) {
        self.launch(service);
        self.wait_until_ready(service).await;
    }

    /// The folder of everything; tests may put their own files beside.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn launch(&self, service: Service) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log(service))
            .unwrap();
        let child = command(&built(service.name()))
            .args(["--config", "attune.toml"])
            .args(["--test-clock", &self.scale.to_string()])
            .current_dir(self.folder.path())
            .env(
                "ATTUNE__SERVER__LISTEN",
                self.site.addresses[&service].to_string(),
            )
            .envs(self.environment.iter().cloned())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.children.lock().unwrap().insert(service, child);
    }

    async fn wait_until_ready(&self, service: Service) {
        let shared = self.site.shared(service);
        until(&format!("{service} is ready"), READY_WITHIN, || async {
            self.assert_runs(service);
            shared.ready().await.ok()
        })
        .await;
    }

    fn assert_runs(&self, service: Service) {
        let mut children = self.children.lock().unwrap();
        let ended = children.get_mut(&service).unwrap().try_wait().unwrap();
        assert!(ended.is_none(), "{service} ended by itself: {ended:?}");
    }

    /// What a service has written to its output.
    pub fn log(&self, service: Service) -> PathBuf {
        self.folder.path().join(format!("{service}.log"))
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        for child in self.children.lock().unwrap().values_mut() {
            // One that has ended by itself cannot be killed.
            let _ended_before = child.kill();
            let _reaped = child.wait();
        }
        if std::thread::panicking() {
            for service in Service::ALL {
                let text = fs::read_to_string(self.log(service)).unwrap_or_default();
                let lines: Vec<&str> = text.lines().collect();
                let last = lines.len().saturating_sub(SHOWN_LINES);
                eprintln!("--- {service}\n{}", lines[last..].join("\n"));
            }
        }
    }
}

/// Four free ports, below those that the system gives to outgoing connections: while a service is
/// down, nobody else may take its port.
fn free_addresses() -> BTreeMap<Service, SocketAddr> {
    let start = 10_000 + (std::process::id() % 9_000) as u16;
    let mut held = Vec::new();
    for port in start..20_000 {
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            held.push(listener);
        }
        if held.len() == Service::ALL.len() {
            break;
        }
    }
    assert_eq!(held.len(), Service::ALL.len(), "no free ports");
    Service::ALL
        .into_iter()
        .zip(&held)
        .map(|(service, listener)| (service, listener.local_addr().unwrap()))
        .collect()
}

fn settings(
    options: &Options,
    folder: &Path,
    target: &BareRepository,
    addresses: &BTreeMap<Service, SocketAddr>,
    origin: types::Timestamp,
) -> String {
    let peers: String = addresses
        .iter()
        .map(|(service, address)| {
            let name = service.name().replace('-', "_");
            format!("{name} = \"http://{address}\"\n")
        })
        .collect();
    let Options {
        stable_after_minutes,
        body_bytes,
        agents,
        settings,
        ..
    } = options;
    let (folder, target) = (folder.display(), target.path.display());
    format!(
        r#"[server]
data_dir = "{folder}/data"

[peers]
{peers}
[limits]
body_bytes = {body_bytes}
refused_keys_per_minute = 4000000000

[log]
level = "info,actix_server=warn"

[clock]
origin = "{origin}"

[target]
repository = "{target}"

[[targets]]
agents = ["{agents}"]
file = "agents/agents.yaml"
place = "agents.{{agent}}.persona"

[tune_gateway]
stable_after_minutes = {stable_after_minutes}

[[patch_apply.deploy]]
name = "copy"
run = ["sh", "-c", 'git --git-dir="$1" archive "$2" | tar --extract --directory "$3/production" && echo "$2" >>"$3/copy.log"', "copy", "{{mirror}}", "{{commit}}", "{folder}"]

[[patch_apply.deploy]]
name = "provision"
run = ["sh", "-c", 'echo "$1" >>"$2/provision.log"', "provision", "{{commit}}", "{folder}"]
when_paths = ["agents/**"]

{settings}
"#
    )
}
