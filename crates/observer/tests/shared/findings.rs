//! Findings on events whose recurring failures a person has marked.

use std::{collections::BTreeSet, sync::Arc};

use observer::domain::findings::{Analysis, Location};

use super::{read, shared};

/// The recurring failures of a file of events: each is the set of its lines.
type Labels = &'static [&'static [u64]];

const TAU_BENCH: Labels = &[
    // The payment does not add up.
    &[5, 84, 324, 399, 401, 403, 420, 519],
    // The flight is not available on that date.
    &[96, 97, 100, 101, 102, 103, 430],
    // The gift card does not suffice.
    &[33, 35, 36, 502, 504, 505],
    // Not enough seats, on an update.
    &[32, 116, 372, 448, 449],
    // A certificate cannot be used there.
    &[37, 482, 503],
];

const CLAUDE_CODE: Labels = &[
    // The commit is refused while the type checker finds a pattern that can never match.
    &[210, 227, 230, 233, 236, 239, 241],
];

const TOOLBENCH: Labels = &[
    // A function that does not exist.
    &[19, 20, 21, 22, 24, 25, 26, 27, 32, 33, 36, 38, 39],
    // The service has nothing but "message error" to say.
    &[46, 47, 48, 50, 51, 56, 59, 60, 63, 65, 66],
    // Redirects without end.
    &[
        68, 70, 72, 74, 77, 79, 81, 82, 83, 85, 87, 88, 91, 92, 96, 100, 102, 105, 107, 110,
    ],
];

const WHO_AND_WHEN: Labels = &[
    // A name that was never defined.
    &[6, 13, 21, 34, 108, 127],
    // A search that gave nothing is gone through all the same.
    &[12, 26, 78, 101, 107],
    // A file that is not there.
    &[81, 82, 117],
    // Code that starts with an indentation.
    &[80, 85, 111],
];

#[test]
fn findings_are_the_failures_that_a_person_would_name() {
    for (source, labels, whole_tasks) in [
        ("tau_bench", TAU_BENCH, true),
        ("claude_code", CLAUDE_CODE, false),
        ("toolbench", TOOLBENCH, false),
        ("who_and_when", WHO_AND_WHEN, true),
        ("swe_agent", &[], false),
        ("otel", &[], false),
    ] {
        let file: Arc<str> = source.into();
        let mut analysis = Analysis::default();
        for parsed in read(&shared(&format!("telemetry/events/{source}.jsonl"))) {
            let place = Location {
                file: file.clone(),
                line: parsed.line,
                index: parsed.index,
            };
            analysis.observe(&parsed.operation, place);
        }
        let mut found: BTreeSet<Vec<u64>> = BTreeSet::new();
        let mut failed_tasks = 0;
        for finding in analysis.findings() {
            match finding.finding.category.as_str() {
                "wrong_outcome" | "wrong_answer" => failed_tasks += 1,
                _ if finding.finding.count < 3 => {}
                _ => {
                    found.insert(finding.events.iter().map(|event| event.line).collect());
                }
            }
        }
        let expected: BTreeSet<Vec<u64>> = labels.iter().map(|lines| lines.to_vec()).collect();
        assert_eq!(found, expected, "{source}");
        assert_eq!(failed_tasks, usize::from(whole_tasks), "{source}");
    }
}

#[test]
fn failed_tasks_are_told_apart_by_task_and_by_running_out_of_time() {
    let mut analysis = Analysis::default();
    for parsed in read(&shared("telemetry/events/agbenchmark.jsonl")) {
        let place = Location {
            file: "agbenchmark".into(),
            line: parsed.line,
            index: parsed.index,
        };
        analysis.observe(&parsed.operation, place);
    }
    let findings = analysis.findings();
    let counts: Vec<_> = findings
        .iter()
        .filter(|one| one.finding.tool == "run_task:TestRememberGoal_Simple")
        .map(|one| (one.finding.category.as_str(), one.finding.count))
        .collect();
    assert_eq!(counts, [("assertion", 27), ("timeout", 22)]);
}
