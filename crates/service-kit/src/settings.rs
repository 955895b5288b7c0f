//! Settings in layers: defaults, `attune.toml`, `ATTUNE__SECTION__KEY`.
//!
//! Every section is a struct that refuses unknown keys. A value may be given as a file by adding
//! `_FILE` to the name of its variable.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use config::{Config, File, FileFormat, Map, Source, Value, ValueKind};
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use types::{Service, Timestamp};

use crate::redaction::{OwnSecrets, without_values};

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

/// The sections of the services; each reads its own.
const SERVICE_SECTIONS: [&str; 5] = [
    "tune_gateway",
    "observer",
    "proposal_service",
    "patch_apply",
    "console",
];

/// The layers, before anyone reads a section.
#[derive(Clone, Debug)]
pub struct Layers {
    sections: BTreeMap<String, serde_json::Value>,
    own_secrets: OwnSecrets,
}

impl Layers {
    /// Reads the file, if one is named or `attune.toml` is there, and the environment.
    pub fn read(file: Option<&Path>) -> Result<Self, SettingsError> {
        let default = Path::new("attune.toml");
        let found = file.or_else(|| default.exists().then_some(default));
        let mut builder = Config::builder();
        if let Some(path) = found {
            let text = fs::read_to_string(path).map_err(|error| {
                SettingsError::Unreadable(format!("{} cannot be read: {error}", path.display()))
            })?;
            builder = builder.add_source(File::from_str(&text, FileFormat::Toml));
        }
        builder = builder.add_source(Environment(environment()?));
        let merged = builder
            .build()
            .and_then(Config::try_deserialize)
            .map_err(|error| SettingsError::Invalid(without_lines(&error.to_string())))?;
        let mut layers = Self::from_sections(merged)?;
        let listed = layers
            .section::<RedactSettings>("redact")?
            .known_secret_variables;
        for (name, value) in std::env::vars() {
            layers.own_secrets.add_variable(&name, &value, &listed);
        }
        Ok(layers)
    }

    /// Layers without a file or the environment, for tests and the launcher.
    pub fn empty() -> Self {
        Self {
            sections: BTreeMap::new(),
            own_secrets: OwnSecrets::default(),
        }
    }

    fn from_sections(sections: BTreeMap<String, serde_json::Value>) -> Result<Self, SettingsError> {
        const COMMON: [&str; 10] = [
            "server", "database", "auth", "peers", "limits", "log", "clock", "target", "targets",
            "redact",
        ];
        for name in sections.keys() {
            if !COMMON.contains(&name.as_str()) && !SERVICE_SECTIONS.contains(&name.as_str()) {
                let known = [&COMMON[..], &SERVICE_SECTIONS[..]].concat().join(", ");
                return Err(SettingsError::Invalid(format!(
                    "{name}: unknown section; known are {known}"
                )));
            }
        }
        let mut own_secrets = OwnSecrets::default();
        own_secrets.add_settings(&sections);
        Ok(Self {
            sections,
            own_secrets,
        })
    }

    /// One section, checked.
    pub fn section<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T, SettingsError> {
        let Some(value) = self.sections.get(name) else {
            return Ok(T::default());
        };
        serde_path_to_error::deserialize(value).map_err(|error| {
            let why = without_values(&error.inner().to_string());
            SettingsError::Invalid(format!("{name}.{}: {why}", error.path()))
        })
    }

    /// The shared settings.
    pub fn common(&self) -> Result<CommonSettings, SettingsError> {
        Ok(CommonSettings {
            server: self.section("server")?,
            database: self.section("database")?,
            auth: self.section("auth")?,
            peers: self.section("peers")?,
            limits: self.section("limits")?,
            log: self.section("log")?,
            clock: self.section("clock")?,
            target: self.section("target")?,
            targets: self.section("targets")?,
            redact: self.section("redact")?,
            own_secrets: self.own_secrets.clone(),
        })
    }

    /// All settings of one service.
    pub fn settings<S: DeserializeOwned + Default>(
        &self,
        service: Service,
    ) -> Result<Settings<S>, SettingsError> {
        let own = self.section(&service.name().replace('-', "_"))?;
        Ok(Settings {
            common: self.common()?,
            own,
        })
    }
}

/// The message of the TOML reader without the lines of the file that it shows.
fn without_lines(message: &str) -> String {
    let is_of_the_file = |line: &&str| {
        let line = line
            .trim_start()
            .trim_start_matches(|c: char| c.is_ascii_digit());
        line.trim_start().starts_with('|')
    };
    let told: Vec<&str> = message
        .lines()
        .filter(|line| !line.trim().is_empty())
        .filter(|line| !is_of_the_file(line))
        .collect();
    without_values(&told.join(": "))
}

/// The value of a variable of the environment, or of the file that its `…_FILE` names.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place the ban points to"
)]
pub fn variable(name: &str) -> Result<Option<String>, SettingsError> {
    if let Ok(value) = std::env::var(name) {
        return Ok(Some(value));
    }
    match std::env::var(format!("{name}_FILE")) {
        Ok(path) => secret_file(name, &path).map(Some),
        Err(_) => Ok(None),
    }
}

