//! What the fleet's failures add up to.

mod course;

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use observer::domain::{findings::Patterns, remedies};
use tune_gateway::domain::verdict::Counts;
use types::{
    Timestamp,
    analysis::Finding,
    event::{EventType, Operation},
};

use super::{Fleet, Habits, SEED, SESSIONS_PER_HOUR, roster::FLEET, work::Hazard};
use crate::demo::{repository, scenario};

const RESEARCH: &str = scenario::AGENT;
/// One session as the loop counts it.
struct Outcome {
    agent: String,
    started: Timestamp,
    ended: Timestamp,
    failed: bool,
}

/// The guidance that the analyser proposes for the finding of the demo, from the fleet's own data.
fn remedy() -> String {
    let findings = findings();
    let finding = findings.iter().find(|it| scenario::is_search_timeout(it));
    remedies::remedy(finding.unwrap()).unwrap().guidance
}

/// What the analyser finds in two hours of the fleet.
fn findings() -> Vec<Finding> {
    let mut patterns = Patterns::default();
    for operation in operations(SEED, Duration::from_hours(2), repository::agents_yaml()) {
        patterns.observe(&operation);
    }
    patterns.findings()
}

fn start() -> Timestamp {
    "2026-01-10T00:00:00Z".parse().unwrap()
}

fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}

fn with_guidance(guidance: &str) -> String {
    scenario::with_guidance(repository::agents_yaml(), guidance).unwrap()
}

fn operations(seed: u64, span: Duration, agents_yaml: &str) -> Vec<Operation> {
    let mut fleet = Fleet::new(seed, SESSIONS_PER_HOUR);
    fleet
        .operations_between(start(), start().plus(span), agents_yaml)
        .unwrap()
}

fn outcomes(operations: &[Operation]) -> Vec<Outcome> {
    let mut open: BTreeMap<&str, Outcome> = BTreeMap::new();
    let mut ended = Vec::new();
    for operation in operations {
        let id = operation.session_id.as_deref().unwrap();
        let latency = Duration::from_secs_f64(operation.latency_ms.unwrap_or(0.0) / 1_000.0);
        let outcome = open.entry(id).or_insert_with(|| Outcome {
            agent: operation.agent.clone(),
            started: operation.timestamp.minus(latency),
            ended: operation.timestamp,
            failed: false,
        });
        outcome.failed |= operation.event_type == EventType::TaskFailure;
        if operation.event_type == EventType::SessionEnd {
            outcome.ended = operation.timestamp;
            ended.extend(open.remove(id));
        }
    }
    ended
}

fn counts<'all>(outcomes: impl IntoIterator<Item = &'all Outcome>) -> Counts {
    let (mut failures, mut total) = (0, 0);
    for outcome in outcomes {
        failures += u64::from(outcome.failed);
        total += 1;
    }
    Counts::new(failures, total).unwrap()
}

fn rate(seed: u64, agent: &str, agents_yaml: &str) -> f64 {
    let all = outcomes(&operations(seed, Duration::from_hours(36), agents_yaml));
    counts(all.iter().filter(|outcome| outcome.agent == agent))
        .rate()
        .unwrap()
}

#[test]
fn research_fails_as_often_as_its_persona_makes_it() {
    let harmful = scenario::harmful_edit(&with_guidance(&remedy())).unwrap();
    let harmful_alone = scenario::harmful_edit(repository::agents_yaml()).unwrap();
    let table = [
        (repository::agents_yaml().to_owned(), 0.20..0.25),
        (with_guidance(&remedy()), 0.07..0.10),
        (with_guidance("Keep search queries specific."), 0.09..0.14),
        (
            with_guidance("If a call fails, try it once more."),
            0.09..0.14,
        ),
        (with_guidance("Write in British English."), 0.20..0.25),
        (with_guidance("Never retry."), 0.24..0.29),
        (harmful, 0.55..0.62),
        (harmful_alone, 0.55..0.62),
    ];
    for (agents_yaml, expected) in table {
        let found = rate(1, RESEARCH, &agents_yaml);
        let persona = agents_yaml.split("prompt:").next().unwrap_or_default();
        assert!(
            expected.contains(&found),
            "{found} is not in {expected:?} for {persona}"
        );
    }
}

