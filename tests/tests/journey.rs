//! The whole loop over real HTTP: a change that helps is kept, one that harms is taken back.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so at once"
)]

use std::time::Duration;

use serde_json::json;
use stack_tests::{
    course::{self, Nobody},
    record::{self, assert_deployed, assert_once, deployed_agents, is_open},
    site::{Holder, Site},
    stack::{Options, Stack},
    target::{AGENTS_FILE, WORKERS, Worker, harmful},
    wait::until,
};
use testkit::git;
use types::{
    Digest, Service,
    key::Role,
    proposal::{Approve, Proposal, ProposalStatus, Stage},
    window::Verdict,
};

const WORKER: Worker = WORKERS[0];

#[tokio::test(flavor = "multi_thread")]
async fn what_helps_is_implemented_and_what_harms_is_reverted() {
    let stack = Stack::start(&Options::default()).await;
    let mira = stack.site.register(Role::Operator, "mira", None).await;
    let fleet = stack.fleet(1);
    fleet.begin(WORKER);

    let proposal = course::proposed_against(&stack.site, WORKER).await;
    the_finding_names_what_fails(&stack.site, &proposal).await;
    only_a_person_approves_exactly_what_was_read(&stack.site, &mira, &proposal).await;
    course::wait_for_stage(&stack.site, proposal.id, Stage::PrOpen).await;
    only_the_head_that_was_read_is_merged(&stack.site, &mira, &proposal).await;
    let kept = course::wait_for_end(&stack.site, proposal.id).await;
    assert_eq!(kept.status, ProposalStatus::Implemented);
    assert_eq!(kept.verdict, Some(Verdict::Stable));
    assert_once(&stack, &kept).await;
    assert_deployed(&stack).await;
    assert!(deployed_agents(&stack).contains("retry it once"));
    the_file_tells_the_course(
        &stack,
        &kept,
        &["pending", "approved", "implemented"],
        &mira,
    )
    .await;

    let before = stack.target.tree("main");
    let harm = course::propose_harm(&stack.site, &mira, WORKER).await;
    let gone = course::bring_to_an_end(&stack.site, &mira, &harm, &mut Nobody).await;
    assert_eq!(gone.status, ProposalStatus::Reverted);
    assert_eq!(gone.verdict, Some(Verdict::Regressed));
    assert_once(&stack, &gone).await;
    assert_deployed(&stack).await;
    assert_eq!(stack.target.tree("main"), before);
    the_file_tells_the_course(&stack, &gone, &["pending", "approved", "reverted"], &mira).await;
    nothing_is_proposed_until_a_person_resets(&stack.site, &mira).await;
    stack.site.assert_journals_hold().await;
}

async fn the_finding_names_what_fails(site: &Site, proposal: &Proposal) {
    let finding = proposal.finding_id.clone().unwrap();
    let findings = site.observer().findings(&Default::default()).await.unwrap();
    let found = findings.data.iter().find(|one| one.id == finding).unwrap();
    assert_eq!(found.tool, WORKER.tool);
    assert_eq!(found.agents, [WORKER.agent]);
    assert_eq!(found.category, "timeout");
    assert!(found.template.contains("timed out"), "{}", found.template);
    assert!(3 <= found.count);
}

async fn only_a_person_approves_exactly_what_was_read(
    site: &Site,
    mira: &Holder,
    proposal: &Proposal,
) {
    let service = Service::ProposalService;
    let path = format!("/proposals/{}/approve", proposal.id);
    let body = |digest: &Digest| Approve {
        digest: digest.clone(),
        notes: Some("read it twice".to_owned()),
    };
    let right = body(&proposal.digest);
    let api = site.api_of(service, mira);
    let other = body(&Digest::of("another diff"));
    api.post(&path, &other)
        .await
        .assert_problem(409, "DIGEST_MISMATCH");
    for role in [Role::Auditor, Role::Agent, Role::Service] {
        let holder = site.register(role, &format!("a {role}"), None).await;
        let refused = site
            .api_of(service, &holder)
            .post_keyed(&path, "a-key", &right)
            .await;
        assert_eq!(refused.status, 403, "{role}: {}", refused.text());
    }
    let none = api.without_key().post(&path, &right).await;
    assert_eq!(none.status, 401, "{}", none.text());

    let approved: Proposal = api.post(&path, &right).await.expect(200);
    assert_eq!(approved.status, ProposalStatus::Approved);
    assert_eq!(approved.decisions[0].person, "mira");
    assert_eq!(approved.decisions[0].digest, proposal.digest);
}

