//! Settings in layers: defaults, `attune.toml`, `ATTUNE__SECTION__KEY`.
//!
//! Every section is a struct that refuses unknown keys. A value may be given as a file by adding
//! `_FILE` to the name of its variable.

mod environment;
mod layers;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use types::{Service, Timestamp};

use crate::redaction::OwnSecrets;

pub use environment::variable;
pub use layers::Layers;

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file or variable cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// A key is unknown or a value is wrong.
    #[error("setting {0}")]
    Invalid(String),
}

/// Where this service listens and keeps its data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSettings {
    /// Address and port; the service's own port on 127.0.0.1 when absent.
    pub listen: Option<SocketAddr>,
    /// Worker threads for HTTP.
    pub workers: usize,
    /// The folder for all data of this installation.
    pub data_dir: PathBuf,
    /// How long a stop may take, in seconds.
    pub grace_seconds: u64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: None,
            workers: 1,
            data_dir: PathBuf::from(".attune"),
            grace_seconds: 20,
        }
    }
}

/// Which database.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseSettings {
    /// `postgres://…`; a SQLite file in the data folder when absent.
    #[serde(skip_serializing)]
    pub url: Option<SecretString>,
}

/// Where the shared keys are.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthSettings {
    /// The folder with `admin.key` and `service.key`; the data folder when absent.
    pub keys_dir: Option<PathBuf>,
}

/// Where the services are.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PeerSettings {
    /// Address of tune-gateway.
    pub tune_gateway: Option<url::Url>,
    /// Address of observer.
    pub observer: Option<url::Url>,
    /// Address of proposal-service.
    pub proposal_service: Option<url::Url>,
    /// Address of patch-apply.
    pub patch_apply: Option<url::Url>,
}

impl PeerSettings {
    /// The addresses, with the default port on 127.0.0.1 where none is given.
    pub fn addresses(&self) -> BTreeMap<Service, url::Url> {
        let given = |service| match service {
            Service::TuneGateway => self.tune_gateway.clone(),
            Service::Observer => self.observer.clone(),
            Service::ProposalService => self.proposal_service.clone(),
            Service::PatchApply => self.patch_apply.clone(),
        };
        Service::ALL
            .into_iter()
            .filter_map(|service| {
                let default = format!("http://127.0.0.1:{}", service.default_port());
                Some((service, given(service).or_else(|| default.parse().ok())?))
            })
            .collect()
    }
}

/// What a caller may do at most.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Size of a JSON body in bytes.
    pub body_bytes: usize,
    /// Size of all larger bodies that are in memory at once, in bytes; others wait.
    pub bodies_bytes: usize,
    /// Requests a second for one key.
    pub requests_per_second: u32,
    /// Requests with a wrong key a minute from one address.
    pub refused_keys_per_minute: u32,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            bodies_bytes: 16 * 1024 * 1024,
            requests_per_second: 50_000,
            refused_keys_per_minute: 600,
        }
    }
}

/// How logs look.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// `json` or `pretty`.
    pub format: LogFormat,
    /// A level, or directives such as `info,observer=debug`.
    pub level: String,
}

/// The two forms of logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    #[default]
    Json,
    /// For people.
    Pretty,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            format: LogFormat::default(),
            level: "info".to_owned(),
        }
    }
}

/// A clock for trials; a service in production refuses it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClockSettings {
    /// How many times as fast as the system's clock.
    pub scale: f64,
    /// The moment at which both agree; the start of the service when absent.
    pub origin: Option<Timestamp>,
}

impl Default for ClockSettings {
    fn default() -> Self {
        Self {
            scale: 1.0,
            origin: None,
        }
    }
}

/// The repository that is to be improved.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TargetSettings {
    /// A path or URL that git can fetch from and push to; without one nothing can be proposed.
    pub repository: Option<String>,
    /// The branch that is deployed.
    pub branch: String,
    /// The branch with the proposals' markdown.
    pub proposals_branch: String,
    /// What the names of proposal branches begin with.
    pub branch_prefix: String,
}

impl Default for TargetSettings {
    fn default() -> Self {
        Self {
            repository: None,
            branch: "main".to_owned(),
            proposals_branch: "proposals".to_owned(),
            branch_prefix: "attune".to_owned(),
        }
    }
}

/// Where guidance for some agents is written: `[[targets]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceSettings {
    /// Names of agents; `*` at the end stands for anything.
    pub agents: Vec<String>,
    /// The file in the target repository.
    pub file: String,
    /// The place in the file, such as `agents.{agent}.persona`.
    pub place: String,
}

/// The settings that all services share.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CommonSettings {
    /// `[server]`
    pub server: ServerSettings,
    /// `[database]`
    pub database: DatabaseSettings,
    /// `[auth]`
    pub auth: AuthSettings,
    /// `[peers]`
    pub peers: PeerSettings,
    /// `[limits]`
    pub limits: LimitSettings,
    /// `[log]`
    pub log: LogSettings,
    /// `[clock]`
    pub clock: ClockSettings,
    /// `[target]`
    pub target: TargetSettings,
    /// `[[targets]]`
    pub targets: Vec<PlaceSettings>,
    /// `[redact]`
    pub redact: RedactSettings,
    /// What the settings and the environment hold that must never be written anywhere.
    #[serde(skip)]
    pub own_secrets: OwnSecrets,
}

/// What redaction lets through, and what it takes besides.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RedactSettings {
    /// Paths that begin so are kept.
    pub allowed_path_prefixes: Vec<String>,
    /// URLs of these hosts keep their path and query.
    pub allowed_url_hosts: Vec<String>,
    /// Own patterns: regular expressions whose matches go.
    pub patterns: Vec<String>,
    /// Own secrets: exact texts that go wherever they stand.
    #[serde(skip_serializing)]
    pub known_secrets: Vec<String>,
    /// Names of variables of the environment whose values are such secrets. Those whose names say
    /// so, such as `GITHUB_TOKEN`, need not be listed.
    pub known_secret_variables: Vec<String>,
}

/// All settings of one service: the shared ones and its own section.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Settings<S> {
    /// What all services share.
    #[serde(flatten)]
    pub common: CommonSettings,
    /// The section named after the service.
    pub own: S,
}

impl<S> Settings<S> {
    /// How long a stop may take.
    pub fn grace(&self) -> Duration {
        Duration::from_secs(self.common.server.grace_seconds)
    }
}
