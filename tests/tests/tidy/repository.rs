//! The files of this repository.

use std::{fs, path::PathBuf, process::Command};

/// A committed text file.
pub(crate) struct Text {
    /// Its path from the root, with forward slashes.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

impl Text {
    /// The lines before the first unit test, which are what a reader of the code must read.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        lines
            .take_while(|(_, line)| !line.trim_start().starts_with("#[cfg(test)]"))
            .map(|(index, line)| (index + 1, line))
    }
}

/// The folder that holds the workspace.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The text of one file, which must be there.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The paths of all committed files that are still there.
pub(crate) fn paths() -> Vec<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "git alone knows which files are committed"
    )]
    let listing = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(listing.status.success(), "git ls-files: {listing:?}");
    let paths: Vec<String> = String::from_utf8(listing.stdout)
        .unwrap()
        .split_terminator('\0')
        .filter(|path| root().join(path).is_file())
        .map(str::to_owned)
        .collect();
    assert!(!paths.is_empty(), "git ls-files names no file");
    paths
}

/// All committed files that are UTF-8.
pub(crate) fn texts() -> Vec<Text> {
    paths()
        .into_iter()
        .filter_map(|path| {
            let text = fs::read_to_string(root().join(&path)).ok()?;
            Some(Text { path, text })
        })
        .collect()
}

/// The Rust files under the `src` of our crates, without those that hold only tests.
pub(crate) fn sources() -> Vec<Text> {
    let mut texts = texts();
    texts.retain(|text| is_source(&text.path));
    texts
}

fn is_source(path: &str) -> bool {
    let Some((_, inside)) = path.split_once("/src/") else {
        return false;
    };
    let mut parts = inside.split('/');
    path.starts_with("crates/")
        && path.ends_with(".rs")
        && !parts.any(|part| part == "tests" || part == "tests.rs")
}
