//! What a finished course leaves behind: each thing once, and nothing that does not belong.

use std::{fs, path::Path, time::Duration};

use clients::{ProposalFilter, WindowFilter};
use testkit::git;
use types::{
    Service,
    patch::PullState,
    proposal::{DecisionKind, Proposal, ProposalStatus},
    window::WindowStatus,
};

use crate::{
    program::command,
    site::Site,
    stack::Stack,
    target::{AGENTS_FILE, files},
    wait::until,
};

/// Checks that every trace of a course is there once.
pub async fn assert_once(stack: &Stack, proposal: &Proposal) {
    let id = proposal.id.to_string();
    assert_one_proposal(&stack.site, proposal).await;
    let approvals = proposal
        .decisions
        .iter()
        .filter(|decision| decision.kind == DecisionKind::Approved);
    assert_eq!(approvals.count(), 1, "{:?}", proposal.decisions);

    let branches = branches_of(stack, &id);
    assert_eq!(branches.len(), 1, "branches of {id}: {branches:?}");
    let pulls = stack.site.patches().pulls().await.unwrap().data;
    let pulls: Vec<_> = pulls
        .iter()
        .filter(|pull| pull.proposal_id == proposal.id)
        .collect();
    assert_eq!(pulls.len(), 1, "{pulls:?}");
    assert!(pulls[0].merged && pulls[0].state == PullState::Closed);

    let merges = commits_with(stack, &[&format!("Proposal-Id: {id}"), "Merged-by:"]);
    assert_eq!(merges.len(), 1, "merge commits of {id}");
    assert_eq!(
        proposal.merge_commit.as_ref().map(ToString::to_string),
        Some(merges[0].clone())
    );
    let reverts = commits_with(stack, &[&format!("Proposal-Id: {id}"), "Reverts:"]);
    let expected = usize::from(proposal.status == ProposalStatus::Reverted);
    assert_eq!(reverts.len(), expected, "revert commits of {id}");
    assert_eq!(
        proposal.revert_commit.as_ref().map(ToString::to_string),
        reverts.first().cloned()
    );
    assert_one_window(&stack.site, proposal).await;
}

async fn assert_one_proposal(site: &Site, proposal: &Proposal) {
    let filter = ProposalFilter {
        limit: Some(200),
        ..ProposalFilter::default()
    };
    let all = site.proposals().list(&filter).await.unwrap().data;
    let same = all.iter().filter(|one| match &proposal.finding_id {
        Some(finding) => one.finding_id.as_ref() == Some(finding),
        None => one.title == proposal.title,
    });
    assert_eq!(same.count(), 1, "proposals like {}", proposal.title);
}

async fn assert_one_window(site: &Site, proposal: &Proposal) {
    let page = site.gateway().windows(&WindowFilter::default()).await;
    let windows: Vec<_> = page
        .unwrap()
        .data
        .into_iter()
        .filter(|window| window.proposal_id == Some(proposal.id))
        .collect();
    assert_eq!(windows.len(), 1, "{windows:?}");
    let expected = match proposal.status {
        ProposalStatus::Reverted => WindowStatus::RolledBack,
        _ => WindowStatus::Completed,
    };
    assert_eq!(windows[0].status, expected);
    assert_eq!(proposal.window_id, Some(windows[0].id));
    assert_eq!(proposal.verdict, windows[0].verdict);
}

fn branches_of(stack: &Stack, id: &str) -> Vec<String> {
    let names = git(
        &stack.target.path,
        &["for-each-ref", "--format=%(refname:short)", "refs/heads"],
    );
    let names = names.lines().filter(|name| name.contains(id));
    names.map(str::to_owned).collect()
}

/// The commits on the target branch whose message has all these texts.
pub fn commits_with(stack: &Stack, texts: &[&str]) -> Vec<String> {
    let mut arguments = vec!["log", "--format=%H", "--fixed-strings", "--all-match"];
    let greps: Vec<String> = texts.iter().map(|text| format!("--grep={text}")).collect();
    arguments.extend(greps.iter().map(String::as_str));
    arguments.push("main");
    let found = git(&stack.target.path, &arguments);
    found.lines().map(str::to_owned).collect()
}

/// Checks that production is what the target branch says, and that the repository is sound.
pub async fn assert_deployed(stack: &Stack) {
    let tip = stack.target.tip("main").unwrap().to_string();
    for (path, _) in files() {
        let deployed = fs::read_to_string(stack.production().join(path)).unwrap();
        assert_eq!(deployed, stack.target.text("main", path), "{path} at {tip}");
    }
    assert_eq!(stack.deployments("copy").last(), Some(&tip));
    assert_eq!(stack.deployments("provision").last(), Some(&tip));
    assert_sound(stack).await;
}

/// Lets git look for anything wrong. It reads the objects first and the branches after them, so
/// that a push between the two looks like a fault once; a real one stays.
async fn assert_sound(stack: &Stack) {
    let limit = Duration::from_secs(10);
    until("git finds nothing wrong", limit, async || {
        let output = command(Path::new("git"))
            .args(["fsck", "--strict", "--no-progress"])
            .current_dir(&stack.target.path)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            println!(
                "git fsck: {told}{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        output.status.success().then_some(())
    })
    .await;
}

/// What the agents are told in production.
pub fn deployed_agents(stack: &Stack) -> String {
    fs::read_to_string(stack.production().join(AGENTS_FILE)).unwrap()
}

/// Whether a breaker is open.
pub async fn is_open(site: &Site, breaker: &str) -> bool {
    let breakers = site.proposals().breakers().await.unwrap().data;
    let known = breakers.iter().find(|known| known.name == breaker);
    known.is_some_and(|known| known.open)
}

/// Closes the breaker that an automatic revert opens.
pub async fn reset_all(site: &Site, person: &crate::site::Holder) {
    let body = serde_json::json!({});
    let answer = site
        .post_for_sure(
            Service::ProposalService,
            person,
            "/breakers/all/reset",
            &body,
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}
