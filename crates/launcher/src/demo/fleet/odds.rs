//! What the fleet's failures add up to: rates by persona, and the odds that the demo ends as told.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use tune_gateway::domain::verdict::{Counts, Thresholds, judge, ln_degraded};
use types::{
    Timestamp,
    event::{EventType, Operation},
};

use super::{BASELINE, Fleet, SEED, SESSIONS_PER_HOUR};
use crate::demo::{repository, scenario};

const RESEARCH: &str = scenario::AGENT;
const GUIDANCE: &str = "When a search times out, narrow the query and retry it once.";
/// Evidence that unchanged agents got worse too, from which a revert is held.
const CONTROL_LIMIT: f64 = 20.0;

/// Minutes between looks at a window. The gateway looks more often and so decides sooner.
const LOOK_EVERY: u64 = 5;

/// One session as the loop counts it.
struct Outcome {
    agent: String,
    started: Timestamp,
    ended: Timestamp,
    failed: bool,
}

fn start() -> Timestamp {
    "2026-01-10T00:00:00Z".parse().unwrap()
}

fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}

fn with_guidance(guidance: &str) -> String {
    scenario::append_to_persona(repository::agents_yaml(), RESEARCH, guidance).unwrap()
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
    let harmful = scenario::harmful_edit(&with_guidance(GUIDANCE)).unwrap();
    let harmful_alone = scenario::harmful_edit(repository::agents_yaml()).unwrap();
    let table = [
        (repository::agents_yaml().to_owned(), 0.20..0.25),
        (with_guidance(GUIDANCE), 0.07..0.10),
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
fn failures_recur_in_patterns_and_their_texts_differ() {
    let all = operations(5, Duration::from_hours(24), repository::agents_yaml());
    let mut patterns: BTreeMap<(&str, &str), HashSet<&str>> = BTreeMap::new();
    for operation in all.iter().filter(|it| it.event_type == EventType::ToolCall) {
        if let (Some(tool), Some(code)) = (&operation.tool, &operation.error_code) {
            let texts = patterns.entry((tool, code)).or_default();
            texts.insert(operation.error_message.as_deref().unwrap());
        }
        assert_eq!(operation.success, operation.error_code.is_none());
    }
    assert_eq!(patterns.len(), 10, "{:?}", patterns.keys());
    assert!(patterns.values().all(|texts| texts.len() >= 3));
}

/// How the two changes went.
#[derive(Debug)]
struct Course {
    /// Whether the good change was proven stable after an hour, and never suspected before.
    kept: bool,
    /// After how many minutes the harmful change was proven to be.
    reverted_after: Option<u64>,
    /// Whether the other agents seemed to get worse at that moment, which holds the revert.
    held: bool,
}

/// What the fleet of one seed would do under each of the three texts.
struct World {
    plain: Vec<Outcome>,
    helped: Vec<Outcome>,
    harmed: Vec<Outcome>,
}

impl World {
    fn of(seed: u64, span: Duration) -> Self {
        let helped = with_guidance(GUIDANCE);
        let harmed = scenario::harmful_edit(&helped).unwrap();
        let run = |agents_yaml: &str| outcomes(&operations(seed, span, agents_yaml));
        Self {
            plain: run(repository::agents_yaml()),
            helped: run(&helped),
            harmed: run(&harmed),
        }
    }

    /// Deploys the good change at `first`, the harmful one at `second`.
    fn course(&self, first: Timestamp, second: Timestamp) -> Course {
        let changed = |outcome: &Outcome| outcome.agent == RESEARCH;
        let plain = counts(ended_before(&self.plain, first).filter(|it| changed(it)));
        let reverted_after = (LOOK_EVERY..=60)
            .step_by(LOOK_EVERY as usize)
            .find(|minute| {
                let until = second.plus(minutes(*minute));
                let after = counts(between(&self.harmed, second, until).filter(|it| changed(it)));
                judge(plain, after).ln_e_revert >= Thresholds::default().revert.ln()
            });
        let until = second.plus(minutes(reverted_after.unwrap_or(60)));
        let before = counts(ended_before(&self.plain, second).filter(|it| !changed(it)));
        let control = counts(between(&self.harmed, second, until).filter(|it| !changed(it)));
        Course {
            kept: self.is_kept(plain, first),
            reverted_after,
            held: ln_degraded(before, control) >= CONTROL_LIMIT.ln(),
        }
    }

    fn is_kept(&self, plain: Counts, deployed: Timestamp) -> bool {
        let limits = Thresholds::default();
        let at = |minute: u64| {
            let until = deployed.plus(minutes(minute));
            let research = |it: &&Outcome| it.agent == RESEARCH;
            judge(
                plain,
                counts(between(&self.helped, deployed, until).filter(research)),
            )
        };
        let suspected = (LOOK_EVERY..=60)
            .step_by(LOOK_EVERY as usize)
            .any(|minute| {
                let evidence = at(minute);
                evidence.ln_e_revert.max(evidence.ln_e_degraded) >= limits.degraded.ln()
            });
        let proven = at(60)
            .ln_f_stable
            .is_some_and(|ln_f| ln_f >= limits.stable.ln());
        proven && !suspected
    }
}

fn ended_before(all: &[Outcome], moment: Timestamp) -> impl Iterator<Item = &Outcome> {
    all.iter().filter(move |outcome| outcome.ended < moment)
}

fn between(all: &[Outcome], from: Timestamp, to: Timestamp) -> impl Iterator<Item = &Outcome> {
    all.iter()
        .filter(move |outcome| outcome.started >= from && outcome.ended < to)
}

fn assert_ends_as_told(world: &World, first: Timestamp, second: Timestamp, seed: u64) {
    let course = world.course(first, second);
    let in_time = course.reverted_after.is_some_and(|minute| minute <= 30);
    assert!(
        course.kept && in_time && !course.held,
        "seed {seed}, {first} and {second}: {course:?}"
    );
}

#[test]
fn with_the_seed_of_the_demo_it_ends_as_told_whenever_the_changes_are_deployed() {
    let world = World::of(SEED, BASELINE + Duration::from_hours(6));
    let begun = start().plus(BASELINE);
    for minute in (0..180).step_by(15) {
        let first = begun.plus(minutes(minute));
        for pause in [61, 90] {
            assert_ends_as_told(&world, first, first.plus(minutes(pause)), SEED);
        }
    }
}

#[test]
fn with_other_seeds_it_ends_as_told_too() {
    for seed in 100..104 {
        let world = World::of(seed, BASELINE + Duration::from_hours(3));
        let first = start().plus(BASELINE);
        assert_ends_as_told(&world, first, first.plus(minutes(75)), seed);
    }
}
