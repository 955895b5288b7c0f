//! Path patterns: names, `*` inside a name, `**` for any number of names.

/// Whether `pattern` is one that [`matches`] understands.
pub(super) fn is_pattern(pattern: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name != "." && name != "..";
    let stars_stand_alone = |name: &str| !name.contains("**") || name == "**";
    pattern
        .split('/')
        .all(|name| is_name(name) && stars_stand_alone(name))
}

/// Whether the whole of `path` fits `pattern`. A `**` at the end stands for at least one name.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    match_names(&pattern, &path)
}

fn match_names(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], rest) => rest.is_empty(),
        (["**"], rest) => !rest.is_empty(),
        (["**", after @ ..], rest) => (0..=rest.len()).any(|skipped| {
            rest.get(skipped..)
                .is_some_and(|rest| match_names(after, rest))
        }),
        ([first, after @ ..], [name, rest @ ..]) => {
            match_name(first, name) && match_names(after, rest)
        }
        (_, []) => false,
    }
}

fn match_name(pattern: &str, name: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(rest) = name.strip_prefix(head) else {
        return false;
    };
    let starts = rest
        .char_indices()
        .map(|(start, _)| start)
        .chain([rest.len()]);
    starts
        .into_iter()
        .any(|start| rest.get(start..).is_some_and(|rest| match_name(tail, rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_whole_paths() {
        let table = [
            ("docs/**", "docs/a.md", true),
            ("docs/**", "docs/a/b.md", true),
            ("docs/**", "docs", false),
            ("docs/**", "Docs/a.md", false),
            ("docs/**", "docsx/a.md", false),
            ("**/x.md", "x.md", true),
            ("**/x.md", "a/b/x.md", true),
            ("docs/*.md", "docs/a.md", true),
            ("docs/*.md", "docs/a/b.md", false),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abde", false),
            ("agents/agents.yaml", "agents/agents.yaml", true),
            ("agents/agents.yaml", "agents/agents.yaml/x", false),
        ];
        for (pattern, path, expected) in table {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
