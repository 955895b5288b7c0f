//! The search: every secret in every dress, in any bytes.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use aho_corasick::AhoCorasick;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

use super::Vault;

/// A secret that came out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    /// Which of the vault's secrets.
    pub secret: usize,
    /// Where it was seen.
    pub place: String,
}

/// Looks for all secrets and canaries at once.
#[derive(Debug)]
pub struct Finder {
    patterns: AhoCorasick,
    /// What each pattern stands for: a secret, or a canary.
    meanings: Vec<Meaning>,
    /// What was found.
    pub sightings: BTreeSet<Sighting>,
    /// Which canaries were found, and where.
    pub birds: BTreeSet<(usize, String)>,
    /// How many bytes were looked at.
    pub bytes: u64,
}

#[derive(Clone, Copy, Debug)]
enum Meaning {
    Secret(usize),
    Canary(usize),
}

impl Finder {
    /// A search for all that the vault has made.
    pub fn new(vault: &Vault) -> Self {
        let mut forms: Vec<String> = Vec::new();
        let mut meanings = Vec::new();
        for (index, secret) in vault.secrets.iter().enumerate() {
            for form in dresses(&secret.needle) {
                forms.push(form);
                meanings.push(Meaning::Secret(index));
            }
        }
        for (index, canary) in vault.canaries.iter().enumerate() {
            forms.push(canary.word.clone());
            meanings.push(Meaning::Canary(index));
        }
        Self {
            patterns: AhoCorasick::new(forms).unwrap(),
            meanings,
            sightings: BTreeSet::new(),
            birds: BTreeSet::new(),
            bytes: 0,
        }
    }

    /// Looks through some bytes.
    pub fn look(&mut self, place: &str, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        for found in self.patterns.find_overlapping_iter(bytes) {
            let place = place.to_owned();
            match self.meanings[found.pattern().as_usize()] {
                Meaning::Secret(secret) => {
                    self.sightings.insert(Sighting { secret, place });
                }
                Meaning::Canary(canary) => {
                    self.birds.insert((canary, place));
                }
            }
        }
    }

    /// Looks through every file under a folder, and through the names of the files.
    pub fn look_under(&mut self, folder: &Path) {
        for file in files_under(folder) {
            let place = file.display().to_string();
            self.look(&format!("the name {place}"), place.as_bytes());
            let bytes = fs::read(&file).unwrap();
            self.look(&place, &bytes);
        }
    }
}

/// The text itself, and as other texts may carry it.
fn dresses(needle: &str) -> BTreeSet<String> {
    let json = serde_json::Value::from(needle).to_string();
    let mut forms = BTreeSet::from([
        needle.to_owned(),
        percent(needle, true),
        percent(needle, false),
        json.trim_matches('"').to_owned(),
    ]);
    for lead in 0..3 {
        forms.insert(base64_core(needle.as_bytes(), lead, &STANDARD_NO_PAD));
        forms.insert(base64_core(needle.as_bytes(), lead, &URL_SAFE_NO_PAD));
    }
    forms
}

fn percent(needle: &str, capitals: bool) -> String {
    needle
        .bytes()
        .map(|byte| match byte {
            b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte if capitals => format!("%{byte:02X}"),
            byte => format!("%{byte:02x}"),
        })
        .collect()
}

/// The middle of the encoded text, which does not depend on what surrounds it, when `lead` bytes
/// stand before it in its group of three.
fn base64_core(bytes: &[u8], lead: usize, engine: &impl Engine) -> String {
    let mut padded = vec![0; lead];
    padded.extend_from_slice(bytes);
    let encoded = engine.encode(&padded);
    let first = (lead * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    encoded[first..last].to_owned()
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_under(&path));
        } else if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn a_secret_is_seen_in_every_dress_and_a_canary_as_it_is() {
        let mut vault = Vault::seeded(1);
        for _ in 0..23 {
            vault.text("a test");
        }
        let word = vault.canary("a test");
        for (index, secret) in vault.secrets.iter().enumerate() {
            let needle = &secret.needle;
            for text in [
                format!("…{needle}…"),
                percent(needle, true),
                serde_json::json!({ "a": needle }).to_string(),
                STANDARD.encode(format!("a{needle}z")),
                STANDARD.encode(format!("ab{needle}yz")),
                URL_SAFE_NO_PAD.encode(format!("abc{needle}")),
            ] {
                let mut finder = Finder::new(&vault);
                finder.look("here", text.as_bytes());
                let seen: Vec<usize> = finder.sightings.iter().map(|it| it.secret).collect();
                assert_eq!(seen, [index], "{text}");
            }
        }
        let mut finder = Finder::new(&vault);
        finder.look("here", format!("see {word}.").as_bytes());
        assert!(finder.sightings.is_empty());
        assert_eq!(finder.birds.len(), 1);
    }
}