#[test]
fn the_other_agents_are_steady() {
    for agent in Fleet::agents().filter(|agent| *agent != RESEARCH) {
        let before = rate(1, agent, repository::agents_yaml());
        let after = rate(
            1,
            agent,
            &scenario::harmful_edit(repository::agents_yaml()).unwrap(),
        );
        assert!((0.04..0.10).contains(&before), "{agent}: {before}");
        assert!(
            (before - after).abs() < 1e-9,
            "{agent}: {before} and {after}"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_history_however_time_is_cut() {
    let yaml = repository::agents_yaml();
    let whole = operations(5, Duration::from_hours(3), yaml);
    let mut fleet = Fleet::new(5, SESSIONS_PER_HOUR);
    let mut pieces = Vec::new();
    for step in 0..180 {
        let (from, to) = (start().plus(minutes(step)), start().plus(minutes(step + 1)));
        let piece = fleet.operations_between(from, to, yaml).unwrap();
        assert!(
            piece
                .iter()
                .all(|operation| (from..to).contains(&operation.timestamp))
        );
        pieces.extend(piece);
    }
    assert_eq!(whole, pieces);
    assert_ne!(whole, operations(6, Duration::from_hours(3), yaml));
}

#[test]
fn a_fleet_that_starts_later_does_the_same_under_other_ids() {
    let yaml = repository::agents_yaml();
    let one = operations(5, Duration::from_hours(1), yaml);
    let later = start().plus(Duration::from_hours(100));
    let other = Fleet::new(5, SESSIONS_PER_HOUR)
        .operations_between(later, later.plus(Duration::from_hours(1)), yaml)
        .unwrap();
    let ids: HashSet<&str> = one
        .iter()
        .chain(&other)
        .map(|it| it.event_id.as_str())
        .collect();
    assert_eq!(ids.len(), one.len() + other.len());
    let same = |one: &Operation, other: &Operation| one.error_message == other.error_message;
    assert!(one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| same(a, b)));
}

#[test]
fn an_agent_that_is_not_deployed_does_not_work_and_a_broken_file_is_refused() {
    let one = "agents:\n  WriterAgent:\n    persona: You write.\n";
    let seen = operations(5, Duration::from_hours(1), one);
    assert!(
        !seen.is_empty()
            && seen
                .iter()
                .all(|operation| operation.agent == "WriterAgent")
    );
    let mut fleet = Fleet::new(5, SESSIONS_PER_HOUR);
    let broken = fleet.operations_between(start(), start().plus(minutes(1)), "agents: [");
    assert!(broken.is_err());
}

#[test]
fn each_way_to_fail_is_one_finding_whose_remedy_the_fleet_understands() {
    let findings = findings();
    let hazards: usize = FLEET
        .iter()
        .flat_map(|work| work.steps)
        .map(|step| step.hazards.len())
        .sum();
    assert_eq!(findings.len(), hazards, "{findings:#?}");
    assert!(findings.first().is_some_and(scenario::is_search_timeout));
    for finding in &findings {
        let guidance = remedies::remedy(finding).unwrap().guidance;
        let habits = Habits::of(&guidance);
        let hazard = hazard_of(finding);
        let helps = hazard.chance_given(&habits) < hazard.chance;
        assert!(
            finding.agents.len() == 1 && helps,
            "{finding:?}: {guidance}"
        );
    }
}

fn hazard_of(finding: &Finding) -> &'static Hazard {
    FLEET
        .iter()
        .flat_map(|work| work.steps)
        .filter(|step| step.tool == finding.tool)
        .flat_map(|step| step.hazards)
        .find(|hazard| hazard.category == finding.category)
        .unwrap()
}
