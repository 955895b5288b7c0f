//! What an operator sets, from TOML or JSON, and the shipped default.

use std::collections::{BTreeMap, BTreeSet};

use redact::Redactor;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::glob::is_pattern;

/// The rules as they are written. A key that is left out keeps the shipped default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// Paths that may change, compared byte for byte; everything else may not.
    pub allowed_paths: Vec<String>,
    /// Paths that may never change, however they are spelled.
    pub forbidden_paths: Vec<String>,
    /// Sizes.
    pub limits: Bounds,
    /// Hosts that a change may newly link to.
    pub allowed_url_hosts: Vec<String>,
    /// YAML files in which only the listed places may change.
    pub editable_yaml: BTreeMap<String, Vec<String>>,
    /// JSON files with the JSON Schema that they must keep.
    pub json_schema: BTreeMap<String, serde_json::Value>,
}

/// How large a change may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bounds {
    /// Bytes of the diff.
    pub max_patch_bytes: usize,
    /// Files in the diff.
    pub max_files: usize,
    /// Bytes of a path.
    pub max_path_bytes: usize,
    /// Bytes of one component of a path.
    pub max_component_bytes: usize,
    /// Bytes of one line of the diff.
    pub max_line_bytes: usize,
    /// Depth of a YAML document.
    pub yaml_max_depth: usize,
    /// Nodes of a YAML document, aliases written out.
    pub yaml_max_nodes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            max_patch_bytes: 65_536,
            max_files: 20,
            max_path_bytes: 255,
            max_component_bytes: 100,
            max_line_bytes: 8_192,
            yaml_max_depth: 64,
            yaml_max_nodes: 100_000,
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        let tasks = || owned(&["tasks.*.prompt"]);
        Self {
            allowed_paths: owned(&[
                "agents/agents.yaml",
                "scheduler/scheduled_tasks.yaml",
                "scheduled_tasks.yaml",
                "docs/**",
                "proposals/templates/**",
            ]),
            forbidden_paths: owned(&[
                "docker-compose.yml",
                ".env",
                ".env.example",
                "SYSTEM_CONTRACT.md",
                "tools-gateway/main.py",
                "tools-gateway/actions.yaml",
                "rag-ingestion/ingest.py",
                "agents/provision.py",
                "agents/generate_api_key.py",
            ]),
            limits: Bounds::default(),
            allowed_url_hosts: owned(&["api.openai.com", "api.anthropic.com", "github.com"]),
            editable_yaml: BTreeMap::from([
                (
                    "agents/agents.yaml".to_owned(),
                    owned(&["agents.*.persona", "agents.*.prompt"]),
                ),
                ("scheduler/scheduled_tasks.yaml".to_owned(), tasks()),
                ("scheduled_tasks.yaml".to_owned(), tasks()),
            ]),
            json_schema: BTreeMap::new(),
        }
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Rules that were checked and made ready, with their digest.
#[derive(Clone, Debug)]
pub struct Policy {
    rules: Rules,
    digest: String,
    hosts: BTreeSet<String>,
    schemas: BTreeMap<String, jsonschema::Validator>,
    redactor: Redactor,
}

/// A policy file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Neither TOML nor JSON with the known keys.
    #[error("the policy cannot be read: {0}")]
    Unreadable(String),
    /// A pattern that matches nothing or is malformed.
    #[error("{0:?} is not a path pattern: use '/'-separated names, '*' and '**'")]
    Pattern(String),
    /// A place that is not a dot path.
    #[error("{0:?} is not a place in a document: use names and '*' joined by dots")]
    Place(String),
    /// A host that could never match.
    #[error("{0:?} is not a host name in lower case")]
    Host(String),
    /// A schema that does not compile.
    #[error("the JSON Schema for {path} does not compile: {cause}")]
    Schema {
        /// The file that it is for.
        path: String,
        /// Why.
        cause: String,
    },
}

