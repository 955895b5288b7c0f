//! Paths: where a proposal's file is, and which paths need two persons.

use types::{ProposalId, Timestamp};

/// The longest readable part of a file name.
const SLUG_CHARACTERS: usize = 48;

/// `proposals/YYYY/MM/<uuid>-short-title.md`, by the calendar of UTC.
pub(crate) fn markdown_path(id: ProposalId, title: &str, created_at: Timestamp) -> String {
    let month = created_at.zoned().strftime("%Y/%m").to_string();
    format!("proposals/{month}/{id}-{}.md", slug(title))
}

fn slug(title: &str) -> String {
    let mut out = String::new();
    for word in title.split(|character: char| !character.is_ascii_alphanumeric()) {
        let room = SLUG_CHARACTERS.saturating_sub(out.len() + 1);
        if word.is_empty() {
            continue;
        }
        if room < word.len() && !out.is_empty() {
            break;
        }
        if !out.is_empty() {
            out.push('-');
        }
        out.extend(
            word.chars()
                .take(SLUG_CHARACTERS)
                .map(|letter| letter.to_ascii_lowercase()),
        );
    }
    if out.is_empty() {
        "proposal".to_owned()
    } else {
        out
    }
}

/// Whether a path is what a pattern names: `*` is anything within a folder, `**` anything at all,
/// `?` one character within a folder.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let path: Vec<char> = path.chars().collect();
    let mut reachable = vec![false; path.len() + 1];
    reachable[0] = true;
    let mut index = 0;
    while index < pattern.len() {
        let double = pattern[index] == '*' && pattern.get(index + 1) == Some(&'*');
        reachable = match pattern[index] {
            '*' => spread(&reachable, |at| double || path[at] != '/'),
            '?' => advance(&reachable, |at| path[at] != '/'),
            literal => advance(&reachable, |at| path[at] == literal),
        };
        index += if double { 2 } else { 1 };
    }
    reachable.last().copied().unwrap_or(false)
}

/// The places reachable by any number of characters that `may` be passed.
fn spread(from: &[bool], may: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut out = from.to_vec();
    for at in 1..out.len() {
        out[at] = out[at] || (out[at - 1] && may(at - 1));
    }
    out
}

/// The places reachable by exactly one character that `may` be passed.
fn advance(from: &[bool], may: impl Fn(usize) -> bool) -> Vec<bool> {
    (0..from.len())
        .map(|at| at != 0 && from[at - 1] && may(at - 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_month_id_and_title() {
        let id: ProposalId = "a1b2c3d4-0000-4000-8000-000000000001".parse().unwrap();
        let at: Timestamp = "2026-01-31T23:30:00-02:00".parse().unwrap();
        assert_eq!(
            markdown_path(id, "Increase web_search's timeout!", at),
            format!("proposals/2026/02/{id}-increase-web-search-s-timeout.md")
        );
    }

    #[test]
    fn the_readable_part_is_short_plain_and_never_empty() {
        for (title, expected) in [
            ("", "proposal"),
            ("../../etc/passwd", "etc-passwd"),
            ("Über ämter", "ber-mter"),
            ("修复", "proposal"),
            (
                "one two three four five six seven eight nine ten eleven twelve",
                "one-two-three-four-five-six-seven-eight-nine-ten",
            ),
        ] {
            assert_eq!(slug(title), expected);
        }
        assert_eq!(slug(&"a".repeat(300)).len(), SLUG_CHARACTERS);
    }

    #[test]
    fn stars_stay_within_a_folder_and_double_stars_do_not() {
        for (pattern, path, expected) in [
            ("agents/*.yaml", "agents/agents.yaml", true),
            ("agents/*.yaml", "agents/old/agents.yaml", false),
            ("agents/**", "agents/old/agents.yaml", true),
            ("**/agents.yaml", "a/b/agents.yaml", true),
            ("docs/?.md", "docs/a.md", true),
            ("docs/?.md", "docs//.md", false),
            ("", "", true),
            ("", "a", false),
            ("scheduled_tasks.yaml", "scheduled_tasks.yaml", true),
            ("**", "anything/at/all", true),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