fn secret_file(name: &str, path: &str) -> Result<String, SettingsError> {
    let text = fs::read_to_string(path).map_err(|error| {
        SettingsError::Unreadable(format!(
            "{name}_FILE names {path}, which cannot be read: {error}"
        ))
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

const PREFIX: &str = "ATTUNE__";

fn environment() -> Result<Vec<(Vec<String>, String)>, SettingsError> {
    let mut out = Vec::new();
    for (name, value) in std::env::vars() {
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let (rest, value) = match rest.strip_suffix("_FILE") {
            Some(stem) => (stem, secret_file(&name, &value)?),
            None => (rest, value),
        };
        out.push((
            rest.to_ascii_lowercase()
                .split("__")
                .map(str::to_owned)
                .collect(),
            value,
        ));
    }
    Ok(out)
}

#[derive(Clone, Debug)]
struct Environment(Vec<(Vec<String>, String)>);

impl Source for Environment {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        let mut out = Map::new();
        for (path, text) in &self.0 {
            let mut value = parse(text);
            let Some((first, rest)) = path.split_first() else {
                continue;
            };
            for key in rest.iter().rev() {
                let mut table = Map::new();
                table.insert(key.clone(), value);
                value = Value::new(None, ValueKind::Table(table));
            }
            merge(&mut out, first, value);
        }
        Ok(out)
    }
}

fn merge(into: &mut Map<String, Value>, key: &str, value: Value) {
    let both = match (into.get_mut(key).map(|old| &mut old.kind), value.kind) {
        (Some(ValueKind::Table(old)), ValueKind::Table(new)) => {
            for (inner, value) in new {
                merge(old, &inner, value);
            }
            return;
        }
        (_, kind) => kind,
    };
    into.insert(key.to_owned(), Value::new(None, both));
}

/// JSON where it is JSON (numbers, true, false, lists), text otherwise.
fn parse(text: &str) -> Value {
    serde_json::from_str::<serde_json::Value>(text)
        .ok()
        .filter(|value| !value.is_string() && !value.is_object() && !value.is_null())
        .map_or_else(|| Value::from(text.to_owned()), from_json)
}

fn from_json(value: serde_json::Value) -> Value {
    let kind = match value {
        serde_json::Value::Null => ValueKind::Nil,
        serde_json::Value::Bool(value) => ValueKind::Boolean(value),
        serde_json::Value::Number(value) => value.as_i64().map_or_else(
            || ValueKind::Float(value.as_f64().unwrap_or_default()),
            ValueKind::I64,
        ),
        serde_json::Value::String(value) => ValueKind::String(value),
        serde_json::Value::Array(values) => {
            ValueKind::Array(values.into_iter().map(from_json).collect())
        }
        serde_json::Value::Object(values) => ValueKind::Table(
            values
                .into_iter()
                .map(|(key, value)| (key, from_json(value)))
                .collect(),
        ),
    };
    Value::new(None, kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(toml: &str) -> Result<Layers, SettingsError> {
        let merged = Config::builder()
            .add_source(File::from_str(toml, FileFormat::Toml))
            .build()
            .unwrap()
            .try_deserialize()
            .unwrap();
        Layers::from_sections(merged)
    }

    #[test]
    fn unknown_sections_and_keys_are_refused_by_name() {
        let error = layers("[sever]\nworkers = 2").unwrap_err().to_string();
        assert!(error.contains("sever"), "{error}");
        let error = layers("[server]\nworker = 2")
            .unwrap()
            .common()
            .unwrap_err()
            .to_string();
        assert!(error.contains("worker"), "{error}");
        let error = layers("[server]\nworkers = \"x\"")
            .unwrap()
            .common()
            .unwrap_err()
            .to_string();
        assert!(error.contains("server.workers"), "{error}");
    }

    #[test]
    fn an_error_names_the_place_and_never_the_value() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("attune.toml");
        for (text, named) in [
            ("[database]\nurl = \"postgres://a:squeamish@db/a", "line 2"),
            ("[database]\nurl = squeamish", "line 2"),
            ("[server]\nworkers = \"squeamish\"", "server.workers"),
            (
                "[peers]\nobserver = \"http://u:squeamish@:x\"",
                "peers.observer",
            ),
            (
                "[redact]\nknown_secrets = \"squeamish\"",
                "redact.known_secrets",
            ),
        ] {
            fs::write(&file, text).unwrap();
            let error = Layers::read(Some(&file)).and_then(|layers| layers.common());
            let told = error.unwrap_err().to_string();
            assert!(told.contains(named), "{told}");
            assert!(!told.contains("squeamish"), "{told}");
        }
    }

    #[test]
    fn variables_reach_the_key_they_name() {
        let environment = Environment(vec![
            (vec!["server".into(), "workers".into()], "3".into()),
            (vec!["server".into(), "listen".into()], "127.0.0.1:0".into()),
            (vec!["redact".into(), "patterns".into()], r#"["a+"]"#.into()),
        ]);
        let merged = Config::builder()
            .add_source(environment)
            .build()
            .unwrap()
            .try_deserialize()
            .unwrap();
        let common = Layers::from_sections(merged).unwrap().common().unwrap();
        assert_eq!(common.server.workers, 3);
        assert_eq!(common.server.listen.map(|address| address.port()), Some(0));
        assert_eq!(common.redact.patterns, ["a+"]);
    }
}