impl Policy {
    /// Reads a policy file, TOML or JSON.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let rules: Rules = if text.trim_start().starts_with('{') {
            serde_json::from_str(text)
                .map_err(|error| PolicyError::Unreadable(error.to_string()))?
        } else {
            toml::from_str(text).map_err(|error| PolicyError::Unreadable(error.to_string()))?
        };
        Self::new(rules)
    }

    /// The shipped rules: seed 003, sections 2.6 and 3.1.
    pub fn shipped() -> Result<Self, PolicyError> {
        Self::new(Rules::default())
    }

    /// Checks rules and makes them ready.
    pub fn new(rules: Rules) -> Result<Self, PolicyError> {
        check_patterns(&rules)?;
        let hosts = check_hosts(&rules)?;
        let schemas = compile_schemas(&rules)?;
        let digest = digest(&rules)?;
        Ok(Self {
            rules,
            digest,
            hosts,
            schemas,
            redactor: Redactor::standard(),
        })
    }

    /// The same rules, which know the deployment's own secrets and patterns besides.
    #[must_use]
    pub fn with_redactor(self, redactor: Redactor) -> Self {
        Self { redactor, ..self }
    }

    /// The rules themselves.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// SHA-256 over the rules in a fixed form, as hex; part of every verdict.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What finds credentials in a change.
    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    pub(super) fn allows_host(&self, host: &str) -> bool {
        self.hosts.contains(host)
    }

    pub(super) fn schema(&self, path: &str) -> Option<&jsonschema::Validator> {
        self.schemas.get(path)
    }
}

fn digest(rules: &Rules) -> Result<String, PolicyError> {
    let text =
        serde_json::to_string(rules).map_err(|error| PolicyError::Unreadable(error.to_string()))?;
    Ok(hex::encode(Sha256::digest(text.as_bytes())))
}

fn check_patterns(rules: &Rules) -> Result<(), PolicyError> {
    let patterns = rules.allowed_paths.iter().chain(&rules.forbidden_paths);
    if let Some(broken) = patterns.into_iter().find(|pattern| !is_pattern(pattern)) {
        return Err(PolicyError::Pattern(broken.clone()));
    }
    let mut places = rules.editable_yaml.values().flatten();
    match places.find(|place| place.split('.').any(str::is_empty)) {
        Some(broken) => Err(PolicyError::Place(broken.clone())),
        None => Ok(()),
    }
}

fn check_hosts(rules: &Rules) -> Result<BTreeSet<String>, PolicyError> {
    let is_host = |host: &String| {
        let parsed = url::Host::parse(host).map(|parsed| parsed.to_string());
        parsed.as_deref() == Ok(host.as_str())
    };
    match rules.allowed_url_hosts.iter().find(|host| !is_host(host)) {
        Some(broken) => Err(PolicyError::Host(broken.clone())),
        None => Ok(rules.allowed_url_hosts.iter().cloned().collect()),
    }
}

fn compile_schemas(rules: &Rules) -> Result<BTreeMap<String, jsonschema::Validator>, PolicyError> {
    let compile = |(path, schema): (&String, &serde_json::Value)| {
        let validator = jsonschema::validator_for(schema).map_err(|error| PolicyError::Schema {
            path: path.clone(),
            cause: error.to_string(),
        })?;
        Ok((path.clone(), validator))
    };
    rules.json_schema.iter().map(compile).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_and_json_with_the_same_keys_are_the_same_policy() {
        let toml = "allowed_paths = ['docs/**']\n[limits]\nmax_files = 3\n";
        let json = r#"{"allowed_paths": ["docs/**"], "limits": {"max_files": 3}}"#;
        let [toml, json] = [toml, json].map(|text| Policy::parse(text).expect("a policy"));
        assert_eq!(toml.digest(), json.digest());
        assert_ne!(toml.digest(), Policy::shipped().expect("a policy").digest());
        assert_eq!(toml.rules().limits.max_patch_bytes, 65_536);
    }

    #[test]
    fn a_policy_that_could_never_work_is_refused_when_it_is_read() {
        let broken = [
            r#"{"allow": []}"#,
            r#"{"limits": {"max": 1}}"#,
            r#"{"allowed_paths": [""]}"#,
            r#"{"allowed_paths": ["docs//x"]}"#,
            r#"{"allowed_url_hosts": ["https://github.com"]}"#,
            r#"{"allowed_url_hosts": ["GitHub.com"]}"#,
            r#"{"editable_yaml": {"a.yaml": ["agents..x"]}}"#,
            r#"{"json_schema": {"a.json": {"type": 3}}}"#,
            "allowed_paths = 3",
        ];
        for text in broken {
            assert!(Policy::parse(text).is_err(), "{text}");
        }
    }
}
