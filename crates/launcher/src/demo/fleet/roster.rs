//! Who works in the fleet, at what, and how often it goes wrong: tables, no code.
//!
//! An agent that is told nothing fails as often as `chance` says; `influences` say how a habit
//! changes that. What comes out for whole tasks is in the tests of the fleet.

use super::{
    accident,
    habit::Habit,
    work::{Hazard, Influence, Step, Work},
};

/// The fleet. No two agents share a way to fail, so that what is found can be put down to one.
pub(super) const FLEET: &[Work] = &[RESEARCH, WRITING, PLANNING, EVALUATION];

const RESEARCH: Work = Work {
    agent: "ResearchAgent",
    task_name: "research-brief",
    share: 0.6,
    steps: &[
        Step {
            tool: "web_search",
            task_class: "find-sources",
            least_calls: 2,
            most_calls: 3,
            latency_ms: 1_400.0,
            hazards: &[
                Hazard {
                    code: "TIMEOUT",
                    category: "timeout",
                    chance: 0.17,
                    influences: &[
                        influence(Habit::NarrowQuery, 0.3, 1.6),
                        influence(Habit::AllowTime, 0.6, 1.2),
                    ],
                    latency_ms: 30_000.0,
                    retry_helps: 0.8,
                    fatal: 0.5,
                    message: accident::search_timeout,
                },
                Hazard {
                    code: "HTTP_429",
                    category: "rate_limit",
                    chance: 0.02,
                    influences: &[influence(Habit::OneAtATime, 0.2, 2.0)],
                    latency_ms: 120.0,
                    retry_helps: 0.6,
                    fatal: 0.3,
                    message: accident::search_quota,
                },
            ],
        },
        Step {
            tool: "fetch_page",
            task_class: "read-source",
            least_calls: 1,
            most_calls: 3,
            latency_ms: 900.0,
            hazards: &[],
        },
        Step {
            tool: "submit_brief",
            task_class: "deliver-brief",
            least_calls: 1,
            most_calls: 1,
            latency_ms: 2_500.0,
            hazards: &[Hazard {
                code: "REJECTED",
                category: "wrong_result",
                chance: 0.08,
                influences: &[influence(Habit::VerifyBeforeAnswer, 0.4, 4.4)],
                latency_ms: 2_500.0,
                retry_helps: 0.0,
                fatal: 1.0,
                message: accident::brief_rejected,
            }],
        },
    ],
};

const WRITING: Work = Work {
    agent: "WriterAgent",
    task_name: "document-update",
    share: 0.16,
    steps: &[
        Step {
            tool: "read_file",
            task_class: "read-document",
            least_calls: 1,
            most_calls: 3,
            latency_ms: 40.0,
            hazards: &[Hazard {
                code: "ENOENT",
                category: "not_found",
                chance: 0.06,
                influences: &[influence(Habit::CheckExists, 0.2, 2.0)],
                latency_ms: 8.0,
                retry_helps: 0.0,
                fatal: 0.25,
                message: accident::file_missing,
            }],
        },
        Step {
            tool: "edit_doc",
            task_class: "change-document",
            least_calls: 1,
            most_calls: 3,
            latency_ms: 120.0,
            hazards: &[Hazard {
                code: "NO_MATCH",
                category: "edit_mismatch",
                chance: 0.05,
                influences: &[influence(Habit::ReadBeforeEdit, 0.2, 3.0)],
                latency_ms: 60.0,
                retry_helps: 0.1,
                fatal: 0.25,
                message: accident::edit_mismatch,
            }],
        },
        Step {
            tool: "write_doc",
            task_class: "save-document",
            least_calls: 1,
            most_calls: 1,
            latency_ms: 180.0,
            hazards: &[],
        },
    ],
};

const PLANNING: Work = Work {
    agent: "PlannerAgent",
    task_name: "goal-breakdown",
    share: 0.12,
    steps: &[
        Step {
            tool: "plan_task",
            task_class: "plan",
            least_calls: 1,
            most_calls: 2,
            latency_ms: 3_200.0,
            hazards: &[Hazard {
                code: "EXIT_1",
                category: "type_error",
                chance: 0.06,
                influences: &[
                    influence(Habit::ReadError, 0.4, 1.5),
                    influence(Habit::VerifyBeforeAnswer, 0.6, 1.5),
                ],
                latency_ms: 1_900.0,
                retry_helps: 0.2,
                fatal: 0.6,
                message: accident::plan_crashed,
            }],
        },
        Step {
            tool: "assign_task",
            task_class: "assign",
            least_calls: 2,
            most_calls: 4,
            latency_ms: 90.0,
            hazards: &[],
        },
    ],
};

const EVALUATION: Work = Work {
    agent: "EvalAgent",
    task_name: "delivery-score",
    share: 0.12,
    steps: &[
        Step {
            tool: "run_tests",
            task_class: "check-delivery",
            least_calls: 1,
            most_calls: 2,
            latency_ms: 4_800.0,
            hazards: &[Hazard {
                code: "EXIT_1",
                category: "test_failure",
                chance: 0.05,
                influences: &[influence(Habit::ReadError, 0.4, 1.5)],
                latency_ms: 4_600.0,
                retry_helps: 0.1,
                fatal: 0.6,
                message: accident::check_failed,
            }],
        },
        Step {
            tool: "score_run",
            task_class: "score-delivery",
            least_calls: 1,
            most_calls: 1,
            latency_ms: 700.0,
            hazards: &[Hazard {
                code: "INVALID_JSON",
                category: "syntax_error",
                chance: 0.03,
                influences: &[influence(Habit::VerifyBeforeAnswer, 0.3, 2.0)],
                latency_ms: 650.0,
                retry_helps: 0.6,
                fatal: 0.5,
                message: accident::score_unreadable,
            }],
        },
    ],
};

const fn influence(habit: Habit, adopted: f64, dropped: f64) -> Influence {
    Influence {
        habit,
        adopted,
        dropped,
    }
}