async fn only_the_head_that_was_read_is_merged(site: &Site, mira: &Holder, proposal: &Proposal) {
    let pull = course::pull_of(site, proposal.id).await;
    assert_eq!(pull.digest, proposal.digest);
    let api = site.api_of(Service::PatchApply, mira);
    let diff = api.get(&format!("/pulls/{}.diff", pull.number)).await;
    assert_eq!(diff.text(), proposal.patch);
    let path = format!("/pulls/{}/merge", pull.number);
    let other = json!({ "expected_head": "0".repeat(40) });
    api.post(&path, &other)
        .await
        .assert_problem(409, "HEAD_MOVED");
    let outcome = course::merge(site, mira, &pull).await;
    assert!(outcome.merged, "{outcome:?}");
}

/// The lines of seed 003's format that each file must have, in this order.
const FORMAT: [&str; 19] = [
    "# Proposal: ",
    "**ID**: ",
    "**Created**: ",
    "**Status**: ",
    "**Category**: ",
    "**Severity**: ",
    "**Author**: ",
    "## Problem Statement",
    "## Evidence",
    "## Root Cause Analysis",
    "## Proposed Solution",
    "## Unified Diff",
    "## Affected Files",
    "## Risk Assessment",
    "## Rollback Plan",
    "## Validation Checklist",
    "## Review",
    "**Reviewed by**: mira",
    "## Implementation Log",
];

/// Each change of status is a commit on the proposals branch, the approval one by the person.
async fn the_file_tells_the_course(
    stack: &Stack,
    proposal: &Proposal,
    statuses: &[&str],
    person: &Holder,
) {
    let path = proposal.markdown_path.as_str();
    assert!(path.contains(&proposal.id.to_string()), "{path}");
    let last = statuses.last().unwrap().to_string();
    let told = until(
        "the last status is committed",
        Duration::from_secs(30),
        || async {
            let told = history(stack, path);
            (told.last().map(|(status, _)| status) == Some(&last)).then_some(told)
        },
    )
    .await;
    let seen: Vec<&str> = told.iter().map(|(status, _)| status.as_str()).collect();
    assert_eq!(seen, statuses);
    assert_eq!(told[1].1, person.name, "who committed the approval");

    let text = stack.target.text("proposals", path);
    let mut lines = text.lines();
    for wanted in FORMAT {
        assert!(
            lines.any(|line| line.starts_with(wanted)),
            "{wanted} is missing or out of order in\n{text}"
        );
    }
    assert!(
        text.contains(&format!("```diff\n{}", proposal.patch)),
        "{text}"
    );
    assert!(text.contains(&format!("- `{AGENTS_FILE}`")), "{text}");
    let index = stack.target.text("proposals", "proposals/index.md");
    assert!(index.contains(&proposal.id.to_string()), "{index}");
}

/// The statuses that a file had, oldest first, each with the author of the commit that began it.
fn history(stack: &Stack, path: &str) -> Vec<(String, String)> {
    let target = &stack.target.path;
    let log = git(
        target,
        &[
            "log",
            "--reverse",
            "--format=%H %an",
            "proposals",
            "--",
            path,
        ],
    );
    let mut told: Vec<(String, String)> = Vec::new();
    for line in log.lines() {
        let (commit, author) = line.split_once(' ').unwrap();
        let text = git(target, &["show", &format!("{commit}:{path}")]);
        let status = text
            .lines()
            .find_map(|line| line.strip_prefix("**Status**: "))
            .unwrap();
        if told.last().is_none_or(|(known, _)| known != status) {
            told.push((status.to_owned(), author.to_owned()));
        }
    }
    told
}

async fn nothing_is_proposed_until_a_person_resets(site: &Site, mira: &Holder) {
    assert!(is_open(site, "all").await);
    let head = site.patches().head(None).await.unwrap().commit;
    let file = site.patches().file(head.as_str(), AGENTS_FILE).await;
    let new = harmful(&file.unwrap().text.unwrap(), WORKERS[1].agent, head);
    let api = site.api_of(Service::ProposalService, mira);
    api.post("/proposals", &new)
        .await
        .assert_problem(409, "BREAKER_OPEN");
    record::reset_all(site, mira).await;
    assert!(!is_open(site, "all").await);
    let taken = api.post("/proposals", &new).await;
    assert_eq!(taken.status, 201, "{}", taken.text());
}
