//! `git apply --cached` on a tree in a scratch repository.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use unidiff::{BaseFile, Limits, MemoryBase, Mode, apply, parse};

/// A bare repository in which trees are made and patched.
pub(crate) struct Oracle {
    folder: TempDir,
}

impl Oracle {
    pub(crate) fn new() -> Self {
        let oracle = Self {
            folder: tempfile::tempdir().expect("a scratch folder"),
        };
        oracle
            .git(&["init", "-q", "--bare", "."], b"")
            .expect("git init");
        oracle
    }

    /// The tree after git applied the patch; none where git refuses it.
    pub(crate) fn apply(&self, base: &MemoryBase, patch: &[u8]) -> Option<MemoryBase> {
        self.fill(base);
        self.git(&["apply", "--cached", "-"], patch).ok()?;
        Some(self.read_index())
    }

    fn fill(&self, base: &MemoryBase) {
        self.git(&["read-tree", "--empty"], b"")
            .expect("an empty index");
        let mut index = Vec::new();
        for (path, file) in base.files() {
            let id = self
                .git(&["hash-object", "-w", "--stdin"], &file.bytes)
                .expect("a blob");
            let id = String::from_utf8(id).expect("hex");
            index.extend(format!("{} {}\t{path}\0", file.mode.as_str(), id.trim()).bytes());
        }
        self.git(&["update-index", "-z", "--index-info"], &index)
            .expect("an index");
    }

    fn read_index(&self) -> MemoryBase {
        let listing = self.git(&["ls-files", "-s", "-z"], b"").expect("a listing");
        let listing = String::from_utf8(listing).expect("names in UTF-8");
        let entries = listing.split_terminator('\0').map(|entry| {
            let (head, path) = entry.split_once('\t').expect("a tab");
            let [mode, id, _] = head.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{head}")
            };
            let bytes = self.git(&["cat-file", "blob", id], b"").expect("a blob");
            (
                path.to_owned(),
                BaseFile {
                    mode: Mode::parse(mode).expect("a mode"),
                    bytes,
                },
            )
        });
        entries.collect()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "git is the oracle of these tests"
    )]
    fn git(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
        let folder: &Path = self.folder.path();
        let mut child = Command::new("git")
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("HOME", folder)
            .current_dir(folder)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("git starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // git may refuse its arguments before it reads; its exit status tells.
        let _ = stdin.write_all(input);
        drop(stdin);
        let output = child.wait_with_output().expect("git ends");
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

/// The tree after we applied the patch, or why not.
pub(crate) fn ours(base: &MemoryBase, patch: &[u8]) -> Result<MemoryBase, String> {
    let parsed = parse(patch, &Limits::default()).map_err(|fault| fault.to_string())?;
    let results = apply(&parsed, base).map_err(|fault| fault.to_string())?;
    let mut tree = base.clone();
    for result in &results {
        tree.remove(&result.path);
    }
    for result in results {
        if let Some(file) = result.new {
            tree.insert(result.path, file);
        }
    }
    Ok(tree)
}

/// A base of plain files.
pub(crate) fn base(files: &[(&str, &str)]) -> MemoryBase {
    let entry = |(path, text): &(&str, &str)| ((*path).to_owned(), BaseFile::regular(*text));
    files.iter().map(entry).collect()
}

/// Checks that git agrees with an acceptance, and hands the result back.
pub(crate) fn agreed(
    oracle: &Oracle,
    base: &MemoryBase,
    patch: &[u8],
) -> Result<MemoryBase, String> {
    let result = ours(base, patch);
    if let Ok(tree) = &result {
        let theirs = oracle.apply(base, patch);
        let shown = String::from_utf8_lossy(patch);
        assert_eq!(theirs.as_ref(), Some(tree), "git disagrees on\n{shown}");
    }
    result
}

#[test]
fn the_oracle_reads_back_what_it_was_given() {
    let oracle = Oracle::new();
    let files: BTreeMap<_, _> = base(&[("a", "x\n"), ("b/c", "")]).files().clone();
    let tree: MemoryBase = files.into_iter().collect();
    oracle.fill(&tree);
    assert_eq!(oracle.read_index(), tree);
}
