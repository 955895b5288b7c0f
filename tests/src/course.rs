//! One proposal's course through the loop, step by step, as people drive it.

use std::{future::Future, time::Duration};

use clients::{ProposalFilter, WindowFilter};
use types::{
    ProposalId, Service,
    patch::{MergeOutcome, MergePull, Pull},
    proposal::{Approve, Proposal, ProposalStatus, Stage},
    window::WindowStatus,
};

use crate::{
    site::{Holder, Site},
    target::{AGENTS_FILE, Worker, harmful},
    wait::until,
};

/// How long one step may take, also when the service that makes it was killed meanwhile and
/// another waits for its turn to try again: less than a lease that nobody gives back lasts.
pub const STEP_WITHIN: Duration = Duration::from_secs(45);
/// How long a merge is under way at most before it counts as such, in milliseconds.
const INTO_THE_MERGE_MS: u64 = 40;

/// The steps of a course, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// It waits for a person.
    Proposed,
    /// A person has said yes.
    Approved,
    /// The diff is on a branch.
    Branch,
    /// The branch is validated.
    Validated,
    /// The pull request is open.
    PrOpen,
    /// A person's merge is under way.
    Merging,
    /// It is on the target branch, and on its way to production or there.
    Deployed,
    /// The window watches it.
    Monitoring,
    /// The window has proved harm, and the change is on its way back.
    Reverting,
}

impl Step {
    /// All steps; the last one is for changes that harm.
    pub const ALL: [Self; 9] = [
        Self::Proposed,
        Self::Approved,
        Self::Branch,
        Self::Validated,
        Self::PrOpen,
        Self::Merging,
        Self::Deployed,
        Self::Monitoring,
        Self::Reverting,
    ];
}

/// Who is told when a step is reached, before the course goes on.
pub trait Witness {
    /// A step is reached.
    fn reached(&mut self, step: Step) -> impl Future<Output = ()>;
}

/// A witness that does nothing.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Witness for Nobody {
    async fn reached(&mut self, _: Step) {}
}

/// The proposal that the observer makes against what fails this worker.
pub async fn proposed_against(site: &Site, worker: Worker) -> Proposal {
    let what = format!("the observer proposes something for {}", worker.agent);
    let proposals = site.proposals();
    until(&what, STEP_WITHIN, || async {
        let filter = ProposalFilter {
            status: Some(ProposalStatus::Pending),
            ..ProposalFilter::default()
        };
        let page = proposals.list(&filter).await.ok()?;
        let found = page
            .data
            .into_iter()
            .find(|one| one.author == "observer" && one.agents == [worker.agent])?;
        proposals.get(found.id).await.ok()
    })
    .await
}

/// A person proposes a change that will harm this worker.
pub async fn propose_harm(site: &Site, person: &Holder, worker: Worker) -> Proposal {
    let patches = site.patches();
    let head = patches.head(None).await.unwrap();
    let file = patches
        .file(head.commit.as_str(), AGENTS_FILE)
        .await
        .unwrap();
    let new = harmful(&file.text.unwrap(), worker.agent, head.commit);
    let answer = site
        .post_for_sure(Service::ProposalService, person, "/proposals", &new)
        .await;
    answer.expect(201)
}

/// Approves, merges and waits, until the proposal has come to an end.
pub async fn bring_to_an_end(
    site: &Site,
    person: &Holder,
    proposal: &Proposal,
    witness: &mut impl Witness,
) -> Proposal {
    let id = proposal.id;
    witness.reached(Step::Proposed).await;
    approve(site, person, proposal).await;
    witness.reached(Step::Approved).await;
    for (step, stage) in [
        (Step::Branch, Stage::Branch),
        (Step::Validated, Stage::Validated),
        (Step::PrOpen, Stage::PrOpen),
    ] {
        wait_for_stage(site, id, stage).await;
        witness.reached(step).await;
    }
    let pull = pull_of(site, id).await;
    let (outcome, ()) = tokio::join!(merge(site, person, &pull), async {
        // Each run looks at another moment, and the id says which.
        let moment = u64::from(id.0.as_bytes()[15]) % INTO_THE_MERGE_MS;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        witness.reached(Step::Merging).await;
    });
    assert!(outcome.merged || outcome.queued, "{outcome:?}");
    wait_for_stage(site, id, Stage::Merged).await;
    witness.reached(Step::Deployed).await;
    wait_for_stage(site, id, Stage::Monitoring).await;
    witness.reached(Step::Monitoring).await;
    if window_ends(site, id).await == WindowStatus::RolledBack {
        witness.reached(Step::Reverting).await;
    }
    wait_for_end(site, id).await
}

