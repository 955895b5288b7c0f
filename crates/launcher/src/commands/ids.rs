//! Ids as people type them: whole, or their first digits where those are enough.

use std::fmt::Display;

use clients::{ProposalFilter, WindowFilter};
use types::{ProposalId, WindowId, proposal::ProposalSummary, window::MonitoringWindow};

use crate::{connection::Connection, failure::Failure};

/// The one thing that what was typed begins the id of.
fn chosen<'known, T>(
    typed: &str,
    what: &str,
    known: &'known [T],
    id: impl Fn(&T) -> String,
    title: impl Fn(&T) -> String,
) -> Result<&'known T, Failure> {
    let typed = typed.to_ascii_lowercase();
    let fitting: Vec<&T> = known
        .iter()
        .filter(|one| id(one).starts_with(&typed))
        .collect();
    match fitting.as_slice() {
        [] => Err(Failure::failed(format!("there is no {what} {typed}"))),
        [one] => Ok(one),
        several => {
            let candidates: String = several
                .iter()
                .map(|one| format!("\n  {}  {}", id(one), title(one)))
                .collect();
            Err(Failure::Refused(format!(
                "{typed} is the beginning of several; give more digits of one of these:{candidates}"
            )))
        }
    }
}

/// The proposal that what was typed stands for.
pub(super) async fn proposal(to: &Connection, typed: &str) -> Result<ProposalId, Failure> {
    if let Ok(id) = typed.parse() {
        return Ok(id);
    }
    let known = all_proposals(to).await?;
    let found = chosen(
        typed,
        "proposal",
        &known,
        |one| one.id.to_string(),
        |one| format!("{} ({})", one.title, one.status.name()),
    );
    Ok(found?.id)
}

async fn all_proposals(to: &Connection) -> Result<Vec<ProposalSummary>, Failure> {
    let mut all = Vec::new();
    let mut filter = ProposalFilter::default();
    loop {
        let page = to.proposals().list(&filter).await?;
        all.extend(page.data);
        match page.next_cursor {
            Some(cursor) => filter.cursor = Some(cursor),
            None => return Ok(all),
        }
    }
}

/// The window that what was typed stands for.
pub(super) async fn window(to: &Connection, typed: &str) -> Result<WindowId, Failure> {
    if let Ok(id) = typed.parse() {
        return Ok(id);
    }
    let known = all_windows(to).await?;
    let title = |one: &MonitoringWindow| format!("{} ({})", one.agent_name, one.status.name());
    let found = chosen(typed, "window", &known, |one| one.id.to_string(), title);
    Ok(found?.id)
}

async fn all_windows(to: &Connection) -> Result<Vec<MonitoringWindow>, Failure> {
    let mut all = Vec::new();
    let mut filter = WindowFilter::default();
    loop {
        let page = to.gateway().windows(&filter).await?;
        all.extend(page.data);
        match page.next_cursor {
            Some(cursor) => filter.cursor = Some(cursor),
            None => return Ok(all),
        }
    }
}

/// The key that what was typed stands for.
pub(super) fn key(typed: &str, known: &[String]) -> Result<String, Failure> {
    chosen(typed, "key", known, String::clone, |_| String::new()).cloned()
}

/// The finding that what was typed stands for.
pub(super) fn finding(typed: &str, known: &[String]) -> Result<String, Failure> {
    chosen(typed, "finding", known, String::clone, |_| String::new()).cloned()
}

/// What a value is called in a sentence, or a dash.
pub(super) fn or_dash(value: Option<impl Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_digits_stand_for_the_only_id_that_begins_with_them() {
        let known = ["1a2b3c".to_owned(), "1a9f00".to_owned()];
        assert_eq!(key("1a2", &known).unwrap(), "1a2b3c");
        assert_eq!(key("1A9", &known).unwrap(), "1a9f00");
        let none = key("ff", &known).unwrap_err();
        assert_eq!(none.exit_code(), 1);
        let both = key("1a", &known).unwrap_err();
        assert_eq!(both.exit_code(), 3);
        let said = both.to_string();
        assert!(known.iter().all(|id| said.contains(id)), "{said}");
    }
}
