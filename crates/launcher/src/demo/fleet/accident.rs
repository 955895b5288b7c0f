//! The texts that failing calls leave behind: one pattern each, with parts that vary, and with
//! addresses, paths and keys in them that must never be stored.

use super::draws::Draws;

const TOPICS: [&str; 12] = [
    "copper price outlook",
    "lithium stocks exchange warehouses",
    "port congestion northern europe",
    "battery label rules",
    "grid storage tenders",
    "container freight index",
    "nickel supply forecast",
    "cathode recycling yield",
    "shipping insurance premiums",
    "transformer lead times",
    "rare earth export licences",
    "warehouse automation survey",
];

/// What a search is about.
pub(super) fn topic(draws: &mut Draws) -> &'static str {
    draws.pick(TOPICS)
}

/// A search that matched too much.
pub(super) fn search_timeout(draws: &mut Draws) -> String {
    let query = topic(draws).replace(' ', "+");
    let page = draws.between(1, 9);
    let host = draws.between(2, 250);
    format!(
        "Request to https://search.example.com/v1/query?q={query}&page={page} timed out after 30s \
         (peer 203.0.113.{host}:443)"
    )
}

/// A quota used up; the service repeats the key it was called with.
pub(super) fn search_quota(draws: &mut Draws) -> String {
    let key = draws.letters(40);
    let seconds = draws.between(5, 59);
    format!(
        "HTTP 429 Too Many Requests from https://search.example.com/v1/query: quota exceeded for \
         api_key=sk-{key}, retry after {seconds}s"
    )
}

/// A brief that says what it cannot show.
pub(super) fn brief_rejected(draws: &mut Draws) -> String {
    let claims = draws.between(6, 12);
    let missing = draws.between(2, 5);
    format!("review rejected the brief: {missing} of {claims} claims name no source")
}

/// A document that was moved.
pub(super) fn file_missing(draws: &mut Draws) -> String {
    let number = draws.between(1000, 9999);
    let folder = draws.pick(["notes", "drafts", "reports"]);
    format!("ENOENT: no such file or directory, open '/srv/harbour/docs/{folder}/{number}.md'")
}

/// An edit of a text that reads otherwise by now.
pub(super) fn edit_mismatch(draws: &mut Draws) -> String {
    let number = draws.between(1000, 9999);
    let line = draws.between(3, 240);
    format!(
        "edit_doc docs/drafts/{number}.md\n\
         near line {line}\n\
         Error: the text to replace was not found (0 matches)\n\
         the document was left as it was"
    )
}

/// A plan with a hole, told by the planner's own code.
pub(super) fn plan_crashed(draws: &mut Draws) -> String {
    let task = draws.between(2, 40);
    let run = draws.between(1000, 9999);
    format!(
        "planning run {run}\n\
         Traceback (most recent call last):\n  \
         File \"/srv/harbour/planner/order.py\", line 88, in order\n    \
         after = tasks[{task}][\"depends_on\"]\n\
         KeyError: 'depends_on'\n\
         plan_task: exit status 1"
    )
}

/// A delivery that fails one of its checks.
pub(super) fn check_failed(draws: &mut Draws) -> String {
    let passed = draws.between(20, 60);
    let hundredths = draws.between(10, 48);
    format!(
        "{passed} checks ran in 3.{hundredths}s\n\
         FAILED checks/test_totals.py::test_sums_match - AssertionError: 0.{hundredths} != 0.5\n\
         1 failed, {passed} passed\n\
         run_tests: exit status 1"
    )
}

/// A score that is not JSON.
pub(super) fn score_unreadable(draws: &mut Draws) -> String {
    let column = draws.between(2, 400);
    format!("score is not valid JSON: expected ',' or '}}' at line 1 column {column}")
}
