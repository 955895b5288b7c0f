//! A bare repository as the target of changes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use types::CommitSha;

/// Runs git in a folder, with nothing of the user's settings; what it printed.
#[expect(
    clippy::disallowed_methods,
    reason = "tests look at repositories with git itself"
)]
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "fixture")
        .env("GIT_AUTHOR_EMAIL", "fixture@localhost")
        .env("GIT_COMMITTER_NAME", "fixture")
        .env("GIT_COMMITTER_EMAIL", "fixture@localhost")
        .output()
        .expect("git is installed");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned()
}

/// A bare repository with one commit on `main`.
#[derive(Clone, Debug)]
pub struct BareRepository {
    /// Where it is.
    pub path: PathBuf,
}

impl BareRepository {
    /// Makes one named `name` in `folder`, with these files.
    pub fn new(folder: &Path, name: &str, files: &[(&str, &str)]) -> Self {
        let work = folder.join(format!("{name}.work"));
        fs::create_dir_all(&work).unwrap();
        git(&work, &["init", "--quiet", "--initial-branch=main"]);
        for (path, text) in files {
            let file = work.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        git(&work, &["add", "--all"]);
        git(&work, &["commit", "--quiet", "--message=first"]);
        let path = folder.join(name);
        git(
            folder,
            &[
                "clone",
                "--quiet",
                "--bare",
                &work.to_string_lossy(),
                &path.to_string_lossy(),
            ],
        );
        fs::remove_dir_all(work).unwrap();
        Self { path }
    }

    /// The tip of a branch, if there is one.
    pub fn tip(&self, branch: &str) -> Option<CommitSha> {
        let reference = format!("refs/heads/{branch}");
        let listed = git(
            &self.path,
            &["for-each-ref", "--format=%(objectname)", &reference],
        );
        listed.parse().ok()
    }

    /// The text of a file on a branch.
    pub fn text(&self, branch: &str, path: &str) -> String {
        let mut text = git(&self.path, &["show", &format!("{branch}:{path}")]);
        text.push('\n');
        text
    }

    /// The ids of the trees of two commits are equal.
    pub fn tree(&self, revision: &str) -> String {
        git(&self.path, &["rev-parse", &format!("{revision}^{{tree}}")])
    }

    /// Whether git finds nothing wrong with it.
    pub fn assert_sound(&self) {
        git(&self.path, &["fsck", "--strict", "--no-progress"]);
    }
}
