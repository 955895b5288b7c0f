//! `kill -9` of each service at each step of the loop: it ends right all the same, nothing doubled.

use std::collections::BTreeMap;

use stack_tests::{
    course::{self, Step, Witness},
    record::{assert_deployed, assert_once, is_open, reset_all},
    site::Holder,
    stack::{Options, Stack},
    target::{WORKERS, Worker},
};
use types::{
    Service,
    key::Role,
    proposal::{Proposal, ProposalStatus},
};

/// Kills one service at each step and starts it again.
struct Killer<'stack> {
    stack: &'stack Stack,
    /// Which service goes down at which step.
    plan: BTreeMap<Step, Service>,
    done: Vec<Step>,
}

impl<'stack> Killer<'stack> {
    /// The services in turn, from the one of this number on.
    fn rotated(stack: &'stack Stack, rotation: usize) -> Self {
        let services = Service::ALL.into_iter().cycle().skip(rotation);
        Self {
            stack,
            plan: Step::ALL.into_iter().zip(services).collect(),
            done: Vec::new(),
        }
    }
}

impl Witness for Killer<'_> {
    async fn reached(&mut self, step: Step) {
        let service = self.plan[&step];
        println!("{service} is killed at {step:?}");
        self.stack.kill(service);
        self.stack.restart(service).await;
        self.done.push(step);
    }
}

/// Two courses, one that helps and one that harms, with a service down at every step of each.
async fn survive(stack: &Stack, person: &Holder, worker: Worker, helping: usize, harming: usize) {
    let mut killer = Killer::rotated(stack, helping);
    let proposal = course::proposed_against(&stack.site, worker).await;
    let kept = course::bring_to_an_end(&stack.site, person, &proposal, &mut killer).await;
    assert_eq!(killer.done, Step::ALL[..8]);
    assert_ended(stack, &kept, ProposalStatus::Implemented).await;

    let before = stack.target.tree("main");
    let mut killer = Killer::rotated(stack, harming);
    let harm = course::propose_harm(&stack.site, person, worker).await;
    let gone = course::bring_to_an_end(&stack.site, person, &harm, &mut killer).await;
    assert_eq!(killer.done, Step::ALL);
    assert_ended(stack, &gone, ProposalStatus::Reverted).await;
    assert_eq!(stack.target.tree("main"), before);
    assert!(is_open(&stack.site, "all").await);
    reset_all(&stack.site, person).await;
}

async fn assert_ended(stack: &Stack, proposal: &Proposal, status: ProposalStatus) {
    assert_eq!(proposal.status, status, "{:#?}", proposal.log);
    assert_once(stack, proposal).await;
    assert_deployed(stack).await;
    stack.site.assert_journals_hold().await;
}

/// How many workers have their two courses: four rotations bring down every service at every step.
const COURSES: usize = if cfg!(feature = "soak") { 12 } else { 4 };

#[tokio::test(flavor = "multi_thread")]
async fn the_loop_survives_the_death_of_every_service_at_every_step() {
    let stack = Stack::start(&Options::default()).await;
    let mira = stack.site.register(Role::Operator, "mira", None).await;
    let fleet = stack.fleet(2);
    for (number, worker) in WORKERS.into_iter().take(COURSES).enumerate() {
        fleet.begin(worker);
        // Shifted against each other, so that a course that helps meets other deaths than the one
        // that harms after it.
        survive(&stack, &mira, worker, number + 2, number).await;
    }
}
