//! Real agent logs, read by the command line into a running stack.
//!
//! `ATTUNE_SHARED` names the folder whose subfolder `data` has the logs.
#![cfg(feature = "shared-data")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so at once"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    slice,
    time::Duration,
};

use clients::{FindingFilter, ProposalFilter};
use service_kit::settings::variable;
use stack_tests::{
    program::{built, command},
    stack::{Options, Stack},
    wait::until,
};
use types::{analysis::Finding, proposal::ProposalSummary};

/// How long analysis may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

fn telemetry() -> PathBuf {
    let shared = variable("ATTUNE_SHARED")
        .unwrap()
        .expect("ATTUNE_SHARED is not set; `make test-shared` wants it");
    PathBuf::from(shared).join("data/telemetry")
}

/// Texts that fail again and again in the logs, as anybody can count them there.
const IN_TRANSCRIPTS: [&str; 1] = ["The pattern can never match the type"];
const IN_EVENTS: [&str; 4] = [
    "payment amount does not add up",
    "not available on date",
    "not enough seats on flight",
    "final answer does not match the expected answer",
];

#[tokio::test(flavor = "multi_thread")]
async fn real_logs_end_in_findings_that_are_really_there_and_in_a_proposal() {
    let stack = Stack::start(&Options {
        agents: "*",
        ..Options::default()
    })
    .await;
    let transcripts = telemetry().join("raw/claude_code");
    collect(&stack, slice::from_ref(&transcripts));
    let found = findings(&stack).await;
    assert_found(&found, &IN_TRANSCRIPTS, &jsonl_files(&transcripts));
    let proposed = proposals(&stack).await;
    let answered = proposed[0].finding_id.as_ref().unwrap();
    assert!(found.iter().any(|one| one.id == *answered), "{proposed:?}");

    let events = jsonl_files(&telemetry().join("events"));
    collect(&stack, &events);
    let all = findings(&stack).await;
    assert_found(&all, &IN_EVENTS, &events);

    collect(&stack, &[transcripts]);
    let again = findings(&stack).await;
    let counts = |all: &[Finding]| -> Vec<u64> { all.iter().map(|one| one.count).collect() };
    assert_eq!(counts(&again), counts(&all), "nothing is counted twice");
}

/// Each text has a finding, which counts no more of it than there is.
fn assert_found(findings: &[Finding], texts: &[&str], files: &[PathBuf]) {
    for text in texts {
        let there: usize = files.iter().map(|file| lines_with(file, text)).sum();
        let counted: u64 = findings
            .iter()
            .filter(|finding| finding.template.contains(text))
            .map(|finding| finding.count)
            .sum();
        println!("{text}: {there} lines, {counted} counted");
        let templates: Vec<&str> = findings.iter().map(|it| it.template.as_str()).collect();
        assert!(
            3 <= counted && counted <= there as u64,
            "{text}: {counted} of {there} in {templates:#?}"
        );
    }
}

fn lines_with(file: &Path, text: &str) -> usize {
    let all = fs::read_to_string(file).unwrap();
    all.lines().filter(|line| line.contains(text)).count()
}

fn collect(stack: &Stack, paths: &[PathBuf]) {
    let endpoints = stack.folder().join("endpoints.json");
    let addresses: serde_json::Map<String, serde_json::Value> = stack
        .site
        .addresses
        .iter()
        .map(|(service, address)| {
            (
                service.name().to_owned(),
                format!("http://{address}").into(),
            )
        })
        .collect();
    fs::write(&endpoints, serde_json::to_vec(&addresses).unwrap()).unwrap();
    let key = fs::read_to_string(stack.folder().join("data/admin.key")).unwrap();
    let output = command(&built("attune"))
        .arg("collect")
        .args(paths)
        .arg("--endpoints")
        .arg(&endpoints)
        .env("ATTUNE_KEY", key.trim())
        .current_dir(stack.folder())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{:?}: {text}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
}

fn jsonl_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "jsonl"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no JSONL", folder.display());
    files
}

/// The findings, once all that is on disk is indexed: when their counts stand still.
async fn findings(stack: &Stack) -> Vec<Finding> {
    let observer = stack.site.observer();
    let look = async || {
        let page = observer.findings(&FindingFilter::default()).await;
        page.unwrap().data
    };
    until("the findings stand still", LIMIT, async || {
        let before = look().await;
        tokio::time::sleep(Duration::from_millis(700)).await;
        (look().await == before).then_some(before)
    })
    .await
}

async fn proposals(stack: &Stack) -> Vec<ProposalSummary> {
    let proposals = stack.site.proposals();
    until("there is a proposal", LIMIT, async || {
        let page = proposals.list(&ProposalFilter::default()).await.ok()?;
        (!page.data.is_empty()).then_some(page.data)
    })
    .await
}
