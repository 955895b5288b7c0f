//! The secrets of the deployment itself: what its settings and its environment hold.

use std::{collections::BTreeMap, path::Path};

use redact::{Kind, Redactor};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

/// Shorter values are found by their name alone: they would stand in ordinary words.
const MIN_BYTES: usize = 8;

/// Secret values that the settings and the environment were found to hold.
#[derive(Clone, Debug, Default)]
pub struct OwnSecrets(Vec<SecretString>);

impl OwnSecrets {
    /// Adds what the settings hold: values under names of secrets, and passwords inside URLs.
    pub(crate) fn add_settings(&mut self, sections: &BTreeMap<String, Value>) {
        for (name, section) in sections {
            // What stands there is taken as it is, however short.
            if name != "redact" {
                self.add_value(name, section);
            }
        }
    }

    /// Adds what a variable of the environment holds, if its name says that it is a secret or if
    /// it is among `listed`.
    pub(crate) fn add_variable(&mut self, name: &str, value: &str, listed: &[String]) {
        if listed.iter().any(|known| known == name) {
            self.0.push(SecretString::from(value.trim()));
        } else {
            self.add_text(name, value);
        }
    }

    /// Adds the keys in the key files of a folder, where there are any.
    pub(crate) fn add_key_files(&mut self, folder: &Path) {
        for name in ["admin.key", "service.key"] {
            if let Ok(key) = std::fs::read_to_string(folder.join(name)) {
                self.0.push(SecretString::from(key.trim()));
            }
        }
    }

    /// The values, for the redactor alone.
    pub(crate) fn expose(&self) -> impl Iterator<Item = String> {
        self.0
            .iter()
            .map(|secret| secret.expose_secret().to_owned())
    }

    fn add_value(&mut self, name: &str, value: &Value) {
        match value {
            Value::String(text) => self.add_text(name, text),
            Value::Array(items) => items.iter().for_each(|item| self.add_value(name, item)),
            Value::Object(fields) => fields
                .iter()
                .for_each(|(inner, field)| self.add_value(inner, field)),
            Value::Number(_) | Value::Bool(_) | Value::Null => {}
        }
    }

    fn add_text(&mut self, name: &str, text: &str) {
        let text = text.trim();
        if let Some(password) = password_in(text) {
            if worth_knowing(&password) {
                self.0.push(SecretString::from(password));
            }
        } else if is_secret(name, text) && worth_knowing(text) {
            self.0.push(SecretString::from(text));
        }
    }
}

/// Whether a value may be looked for everywhere. An ordinary word that is somebody's password
/// would take that word out of every text.
pub fn worth_knowing(value: &str) -> bool {
    MIN_BYTES <= value.len() && !value.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether the name of a field or variable makes its value a secret; the name of a file is none.
fn is_secret(name: &str, value: &str) -> bool {
    let redactor = Redactor::standard();
    redactor.redact_field(name, value) == Kind::Key.marker()
        && redactor.redact(value) != Kind::Path.marker()
}

/// The password of a URL such as `postgres://user:password@host/database`, as the user typed it.
fn password_in(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let encoded = url.password()?;
    // The redactor looks for the percent-encoded form of every value by itself.
    Some(decoded(encoded).unwrap_or_else(|| encoded.to_owned()))
}

fn decoded(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(own: &OwnSecrets) -> Vec<String> {
        own.expose().collect()
    }

    #[test]
    fn settings_give_away_what_is_secret_in_them() {
        let sections = json!({
            "database": { "url": "postgres://attune:p%40ssw0rd-9@db/attune" },
            "target": { "repository": "https://bot:ghs-token-77@forge.example/x.git" },
            "patch_apply": { "webhook": { "secret": "whsec-abc-123" }, "api_keys": ["tok-en-1-2-3"] },
            "observer": { "analyse_cron": "0 2 * * *", "token_budget": 12_000 },
            "server": { "data_dir": "/var/lib/attune" },
            "redact": { "known_secrets": ["short"] },
        });
        let mut own = OwnSecrets::default();
        own.add_settings(&serde_json::from_value(sections).unwrap());
        let mut all = found(&own);
        all.sort();
        assert_eq!(
            all,
            [
                "ghs-token-77",
                "p@ssw0rd-9",
                "tok-en-1-2-3",
                "whsec-abc-123"
            ]
        );
    }

    #[test]
    fn variables_are_secret_by_their_name_or_because_they_are_listed() {
        let listed = ["COLOUR".to_owned()];
        for (name, value, is_known) in [
            ("GITHUB_TOKEN", "squeamish-7", true),
            ("PGPASSWORD", "ossifrage-1", true),
            ("DATABASE_URL", "mysql://u:ossifrage-1@h/d", true),
            ("COLOUR", "mauve", true),
            ("SHAPE", "round-and-9", false),
            // An ordinary word, a path, and a file that holds the secret.
            ("POSTGRES_PASSWORD", "postgres", false),
            ("PWD", "/home/mira/work", false),
            ("GITHUB_TOKEN_FILE", "/run/secrets/github", false),
        ] {
            let mut own = OwnSecrets::default();
            own.add_variable(name, value, &listed);
            assert_eq!(!found(&own).is_empty(), is_known, "{name}");
        }
    }

    #[test]
    fn key_files_are_known_where_there_are_any() {
        let folder = tempfile::tempdir().unwrap();
        let mut own = OwnSecrets::default();
        own.add_key_files(folder.path());
        assert!(found(&own).is_empty());
        let keys = crate::auth::first_keys(folder.path()).unwrap();
        own.add_key_files(folder.path());
        assert_eq!(found(&own), [keys.admin.expose(), keys.service.expose()]);
    }

    #[test]
    fn nothing_of_them_is_printed() {
        let mut own = OwnSecrets::default();
        own.add_variable("GITHUB_TOKEN", "squeamish-7", &[]);
        assert!(!format!("{own:?}").contains("squeamish"));
    }
}
