//! The listing of all proposals.

use types::{
    ProposalId, Timestamp,
    analysis::{ProposalCategory, Severity},
    proposal::ProposalStatus,
};

use crate::domain::case::short;

/// A proposal in the listing.
#[derive(Clone, Debug)]
pub(crate) struct IndexLine {
    pub(crate) id: ProposalId,
    pub(crate) status: ProposalStatus,
    pub(crate) severity: Severity,
    pub(crate) category: ProposalCategory,
    pub(crate) title: String,
    pub(crate) markdown_path: String,
    pub(crate) created_at: Timestamp,
}

const NOTE: &str = "# Proposals\n\nGenerated with every change of a proposal; edits are lost.\n\n";

/// The groups, in the order in which they want attention.
const GROUPS: [(&str, &[ProposalStatus]); 4] = [
    ("Waiting for review", &[ProposalStatus::Pending]),
    ("Stopped", &[ProposalStatus::Blocked, ProposalStatus::Stale]),
    ("Under way", &[ProposalStatus::Approved]),
    (
        "Closed",
        &[
            ProposalStatus::Implemented,
            ProposalStatus::Reverted,
            ProposalStatus::Rejected,
        ],
    ),
];

/// The listing; `older` proposals are not in `lines`.
pub(crate) fn index(lines: &[IndexLine], older: u64) -> String {
    let mut out = NOTE.to_owned();
    for (title, statuses) in GROUPS {
        let members: Vec<&IndexLine> = lines
            .iter()
            .filter(|line| statuses.contains(&line.status))
            .collect();
        if members.is_empty() {
            continue;
        }
        out.push_str(&format!("## {title}\n\n"));
        out.push_str("| ID | Created | Status | Severity | Category | Title |\n");
        out.push_str("|---|---|---|---|---|---|\n");
        for line in members {
            out.push_str(&row(line));
        }
        out.push('\n');
    }
    if lines.is_empty() {
        out.push_str("There are none.\n");
    }
    if older > 0 {
        out.push_str(&format!("{older} older ones are in the folders.\n"));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn row(line: &IndexLine) -> String {
    let link = line
        .markdown_path
        .strip_prefix("proposals/")
        .unwrap_or(&line.markdown_path);
    format!(
        "| [{}]({link}) | {} | {} | {} | {} | {} |\n",
        short(&line.id.to_string()),
        line.created_at.date(),
        line.status.name(),
        line.severity.name(),
        line.category.name(),
        cell(&line.title),
    )
}

/// A title that cannot leave its cell or become a link or a tag.
fn cell(title: &str) -> String {
    let mut out = String::with_capacity(title.len());
    for character in title.chars() {
        if "\\|[]<>`*_!".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(title: &str, status: ProposalStatus) -> IndexLine {
        IndexLine {
            id: "a1b2c3d4-0000-4000-8000-000000000001".parse().unwrap(),
            status,
            severity: Severity::High,
            category: ProposalCategory::Bugfix,
            title: title.to_owned(),
            markdown_path: "proposals/2026/01/a1b2c3d4-x.md".to_owned(),
            created_at: "2026-01-10T12:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn what_waits_for_a_person_comes_first() {
        let lines = [
            line("Kept", ProposalStatus::Implemented),
            line("New", ProposalStatus::Pending),
        ];
        let text = index(&lines, 3);
        let place = |what: &str| text.find(what).unwrap();
        assert!(place("## Waiting for review") < place("## Closed"));
        let row =
            "| [a1b2c3d4](2026/01/a1b2c3d4-x.md) | 2026-01-10 | pending | high | bugfix | New |";
        assert!(text.contains(row), "{text}");
        assert!(text.ends_with("3 older ones are in the folders.\n"));
        assert!(index(&[], 0).ends_with("There are none.\n"));
    }

    #[test]
    fn a_title_stays_in_its_cell() {
        let text = index(&[line("a | b [x](y) <b>", ProposalStatus::Pending)], 0);
        assert!(text.contains("| a \\| b \\[x\\](y) \\<b\\> |"), "{text}");
    }
}
