//! A small working model of patch-apply: it knows what it was told and keeps its promises.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use serde_json::{Value, json};
use types::{
    Digest,
    patch::{CheckPatch, CommitFiles, ValidateBranch, WritePatch},
};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

/// The branch with the proposals.
const BRANCH: &str = "proposals";

/// A commit and the tree after it.
pub(crate) type Commit = (CommitFiles, BTreeMap<String, String>);

/// What the model remembers, and what a test tells it to do.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Commits on the proposals branch, with the tree after each.
    pub(crate) commits: Vec<Commit>,
    /// Paths and bodies of all POSTs, in order.
    pub(crate) posts: Vec<(String, Value)>,
    /// Answers to give instead of the usual ones, by path.
    pub(crate) refusals: BTreeMap<String, (u16, String)>,
    /// Whether validation fails.
    pub(crate) fails_validation: bool,
    /// The tip of the target branch.
    pub(crate) target_moves: u64,
    /// How many answers to commits are lost on the way after the commit was made.
    pub(crate) lost_answers: u32,
    /// How many times someone else commits just before.
    pub(crate) interlopers: u32,
}

/// The model.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model(Arc<Mutex<State>>);

fn problem(status: u16, code: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({
        "type": format!("urn:attune:problem:{code}"), "title": code, "status": status,
        "detail": format!("{code} it is"), "code": code, "error": code, "message": code,
    }))
}

fn id(of: &str) -> String {
    Digest::of(of).as_str()[..40].to_owned()
}

impl Model {
    /// Starts it.
    pub(crate) async fn start() -> (Self, MockServer) {
        let (model, server) = (Self::default(), MockServer::start().await);
        Mock::given(any())
            .respond_with(model.clone())
            .mount(&server)
            .await;
        (model, server)
    }

    /// What it remembers.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// The messages of the commits on the proposals branch, oldest first.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.state()
            .commits
            .iter()
            .map(|(commit, _)| commit.message.clone())
            .collect()
    }

    /// The commits on the proposals branch with the tree after each, oldest first.
    pub(crate) fn commits(&self) -> Vec<Commit> {
        self.state().commits.clone()
    }

    /// The paths of the actions that were asked for, in order.
    pub(crate) fn actions(&self) -> Vec<String> {
        let posts = &self.state().posts;
        let paths = posts.iter().map(|(path, _)| path.clone());
        paths.filter(|path| path.starts_with("/actions/")).collect()
    }

    /// From now on a path answers so.
    pub(crate) fn refuse(&self, path: &str, status: u16, code: &str) {
        self.state()
            .refusals
            .insert(path.to_owned(), (status, code.to_owned()));
    }
}

impl State {
    /// The id of the commit that the branch is at after so many commits.
    fn head(&self) -> Option<String> {
        (!self.commits.is_empty()).then(|| id(&format!("commit {}", self.commits.len())))
    }

    fn tree(&self) -> BTreeMap<String, String> {
        self.commits
            .last()
            .map(|(_, tree)| tree.clone())
            .unwrap_or_default()
    }

    fn get(&self, path: &str, query: &BTreeMap<String, String>) -> ResponseTemplate {
        let target = id(&format!("target {}", self.target_moves));
        match (path, query.get("branch").map(String::as_str)) {
            ("/git/head", None) => ok(&json!({ "branch": "main", "commit": target })),
            ("/git/head", Some(BRANCH)) => match self.head() {
                Some(head) => ok(&json!({ "branch": BRANCH, "commit": head })),
                None => problem(404, "BRANCH_NOT_FOUND"),
            },
            ("/git/files", _) => match self.tree().get(&query["path"]) {
                Some(text) if Some(&query["rev"]) == self.head().as_ref() => ok(&json!({
                    "commit": query["rev"], "path": query["path"], "mode": "100644",
                    "blob": id(text), "text": text, "size_bytes": text.len(),
                })),
                _ => problem(404, "FILE_NOT_FOUND"),
            },
            _ => problem(404, "NO_SUCH_PATH"),
        }
    }

