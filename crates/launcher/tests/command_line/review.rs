//! From collected logs to a reviewed, merged and watched change, typed command by command.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use launcher::demo::{repository, scenario};
use serde_json::{Value, json};
use testkit::BareRepository;

use crate::program::{Ended, Up, free_base, run};

/// How long something may take to happen.
const LIMIT: Duration = Duration::from_secs(30);

struct Site {
    place: tempfile::TempDir,
    target: BareRepository,
    services: Up,
}

impl Site {
    fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        let target = BareRepository::new(place.path(), "target.git", repository::files());
        let settings = format!(
            "[target]\nrepository = '{}'\n[[targets]]\nagents = ['*']\nfile = '{}'\nplace = '{}'\n",
            target.path.display(),
            repository::AGENTS_FILE,
            scenario::PERSONA,
        );
        fs::write(place.path().join("attune.toml"), settings).unwrap();
        let base = free_base();
        let services = Up::start(place.path(), &["up", "--port-base", &base]);
        Self {
            place,
            target,
            services,
        }
    }

    fn folder(&self) -> &Path {
        self.place.path()
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        run(self.folder(), arguments)
    }

    fn ask(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat())
            .assert(0)
            .json()
    }

    /// Asks until the answer is as it should be.
    fn await_answer(&self, arguments: &[&str], is_right: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let answer = self.ask(arguments);
            if is_right(&answer) {
                return answer;
            }
            assert!(begun.elapsed() < LIMIT, "{arguments:?}: {answer}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Collects searches that time out; the proposal against them.
    fn proposal(&self) -> Value {
        let line = |number: u32| {
            json!({
                "timestamp": format!("2026-01-10T14:{number:02}:00Z"), "event_type": "tool_call",
                "agent": scenario::AGENT, "tool": "web_search", "success": false,
                "session_id": format!("s{number}"), "error_code": "TIMEOUT",
                "error_message": format!("Request to search timed out after {number} s"),
            })
        };
        let text: String = (10..20)
            .map(|number| format!("{}\n", line(number)))
            .collect();
        fs::write(self.folder().join("log.jsonl"), text).unwrap();
        let report = self.ask(&["collect", "log.jsonl"]);
        assert_eq!(report["proposals"][0]["status"], "pending", "{report}");
        report["proposals"][0].clone()
    }
}

#[test]
fn a_change_is_approved_only_as_the_diff_that_was_shown() {
    let site = Site::start();
    let proposal = site.proposal();
    let id = proposal["id"].as_str().unwrap();
    let digest = proposal["digest"].as_str().unwrap();

    let unseen = site.run(&["proposals", "approve", &id[..8]]).assert(3);
    assert!(
        unseen.out.contains("+++ b/agents/agents.yaml"),
        "{unseen:?}"
    );
    let said = format!("approve {} @{}", &id[..8], &digest[..8]);
    assert!(unseen.err.contains(&said), "{unseen:?}");

    let other = site
        .run(&["proposals", "approve", id, "@00000000"])
        .assert(3);
    assert!(other.err.contains("another diff"), "{other:?}");

    site.run(&["proposals", "approve", &id[..8]]).assert(0);
    let again = site.run(&["proposals", "approve", &id[..8]]).assert(3);
    assert!(again.err.contains("WRONG_STATUS"), "{again:?}");
    assert_eq!(site.services.stop(), Some(0));
}

#[test]
fn a_change_goes_through_the_loop_by_typing() {
    let site = Site::start();
    let proposal = site.proposal();
    let id = proposal["id"].as_str().unwrap();
    let before = site.target.tip("main").unwrap();
    let digest = format!("@{}", &proposal["digest"].as_str().unwrap()[..12]);
    site.run(&[
        "proposals",
        "approve",
        id,
        &digest,
        "--notes",
        "as it should be",
    ])
    .assert(0);

    let pulls = site.await_answer(&["pulls"], |pulls| pulls["data"][0]["number"].is_u64());
    let number = pulls["data"][0]["number"].to_string();
    assert_eq!(site.target.tip("main"), Some(before.clone()));
    site.run(&["pulls", "merge", &number]).assert(0);

    site.await_answer(&["windows"], |windows| {
        windows["data"][0]["status"] == "active"
    });
    assert_ne!(site.target.tip("main"), Some(before.clone()));
    let shown = site.run(&["windows", "show"]).assert(0);
    assert!(shown.out.contains(scenario::AGENT), "{shown:?}");
    let window = site.ask(&["windows", "show"])["id"]
        .as_str()
        .unwrap()
        .to_owned();
    site.run(&["windows", "close", &window[..13], "--as", "completed"])
        .assert(0);

    site.await_answer(&["proposals", "show", id], |one| {
        one["status"] == "implemented"
    });
    site.run(&["proposals", "revert", id, "--reason", "only a trial"])
        .assert(0);
    site.await_answer(&["proposals", "show", id], |one| {
        one["status"] == "reverted"
    });
    let tip = site.target.tip("main").unwrap();
    assert_eq!(
        site.target.tree(tip.as_str()),
        site.target.tree(before.as_str())
    );
    site.run(&["journal", "verify"]).assert(0);
    assert_eq!(site.services.stop(), Some(0));
}

#[test]
fn a_diff_is_printed_to_the_byte() {
    let site = Site::start();
    let proposal = site.proposal();
    let id = proposal["id"].as_str().unwrap();
    let printed = site.run(&["proposals", "diff", id]).assert(0).out;
    let whole = site.ask(&["proposals", "show", id]);
    assert_eq!(whole["patch"], printed);
    fs::write(site.folder().join("change.diff"), printed).unwrap();
    let arguments = [
        "patch",
        "check",
        "--repo",
        "target.git",
        "--base",
        "main",
        "change.diff",
    ];
    assert_eq!(site.ask(&arguments)["digest"], proposal["digest"]);
    assert_eq!(site.services.stop(), Some(0));
}
