//! YAML files in which only some places may change.

use crate::domain::validators::yaml::{Node, Scalar, Stream};

use super::verdict::Refusal;

/// Compares the parsed documents of a file whose editable places are `places`.
pub(super) fn check(path: &str, places: &[String], old: &Stream, new: &Stream) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if old.marks != new.marks {
        refusals.push(Refusal::new(
            "yaml_ambiguous",
            path,
            "the change adds, moves or removes an anchor, alias, tag or merge key; write the text out",
        ));
    }
    let ([old], [new]) = (old.documents.as_slice(), new.documents.as_slice()) else {
        refusals.push(Refusal::new(
            "yaml_ambiguous",
            path,
            "the file must hold exactly one document",
        ));
        return refusals;
    };
    let patterns: Vec<Vec<&str>> = places
        .iter()
        .map(|place| place.split('.').collect())
        .collect();
    let mut differences = Differences {
        patterns,
        found: Vec::new(),
    };
    differences.compare(&mut Vec::new(), Some(old), Some(new));
    let refuse = |(place, message): (String, &str)| {
        let editable = places.join(", ");
        let message = format!("{place} {message}; only the text of {editable} may change");
        Refusal::new("yaml_place", path, message)
    };
    refusals.extend(differences.found.into_iter().map(refuse));
    refusals
}

struct Differences<'a> {
    patterns: Vec<Vec<&'a str>>,
    found: Vec<(String, &'static str)>,
}

impl Differences<'_> {
    fn compare(&mut self, place: &mut Vec<String>, old: Option<&Node>, new: Option<&Node>) {
        if old == new {
            return;
        }
        if self.is_editable(place) {
            self.compare_text(place, old, new);
            return;
        }
        match (old, new) {
            (Some(Node::Mapping(old)), Some(Node::Mapping(new))) => {
                self.compare_entries(place, old, new);
            }
            (Some(Node::Sequence(old)), Some(Node::Sequence(new))) if old.len() == new.len() => {
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    self.descend(place, index.to_string(), Some(old), Some(new));
                }
            }
            (None, _) => self.note(place, "is new"),
            (_, None) => self.note(place, "is gone"),
            _ => self.note(place, "is changed"),
        }
    }

    /// Compares by key, as every reader of a mapping does; the order is of no account.
    fn compare_entries(
        &mut self,
        place: &mut Vec<String>,
        old: &[(Node, Node)],
        new: &[(Node, Node)],
    ) {
        for (key, value) in old {
            self.descend(place, key_name(key), Some(value), find(new, key));
        }
        for (key, value) in new.iter().filter(|(key, _)| find(old, key).is_none()) {
            self.descend(place, key_name(key), None, Some(value));
        }
    }

    fn descend(
        &mut self,
        place: &mut Vec<String>,
        name: String,
        old: Option<&Node>,
        new: Option<&Node>,
    ) {
        place.push(name);
        self.compare(place, old, new);
        place.pop();
    }

    /// At an editable place text may become other text, come or go; nothing else may.
    fn compare_text(&mut self, place: &[String], old: Option<&Node>, new: Option<&Node>) {
        let is_text =
            |node: Option<&Node>| matches!(node, None | Some(Node::Scalar(Scalar::Text(_))));
        if !is_text(new) {
            self.note(place, "must be text for every reader (put it in quotes)");
        } else if !is_text(old) {
            self.note(place, "was no text before and stays as it is");
        }
    }

    fn is_editable(&self, place: &[String]) -> bool {
        self.patterns.iter().any(|pattern| {
            pattern.len() == place.len()
                && pattern
                    .iter()
                    .zip(place)
                    .all(|(wanted, name)| *wanted == "*" || wanted == name)
        })
    }

    fn note(&mut self, place: &[String], message: &'static str) {
        let shown = if place.is_empty() {
            "the document".to_owned()
        } else {
            place.join(".")
        };
        self.found.push((shown, message));
    }
}

fn find<'a>(entries: &'a [(Node, Node)], key: &Node) -> Option<&'a Node> {
    entries
        .iter()
        .find(|(other, _)| other == key)
        .map(|(_, value)| value)
}

/// A key that is not plain text gets a name that no pattern spells.
fn key_name(key: &Node) -> String {
    match key {
        Node::Scalar(Scalar::Text(text)) => text.clone(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::validators::yaml::{Limits, read};

    const BASE: &str = "agents:\n  A:\n    persona: |\n      Be kind.\n    prompt: \"Go.\"\n    tools: [x]\n    on: yes\n";

    fn accepted(base: &str, result: &str) -> bool {
        let limits = Limits {
            depth: 16,
            nodes: 1000,
        };
        let [old, new] = [base, result].map(|text| read(text, limits).expect("YAML"));
        let places = ["agents.*.persona".to_owned(), "agents.*.prompt".to_owned()];
        check("agents/agents.yaml", &places, &old, &new).is_empty()
    }

    #[test]
    fn text_at_an_editable_place_may_change_and_nothing_else_may() {
        let table = [
            ("Be kind.", "Be kind and brief.", true),
            ("\"Go.\"", "Go on.", true),
            ("\"Go.\"", "'3'", true),
            ("    prompt: \"Go.\"\n", "", true),
            ("|\n      Be kind.", "\"Be kind.\\n\\x21\"", true),
            ("  A:", "  A: # a comment", true),
            ("tools: [x]", "tools: ['x']", true),
            ("\"Go.\"", "3", false),
            ("\"Go.\"", "yes", false),
            ("\"Go.\"", "[a]", false),
            ("\"Go.\"", "{tools: [y]}", false),
            ("\"Go.\"", "", false),
            ("\"Go.\"", "&a Go.", false),
            ("\"Go.\"", "!!str Go.", false),
            ("\"Go.\"", "!x Go.", false),
            ("tools: [x]", "tools: [x, y]", false),
            ("tools: [x]", "tools: []", false),
            ("tools: [x]", "tools: &t [x]", false),
            ("    tools: [x]\n", "", false),
            ("on: yes", "on: \"yes\"", false),
            ("on: yes", "on: true", false),
            ("on: yes", "on: yes\n    extra: 1", false),
            ("  A:", "  B:", false),
            ("  A:", "  B:\n    persona: hello\n  A:", false),
            ("agents:", "---\nx: 1\n---\nagents:", false),
            ("on: yes", "on: yes\n    \"agents.A.prompt\": x", false),
        ];
        for (from, to, expected) in table {
            assert!(BASE.contains(from), "{from}");
            assert_eq!(
                accepted(BASE, &BASE.replace(from, to)),
                expected,
                "{from} -> {to}"
            );
        }
    }

    #[test]
    fn text_that_an_alias_repeats_elsewhere_may_not_change() {
        let base = "agents:\n  A:\n    prompt: &p one\n    tools: [*p]\n";
        assert!(!accepted(base, &base.replace("one", "two")));
    }

    #[test]
    fn a_list_of_tasks_is_compared_item_by_item() {
        let base = "agents:\n  - prompt: one\n    cron: '0 2 * * *'\n";
        assert!(accepted(base, &base.replace("one", "two")));
        assert!(!accepted(base, &base.replace("0 2", "* *")));
        assert!(!accepted(base, &format!("{base}  - prompt: three\n")));
    }
}
