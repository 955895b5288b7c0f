//! Where a secret could have gone: files, Git objects, logs, and whatever can be read by GET.

use std::{
    collections::{BTreeSet, VecDeque},
    fs,
    path::Path,
};

use serde_json::Value;
use stack_tests::{
    document::{Operation, operations},
    leaks::Finder,
    stack::Stack,
};
use testkit::{Answer, Api, git};
use types::Service;

use crate::requests::bytes;

/// Looks through the data folder, both repositories and the logs.
pub(crate) fn look_at_rest(stack: &Stack, finder: &mut Finder) {
    finder.look_under(&stack.folder().join("data"));
    finder.look_under(&stack.target.path);
    look_at_objects(&stack.target.path, finder);
    for mirror in repositories_under(&stack.folder().join("data")) {
        look_at_objects(&mirror, finder);
    }
    for service in Service::ALL {
        let log = fs::read(stack.log(service)).unwrap();
        let text = String::from_utf8_lossy(&log);
        assert!(text.contains("listens on"), "{service} has logged nothing");
        finder.look(&format!("the log of {service}"), &log);
    }
}

/// Every object, also of those that no branch leads to any more, and every name of one.
fn look_at_objects(repository: &Path, finder: &mut Finder) {
    let all = git(repository, &["cat-file", "--batch-all-objects", "--batch"]);
    assert!(all.contains("tree "), "there are no objects");
    finder.look("git objects", all.as_bytes());
    let names = git(repository, &["for-each-ref"]);
    finder.look("git refs", names.as_bytes());
}

fn repositories_under(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.join("objects").is_dir() && path.join("HEAD").is_file() {
            found.push(path);
        } else if path.is_dir() {
            found.extend(repositories_under(&path));
        }
    }
    found
}

/// Every GET of every service, about everything that any list names, headers included.
pub(crate) async fn everything_shown(stack: &Stack) -> Vec<(String, Vec<u8>)> {
    let mut shown = Vec::new();
    for service in Service::ALL {
        let document = stack.site.shared(service).openapi().await.unwrap();
        let mut reader = Reader {
            api: stack.site.api(service),
            service,
            asked: BTreeSet::new(),
            names: Names::default(),
            shown: &mut shown,
        };
        let gets: Vec<Operation> = operations(&document)
            .into_iter()
            .filter(|operation| operation.method == "GET")
            .collect();
        // What the first round names, the second asks for.
        for _ in 0..2 {
            for operation in &gets {
                reader.read(operation).await;
            }
        }
    }
    shown
}

/// What a path's parameters can be.
#[derive(Debug, Default)]
struct Names {
    ids: BTreeSet<String>,
    numbers: BTreeSet<String>,
    agents: BTreeSet<String>,
    days: BTreeSet<String>,
    paths: BTreeSet<String>,
}

struct Reader<'test> {
    api: Api,
    service: Service,
    asked: BTreeSet<String>,
    names: Names,
    shown: &'test mut Vec<(String, Vec<u8>)>,
}

impl Reader<'_> {
    async fn read(&mut self, operation: &Operation) {
        let mut waiting: VecDeque<String> = self.addresses(operation).into();
        while let Some(address) = waiting.pop_front() {
            // What changes at every look is asked for in the second round as well.
            if !self.asked.insert(address.clone()) {
                continue;
            }
            let answer = self.api.get(&address).await;
            assert!(answer.status < 500, "{address}: {}", answer.text());
            let place = format!("GET {} {address}", self.service);
            self.shown.push((place, bytes(&answer)));
            if let Some(cursor) = self.learn(&answer) {
                let joint = if address.contains('?') { '&' } else { '?' };
                let start = address
                    .split("cursor=")
                    .next()
                    .unwrap()
                    .trim_end_matches(['?', '&']);
                let joint = if start.contains('?') { '&' } else { joint };
                waiting.push_back(format!("{start}{joint}cursor={cursor}"));
            }
        }
    }

    fn addresses(&self, operation: &Operation) -> Vec<String> {
        let known = match operation.parameters("path").first().map(String::as_str) {
            None => return self.queries(operation),
            Some("id") => ("id", &self.names.ids),
            Some("number") => ("number", &self.names.numbers),
            Some("agent") => ("agent", &self.names.agents),
            Some("file") if operation.path.starts_with("/telemetry") => ("file", &self.names.days),
            Some(_) => return vec![operation.filled_path()],
        };
        let (parameter, values) = known;
        values
            .iter()
            .map(|value| operation.path_with(parameter, &encoded(value)))
            .collect()
    }

    fn queries(&self, operation: &Operation) -> Vec<String> {
        let path = operation.filled_path();
        match path.as_str() {
            "/findings" => vec![path.clone(), format!("{path}?at_least=1")],
            "/series" => {
                let span = "from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";
                vec![format!("{path}?agents=*&{span}&slow_over_ms=1")]
            }
            "/git/files" | "/git/tree" => {
                let branches = ["main", "proposals", "attune/journal"];
                let mut all = Vec::new();
                for branch in branches {
                    all.push(format!("{path}?rev={branch}&path="));
                    for file in &self.names.paths {
                        all.push(format!("{path}?rev={branch}&path={}", encoded(file)));
                    }
                }
                all
            }
            _ => vec![path],
        }
    }

    /// Takes names out of an answer; gives back where it goes on.
    fn learn(&mut self, answer: &Answer) -> Option<String> {
        let value: Value = serde_json::from_slice(&answer.body).ok()?;
        self.names.learn("", &value);
        value["next_cursor"].as_str().map(encoded)
    }
}

impl Names {
    fn learn(&mut self, name: &str, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.learn(name, item)),
            Value::Object(fields) => fields
                .iter()
                .for_each(|(name, field)| self.learn(name, field)),
            Value::Number(number) if name == "number" => {
                self.numbers.insert(number.to_string());
            }
            Value::String(text) => self.learn_text(name, text),
            _ => {}
        }
    }

    fn learn_text(&mut self, name: &str, text: &str) {
        let parts: Vec<usize> = text.split('-').map(str::len).collect();
        if parts == [8, 4, 4, 4, 12] {
            self.ids.insert(text.to_owned());
        }
        match name {
            "agent" | "agent_name" | "agents" => {
                self.agents.insert(text.to_owned());
            }
            "timestamp" => {
                let day = text.get(..10).unwrap_or_default();
                self.days.insert(format!("{day}.jsonl"));
            }
            "path" | "paths" | "markdown_path" | "name" => {
                self.paths.insert(text.to_owned());
            }
            _ => {}
        }
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
