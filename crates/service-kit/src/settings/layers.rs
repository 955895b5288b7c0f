//! Reading the file and the environment, one over the other.

use std::{collections::BTreeMap, fs, path::Path};

use config::{Config, File, FileFormat};
use serde::de::DeserializeOwned;
use types::Service;

use super::{CommonSettings, RedactSettings, Settings, SettingsError, environment::Environment};
use crate::redaction::{OwnSecrets, without_values};

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
        builder = builder.add_source(Environment::read()?);
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

    pub(super) fn from_sections(
        sections: BTreeMap<String, serde_json::Value>,
    ) -> Result<Self, SettingsError> {
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
}
