//! The odds that the demo ends as told, by the gateway's own rule.

use tune_gateway::domain::verdict::{Thresholds, judge, ln_degraded};

use super::*;
use crate::demo::fleet::BASELINE;

/// Evidence that unchanged agents got worse too, from which a revert is held.
const CONTROL_LIMIT: f64 = 20.0;

/// Minutes between looks at a window. The gateway looks more often and so decides sooner.
const LOOK_EVERY: u64 = 5;

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
        let helped = with_guidance(&remedy());
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