/// Says yes to exactly the diff that was read.
pub async fn approve(site: &Site, person: &Holder, proposal: &Proposal) -> Proposal {
    let path = format!("/proposals/{}/approve", proposal.id);
    let body = Approve {
        digest: proposal.digest.clone(),
        notes: None,
    };
    let answer = site
        .post_for_sure(Service::ProposalService, person, &path, &body)
        .await;
    answer.expect(200)
}

/// The pull request of a proposal, once it is open.
pub async fn pull_of(site: &Site, id: ProposalId) -> Pull {
    let patches = site.patches();
    until("the pull request is there", STEP_WITHIN, || async {
        let page = patches.pulls().await.ok()?;
        page.data.into_iter().find(|pull| pull.proposal_id == id)
    })
    .await
}

/// Merges the head that was read.
pub async fn merge(site: &Site, person: &Holder, pull: &Pull) -> MergeOutcome {
    let path = format!("/pulls/{}/merge", pull.number);
    let body = MergePull {
        expected_head: pull.head.sha.clone(),
    };
    let answer = site
        .post_for_sure(Service::PatchApply, person, &path, &body)
        .await;
    assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
    answer.expect(answer.status)
}

/// Waits until the proposal has come so far, and fails when it stops before.
pub async fn wait_for_stage(site: &Site, id: ProposalId, stage: Stage) -> Proposal {
    let proposals = site.proposals();
    let what = format!("proposal {id} has come to {}", stage.name());
    until(&what, STEP_WITHIN, || async {
        let proposal = proposals.get(id).await.ok()?;
        assert_not_stopped(&proposal);
        let is_over = has_ended(&proposal);
        let reached = proposal.stage.is_some_and(|now| place(stage) <= place(now));
        (reached || is_over).then_some(proposal)
    })
    .await
}

/// How the window over a proposal ends.
pub async fn window_ends(site: &Site, id: ProposalId) -> WindowStatus {
    let gateway = site.gateway();
    until("the window ends", STEP_WITHIN, || async {
        let page = gateway.windows(&WindowFilter::default()).await.ok()?;
        let windows = page.data.into_iter();
        windows
            .filter(|window| window.proposal_id == Some(id))
            .map(|window| window.status)
            .find(|status| *status != WindowStatus::Active)
    })
    .await
}

/// Waits until the proposal is implemented or reverted, and shows what its window proved: two
/// services tell of the two, in any order.
pub async fn wait_for_end(site: &Site, id: ProposalId) -> Proposal {
    let proposals = site.proposals();
    until(&format!("proposal {id} ends"), STEP_WITHIN, || async {
        let proposal = proposals.get(id).await.ok()?;
        assert_not_stopped(&proposal);
        (has_ended(&proposal) && proposal.verdict.is_some()).then_some(proposal)
    })
    .await
}

fn has_ended(proposal: &Proposal) -> bool {
    matches!(
        proposal.status,
        ProposalStatus::Implemented | ProposalStatus::Reverted
    )
}

fn assert_not_stopped(proposal: &Proposal) {
    let stopped = matches!(
        proposal.status,
        ProposalStatus::Blocked | ProposalStatus::Stale
    ) || proposal.stage == Some(Stage::NeedsConfirmation);
    assert!(
        !stopped,
        "proposal {} stopped as {}: {:?}\n{:#?}",
        proposal.id,
        proposal.status.name(),
        proposal.stage_reason,
        proposal.log
    );
}

fn place(stage: Stage) -> usize {
    const ORDER: [Stage; 8] = [
        Stage::Queued,
        Stage::Branch,
        Stage::Validated,
        Stage::PrOpen,
        Stage::Merged,
        Stage::Deployed,
        Stage::Monitoring,
        Stage::NeedsConfirmation,
    ];
    ORDER.iter().position(|known| *known == stage).unwrap()
}