    fn commit(&mut self, asked: CommitFiles) -> ResponseTemplate {
        if self.interlopers > 0 {
            self.interlopers -= 1;
            let mut other = asked.clone();
            other.message = "somebody else".to_owned();
            other.files = BTreeMap::from([("notes.md".to_owned(), Some("x".to_owned()))]);
            let mut tree = self.tree();
            tree.insert("notes.md".to_owned(), "x".to_owned());
            self.commits.push((other, tree));
        }
        if asked.expected_head.as_ref().map(|head| head.as_str()) != self.head().as_deref() {
            return problem(409, "HEAD_MOVED");
        }
        let mut tree = self.tree();
        for (path, text) in &asked.files {
            match text {
                Some(text) => tree.insert(path.clone(), text.clone()),
                None => tree.remove(path),
            };
        }
        if tree != self.tree() {
            self.commits.push((asked, tree));
        }
        if self.lost_answers > 0 {
            self.lost_answers -= 1;
            return ResponseTemplate::new(500);
        }
        ok(&json!({ "branch": BRANCH, "commit": self.head() }))
    }

    fn check(&self, asked: &CheckPatch) -> ResponseTemplate {
        let stale = asked.patch.contains("STALE") && self.target_moves > 0;
        if stale || asked.patch.contains("docker-compose.yml") {
            return ok(&json!({
                "accepted": false, "policy_digest": Digest::of("policy"), "tree": null,
                "patch": null, "digest": null, "paths": ["docker-compose.yml"],
                "refusals": [{ "code": "FORBIDDEN_PATH", "file": "docker-compose.yml",
                    "line": 1, "message": "this file is not to be changed" }],
                "suggested_patch": "a better one",
            }));
        }
        ok(&json!({
            "accepted": true, "policy_digest": Digest::of("policy"), "tree": id(&asked.patch),
            "patch": asked.patch, "digest": Digest::of(&asked.patch),
            "paths": ["agents/agents.yaml"], "refusals": [],
        }))
    }

    fn act(&mut self, path: &str, body: &Value) -> ResponseTemplate {
        match path {
            "/actions/write_patch" => {
                let asked: WritePatch = serde_json::from_value(body.clone()).unwrap();
                ok(&json!({
                    "branch": format!("attune/proposal-{}", asked.proposal_id),
                    "commit_sha": id("branch"), "tree": id(&asked.patch_content),
                    "digest": Digest::of(&asked.patch_content), "run_id": asked.proposal_id,
                }))
            }
            "/actions/validate_branch" => {
                let asked: ValidateBranch = serde_json::from_value(body.clone()).unwrap();
                let passed = !self.fails_validation;
                ok(&json!({
                    "branch": asked.branch, "commit_sha": id("branch"), "passed": passed,
                    "policy_digest": Digest::of("policy"),
                    "checks": [{ "name": "yaml", "file": "agents/agents.yaml", "passed": passed,
                        "message": "a tab where none may be" }],
                }))
            }
            "/actions/open_pr" => ok(&json!({
                "number": 7, "state": "open", "merged": false, "title": "t", "body": body["body"],
                "head": { "ref": body["branch"], "sha": id("branch") },
                "base": { "ref": "main", "sha": id("target 0") },
                "created_at": "2026-01-10T12:00:00Z", "merged_at": null, "merged_by": null,
                "merge_commit_sha": null, "html_url": "http://forge.test/pulls/7",
                "proposal_id": body["proposal_id"], "digest": Digest::of("x"), "checks": [],
                "queue": null,
            })),
            "/actions/revert" => ok(&json!({})),
            _ => problem(404, "NO_SUCH_PATH"),
        }
    }
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

impl Respond for Model {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.state();
        let path = request.url.path().to_owned();
        if let Some((status, code)) = state.refusals.get(&path) {
            return problem(*status, code);
        }
        if request.method == wiremock::http::Method::GET {
            let query = request.url.query_pairs().into_owned().collect();
            return state.get(&path, &query);
        }
        assert!(
            request.headers.contains_key("idempotency-key"),
            "{path} without a key"
        );
        let body: Value = request.body_json().unwrap();
        state.posts.push((path.clone(), body.clone()));
        match path.as_str() {
            "/policy/check" => state.check(&serde_json::from_value(body).unwrap()),
            "/git/commits" => state.commit(serde_json::from_value(body).unwrap()),
            action => state.act(action, &body),
        }
    }
}
