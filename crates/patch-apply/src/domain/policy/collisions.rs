//! Names of the result that some file system cannot keep apart.

use std::collections::BTreeMap;

use unidiff::{Base, FileResult, ReadError};

use super::fold::fold;
use super::verdict::Refusal;

/// Finds new names that differ from others of the result in case or composition alone.
pub(super) fn check(results: &[FileResult], base: &impl Base) -> Result<Vec<Refusal>, ReadError> {
    let made = results
        .iter()
        .filter(|result| result.old.is_none())
        .map(|result| result.path.as_str());
    let mut refusals = Vec::new();
    let mut spellings: BTreeMap<String, &str> = BTreeMap::new();
    for path in made {
        for prefix in prefixes(path) {
            let first = *spellings.entry(fold(prefix)).or_insert(prefix);
            if first != prefix {
                refusals.push(collision(path, first));
            }
            if let Some(other) = collides(results, base, prefix)? {
                refusals.push(collision(path, &other));
            }
        }
    }
    Ok(refusals)
}

fn collision(path: &str, other: &str) -> Refusal {
    Refusal::new(
        "path_collision",
        path,
        format!("on some systems this name is the same as {other}; choose another one"),
    )
}

/// The path itself and every folder above it, outermost first.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    let folders = path
        .match_indices('/')
        .filter_map(|(end, _)| path.get(..end));
    folders.chain([path])
}

/// Something beside `path` in the base that folds alike and is still there afterwards.
fn collides(
    results: &[FileResult],
    base: &impl Base,
    path: &str,
) -> Result<Option<String>, ReadError> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folded = fold(name);
    let is_alike = |other: &str| match name.is_ascii() && other.is_ascii() {
        true => name.eq_ignore_ascii_case(other),
        false => fold(other) == folded,
    };
    let mut alike = Vec::new();
    base.list(folder, &mut |other| {
        if other != name && is_alike(other) {
            alike.push(join(folder, other));
        }
        true
    })?;
    for other in alike {
        if survives(results, base, &other)? {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// Whether a file, or anything below a folder, is left by the change.
fn survives(results: &[FileResult], base: &impl Base, path: &str) -> Result<bool, ReadError> {
    if base.read(path)?.is_some() {
        return Ok(!results
            .iter()
            .any(|result| result.path == path && result.new.is_none()));
    }
    let mut children = Vec::new();
    base.list(path, &mut |name| {
        children.push(join(path, name));
        children.len() <= results.len()
    })?;
    for child in children {
        if survives(results, base, &child)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use unidiff::{BaseFile, MemoryBase};

    fn base(names: &[&str]) -> MemoryBase {
        names
            .iter()
            .map(|name| ((*name).to_owned(), BaseFile::regular("x")))
            .collect()
    }

    fn made(path: &str) -> FileResult {
        FileResult {
            path: path.to_owned(),
            old: None,
            new: Some(BaseFile::regular("x")),
        }
    }

    fn gone(path: &str) -> FileResult {
        FileResult {
            path: path.to_owned(),
            old: Some(BaseFile::regular("x")),
            new: None,
        }
    }

    #[test]
    fn names_that_fold_alike_collide_while_both_are_there() {
        let table: [(&[&str], Vec<FileResult>, bool); 8] = [
            (&["docs/a.md"], vec![made("docs/A.md")], true),
            (&["docs/a.md"], vec![made("docs/b.md")], false),
            (
                &["docs/a.md"],
                vec![gone("docs/a.md"), made("docs/A.md")],
                false,
            ),
            (&["docs/sub/a.md"], vec![made("docs/Sub/b.md")], true),
            (
                &["docs/sub/a.md"],
                vec![gone("docs/sub/a.md"), made("docs/Sub/a.md")],
                false,
            ),
            (
                &["docs/sub/a.md", "docs/sub/b.md"],
                vec![gone("docs/sub/a.md"), made("docs/Sub/a.md")],
                true,
            ),
            (&[], vec![made("docs/a.md"), made("docs/A.md")], true),
            (
                &["docs/caf\u{e9}.md"],
                vec![made("docs/cafe\u{301}.md")],
                true,
            ),
        ];
        for (names, results, collides) in table {
            let refusals = check(&results, &base(names)).expect("a readable base");
            assert_eq!(!refusals.is_empty(), collides, "{names:?} {results:?}");
        }
    }
}
