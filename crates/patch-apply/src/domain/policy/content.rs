//! A file as it was and as it becomes.

use std::collections::BTreeSet;

use unidiff::{BaseFile, Change, FilePatch, Mode};

use super::rules::Policy;
use super::verdict::Refusal;
use super::{hidden, links, places, secrets};
use crate::domain::validators::{self, Flaw, Language, json, yaml};

/// Judges contents under one policy.
pub(super) struct Judge<'a> {
    policy: &'a Policy,
}

/// One side of a file: its text and every string in it after decoding.
struct Side<'a> {
    text: &'a str,
    scalars: BTreeSet<String>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(policy: &'a Policy) -> Self {
        Self { policy }
    }

    /// Judges a file that is there afterwards; `source` is what it was made of.
    pub(super) fn check(
        &self,
        file: &FilePatch,
        source: Option<&BaseFile>,
        new: &BaseFile,
    ) -> Vec<Refusal> {
        let path = file.path();
        let mut refusals = Vec::new();
        if file.change == Change::Copy && new.mode == Mode::Executable {
            refusals.push(
                Refusal::new("mode", path, "a new file is not executable").at_line(file.line),
            );
        }
        let old_bytes = source
            .map(|source| source.bytes.as_slice())
            .unwrap_or_default();
        let (Ok(old), Ok(new)) = (
            std::str::from_utf8(old_bytes),
            std::str::from_utf8(&new.bytes),
        ) else {
            refusals.push(Refusal::new(
                "not_text",
                path,
                "the file must be UTF-8, before and after",
            ));
            return refusals;
        };
        let source_path = file.old_path.as_deref().unwrap_or(path);
        let [old, new] =
            [(source_path, old), (path, new)].map(|(path, text)| self.side(path, text));
        refusals.extend(self.check_form(path, new.text));
        refusals.extend(self.check_places(file, old.text, new.text));
        refusals.extend(self.check_tags(path, old.text, new.text));
        refusals.extend(self.check_scalars(path, &old, &new));
        refusals.extend(links::check(self.policy, path, &old.links(), &new.links()));
        refusals
    }

    /// Judges a name that is gone afterwards.
    pub(super) fn check_removal(&self, path: &str) -> Option<Refusal> {
        self.policy
            .rules()
            .editable_yaml
            .contains_key(path)
            .then(|| {
                Refusal::new(
                    "yaml_place",
                    path,
                    "this file may not be removed or renamed",
                )
            })
    }

    fn yaml_limits(&self) -> yaml::Limits {
        let bounds = self.policy.rules().limits;
        yaml::Limits {
            depth: bounds.yaml_max_depth,
            nodes: bounds.yaml_max_nodes,
        }
    }

    fn side<'t>(&self, path: &str, text: &'t str) -> Side<'t> {
        let mut scalars = BTreeSet::new();
        let mut keep = |scalar: &str| {
            scalars.insert(scalar.to_owned());
        };
        match Language::of(path) {
            Some(Language::Yaml) => {
                if let Ok(stream) = yaml::read(text, self.yaml_limits()) {
                    stream.visit_scalars(&mut keep);
                }
            }
            Some(Language::Json) => {
                if let Ok(value) = json::read(text) {
                    json::visit_strings(&value, &mut keep);
                }
            }
            Some(Language::Shell | Language::Python) | None => {}
        }
        Side { text, scalars }
    }

    /// The file is well formed and keeps its schema.
    fn check_form(&self, path: &str, text: &str) -> Option<Refusal> {
        let judged = match self.policy.schema(path) {
            None => validators::validate(path, text, self.yaml_limits()),
            Some(schema) => json::read(text).and_then(|value| json::check_schema(schema, &value)),
        };
        judged.err().map(|flaw| invalid(path, &flaw))
    }

    fn check_places(&self, file: &FilePatch, old: &str, new: &str) -> Vec<Refusal> {
        let path = file.path();
        let Some(places) = self.policy.rules().editable_yaml.get(path) else {
            return Vec::new();
        };
        if file.change != Change::Modify {
            return vec![Refusal::new(
                "yaml_place",
                path,
                "this file may only be edited in place",
            )];
        }
        match (
            yaml::read(old, self.yaml_limits()),
            yaml::read(new, self.yaml_limits()),
        ) {
            (Ok(old), Ok(new)) => places::check(path, places, &old, &new),
            (Err(flaw), _) | (_, Err(flaw)) => vec![invalid(path, &flaw)],
        }
    }

    /// Tags that make a reader do more than read, and directives that redefine tags.
    fn check_tags(&self, path: &str, old: &str, new: &str) -> Option<Refusal> {
        if Language::of(path) != Some(Language::Yaml) {
            return None;
        }
        let foreign = |text: &str| -> BTreeSet<yaml::Mark> {
            let stream = yaml::read(text, self.yaml_limits()).unwrap_or_default();
            stream
                .marks
                .into_iter()
                .filter(yaml::Mark::is_foreign_tag)
                .collect()
        };
        let directives = |text: &str| -> BTreeSet<String> {
            text.lines()
                .filter(|line| line.starts_with('%'))
                .map(str::to_owned)
                .collect()
        };
        let adds_tag = !foreign(new).is_subset(&foreign(old));
        let adds_directive = !directives(new).is_subset(&directives(old));
        (adds_tag || adds_directive).then(|| {
            Refusal::new(
                "yaml_ambiguous",
                path,
                "the change adds a tag outside of YAML's core schema or a directive",
            )
        })
    }

    /// What escapes hide in new strings.
    fn check_scalars(&self, path: &str, old: &Side<'_>, new: &Side<'_>) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for scalar in new.scalars.difference(&old.scalars) {
            if let Some(letter) = hidden::first_in(scalar) {
                let message = format!(
                    "a new string decodes to U+{:04X}; remove it",
                    u32::from(letter)
                );
                refusals.push(Refusal::new("hidden_character", path, message));
            }
            if self.policy.redactor().finds_secret(scalar).is_some() {
                refusals.push(secrets::refusal(path));
            }
        }
        refusals
    }
}

impl Side<'_> {
    fn links(&self) -> BTreeSet<links::Link> {
        links::collect(self.scalars.iter().map(String::as_str).chain([self.text]))
    }
}

fn invalid(path: &str, flaw: &Flaw) -> Refusal {
    let place = flaw
        .line
        .map(|line| format!("line {line} of the result: "))
        .unwrap_or_default();
    Refusal::new("invalid_file", path, format!("{place}{flaw}"))
}
