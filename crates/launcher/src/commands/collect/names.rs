//! What rotation calls the files that it puts aside.

use std::path::{Path, PathBuf};

/// Files that end so were packed.
const PACKED: [&str; 5] = [".gz", ".xz", ".bz2", ".zst", ".zip"];
/// What an old file is called that is neither numbered nor dated.
const OLD: [&str; 3] = ["old", "bak", "prev"];
/// A date has at least so many digits.
const DATE_DIGITS: usize = 6;

/// The names that a file may have had before it was put aside under its present one: `a.log` for
/// `a.log.1`, `a.log-20260110` and `a.log.old`, also for `a.1.log` and `a-20260110.log`.
pub(super) fn former_names(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.filter(|name| !PACKED.iter().any(|end| name.ends_with(end)));
    let name = name.unwrap_or_default();
    let cuts = name.match_indices(['.', '-', '_']);
    cuts.flat_map(|(at, separator)| names_at(&name[..at], separator, &name[at + 1..]))
        .map(|former| path.with_file_name(former))
        .collect()
}

fn names_at(start: &str, separator: &str, rest: &str) -> Vec<String> {
    let is_mark = |text: &str| match separator {
        "." => text.starts_with(|one: char| one.is_ascii_digit()) || OLD.contains(&text),
        // `agent-2.log` is another agent's.
        _ => is_date(text),
    };
    let mut names = Vec::new();
    if start.is_empty() {
        return names;
    }
    if is_mark(rest) {
        names.push(start.to_owned());
    }
    if let Some((mark, ending)) = rest.rsplit_once('.')
        && is_mark(mark)
    {
        names.push(format!("{start}.{ending}"));
    }
    names
}

fn is_date(text: &str) -> bool {
    let digits = text.chars().take_while(|one| !one.is_ascii_alphabetic());
    DATE_DIGITS <= digits.filter(char::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_files_are_named_after_what_they_were() {
        for (path, name, expected) in [
            ("/l/a.log.1", "a.log", true),
            ("/l/a.log.old", "a.log", true),
            ("/l/a.log.12.newer", "a.log", true),
            ("/l/a.log-20260110", "a.log", true),
            ("/l/a.log.2026-01-10_14", "a.log", true),
            ("/l/a-2026-01-10T14.log", "a.log", true),
            ("/l/a.1.log", "a.log", true),
            ("/l/agent", "agent", false),
            ("/l/agent-2.log", "agent.log", false),
            ("/l/a-errors.log", "a.log", false),
            ("/l/a.log.lock", "a.log", false),
            ("/l/a.log.1.gz", "a.log", false),
            ("/l/.1", "", false),
        ] {
            let names = former_names(Path::new(path));
            let is_named_after = names.contains(&Path::new("/l").join(name));
            assert_eq!(is_named_after, expected, "{path}: {names:?}");
        }
    }
}
