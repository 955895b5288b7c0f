//! Which names a change may touch.

use super::fold::fold;
use super::glob;
use super::hidden;
use super::rules::{Bounds, Rules};
use super::verdict::Refusal;

/// Judges one name of the diff, old or new.
pub(super) fn check(rules: &Rules, path: &str) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if let Some(danger) = unidiff::name_danger(path) {
        refusals.push(Refusal::new("path_unsafe", path, danger.explain()));
    }
    refusals.extend(check_sizes(&rules.limits, path));
    refusals.extend(
        path.split('/')
            .find_map(|component| check_component(path, component)),
    );
    if is_forbidden(rules, path) {
        refusals.push(Refusal::new(
            "path_forbidden",
            path,
            "this file is on the list of files that only people change by hand",
        ));
    } else if !rules
        .allowed_paths
        .iter()
        .any(|pattern| glob::matches(pattern, path))
    {
        refusals.push(Refusal::new(
            "path_not_allowed",
            path,
            format!(
                "this file is not among those that may change: {}",
                rules.allowed_paths.join(", ")
            ),
        ));
    }
    refusals
}

/// A forbidden name stays forbidden in every spelling, and so does everything below it.
fn is_forbidden(rules: &Rules, path: &str) -> bool {
    let folded = fold(path);
    rules.forbidden_paths.iter().any(|pattern| {
        let pattern = fold(pattern);
        glob::matches(&pattern, &folded) || glob::matches(&format!("{pattern}/**"), &folded)
    })
}

fn check_sizes(bounds: &Bounds, path: &str) -> Option<Refusal> {
    let longest = path.split('/').map(str::len).max().unwrap_or_default();
    if path.len() <= bounds.max_path_bytes && longest <= bounds.max_component_bytes {
        return None;
    }
    Some(Refusal::new(
        "path_too_long",
        path,
        format!(
            "the path may have {} bytes and each name in it {}; shorten it",
            bounds.max_path_bytes, bounds.max_component_bytes
        ),
    ))
}

/// Names that do not mean the same on every system.
fn check_component(path: &str, component: &str) -> Option<Refusal> {
    let refuse = |message: &str| Some(Refusal::new("path_unportable", path, message));
    if component
        .chars()
        .any(|letter| letter.is_control() || "\\:<>|?*\"".contains(letter))
    {
        return refuse("a name may hold no control character, backslash, colon or <>|?*\"");
    }
    if component.chars().any(hidden::is_hidden) {
        return refuse("a name may hold no invisible character");
    }
    if component.ends_with(['.', ' ']) {
        return refuse("a name may not end in a dot or a space");
    }
    if is_device(component) {
        return refuse("the name stands for a device on Windows");
    }
    if governs_git(component) {
        return refuse("the name stands for a file that changes how git treats others");
    }
    None
}

fn is_device(component: &str) -> bool {
    const DEVICES: [&str; 7] = ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];
    let stem = component
        .split('.')
        .next()
        .unwrap_or(component)
        .trim_end_matches(' ')
        .to_lowercase();
    let is_numbered = ["com", "lpt"].iter().any(|port| {
        let mut number = stem.strip_prefix(port).unwrap_or_default().chars();
        let digit = number.next();
        digit.is_some_and(|digit| digit.is_ascii_digit() || "¹²³".contains(digit))
            && number.next().is_none()
    });
    DEVICES.contains(&stem.as_str()) || is_numbered
}

fn governs_git(component: &str) -> bool {
    let folded = component.to_lowercase();
    let is_short_name = ["gitmod~", "gitatt~"]
        .iter()
        .any(|short| folded.starts_with(short));
    is_short_name || folded == ".gitmodules" || folded == ".gitattributes"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(path: &str) -> Vec<String> {
        check(&Rules::default(), path)
            .into_iter()
            .map(|refusal| refusal.code)
            .collect()
    }

    #[test]
    fn allowed_names_pass() {
        for path in [
            "agents/agents.yaml",
            "docs/a.md",
            "docs/deep/er/ü b.md",
            "docs/.gitkeep",
            "docs/context.md",
            "docs/com10.md",
            "docs/~x/a-b_c (1).md",
            "proposals/templates/bugfix.md",
        ] {
            assert!(codes(path).is_empty(), "{path}: {:?}", codes(path));
        }
    }

    #[test]
    fn forbidden_names_are_forbidden_in_every_spelling() {
        let names = [
            "docker-compose.yml",
            "Docker-Compose.YML",
            "agents/PROVISION.py",
            "Agents/provi\u{17f}ion.py",
            ".env",
            ".env/x",
            "system_contract.md",
        ];
        for path in names {
            assert!(codes(path).contains(&"path_forbidden".to_owned()), "{path}");
        }
    }

    #[test]
    fn every_other_name_is_refused() {
        for path in [
            "docker-compose.override.yml",
            "tests/conftest.py",
            "Docs/a.md",
            "agents/agents.yml",
            "agents/Agents.yaml",
            "docs",
            "README.md",
            "scheduler/crontab",
        ] {
            assert!(
                codes(path).contains(&"path_not_allowed".to_owned()),
                "{path}"
            );
        }
    }

    #[test]
    fn names_that_mean_something_else_elsewhere_are_refused() {
        for name in [
            "CON",
            "con.md",
            "aux .txt",
            "LPT1",
            "com¹",
            "nul.tar.gz",
            "CONIN$",
            "a:b",
            "a*",
            "a?",
            "a|b",
            "a<b",
            "a\"b",
            "a\u{1}",
            "a\u{85}",
            "a.",
            "a ",
            "a\u{202e}b",
            "a\u{200d}b",
            ".gitmodules",
            ".GitAttributes",
            "gitmod~1",
        ] {
            assert!(
                codes(&format!("docs/{name}")).contains(&"path_unportable".to_owned()),
                "{name}"
            );
            assert!(
                codes(&format!("docs/{name}/x.md")).contains(&"path_unportable".to_owned()),
                "{name}/"
            );
        }
        assert!(codes("docs/../x").contains(&"path_unsafe".to_owned()));
        assert!(codes(&format!("docs/{}", "a".repeat(101))).contains(&"path_too_long".to_owned()));
        assert!(codes(&format!("docs/{}", "a/".repeat(130))).contains(&"path_too_long".to_owned()));
    }
}
