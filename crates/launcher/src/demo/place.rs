//! The folder of a demo: the target repository, what is deployed, and the services' data.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::Context;
use patch_apply::domain::deploy::DeployStep;
use serde_json::json;
use service_kit::Clock;
use types::CommitSha;

use super::repository;
use crate::{failure::Failure, git::git, up::Folder};

/// Says that everything in the folder is a demo's and may be replaced by the next one's.
const MARK_FILE: &str = "demo.json";
const DEFAULT_FOLDER: &str = ".attune-demo";
const TARGET: &str = "target.git";
const DEPLOYED: &str = "deployed";

/// A folder with a target repository whose first commit is deployed.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) folder: Folder,
    pub(super) first_commit: CommitSha,
    /// As the user calls it.
    named: PathBuf,
    /// Whether it goes when the demo has ended well.
    passing: bool,
}

impl Place {
    /// Takes the folder asked for, or one of our own; that of an earlier demo begins anew.
    pub(super) fn prepare(data: Option<PathBuf>, once: bool) -> Result<Self, Failure> {
        let passing = once && data.is_none();
        let named = data.unwrap_or_else(|| own_folder(once));
        let folder = Folder::hold(&named)?;
        if !folder.is_empty()? {
            let mark: Option<serde_json::Value> = folder.read_json(MARK_FILE)?;
            if mark.is_none() {
                return Err(Failure::Refused(format!(
                    "{} holds something else than a demo; choose an empty folder with --data DIR",
                    named.display()
                )));
            }
            folder.clear()?;
        }
        folder.write_json(MARK_FILE, &json!({ "made_by": "attune demo" }))?;
        let first_commit =
            make_target(folder.path()).context("the demo's target repository cannot be made")?;
        Ok(Self {
            folder,
            first_commit,
            named,
            passing,
        })
    }

    /// The target repository.
    pub(super) fn target(&self) -> PathBuf {
        self.folder.path().join(TARGET)
    }

    /// The files that the fleet works by.
    pub(super) fn deployed(&self) -> PathBuf {
        self.folder.path().join(DEPLOYED)
    }

    /// The folder as the user calls it.
    pub(super) fn named(&self) -> &Path {
        &self.named
    }

    /// What brings a merged change to the fleet.
    pub(super) fn deploy_step(&self) -> DeployStep {
        let run = [
            "git",
            "--git-dir={mirror}",
            "--work-tree={data_dir}/deployed",
            "checkout",
            "--force",
            "{commit}",
            "--",
            ".",
        ];
        DeployStep {
            name: "checkout".to_owned(),
            run: run.map(str::to_owned).to_vec(),
            when_paths: Vec::new(),
            timeout_seconds: 30,
        }
    }

    /// Removes the folder if nobody asked for it and nobody needs it to find out what went wrong.
    pub(super) fn leave(self, nothing_to_find: bool) {
        let path = self.folder.path().to_owned();
        if !self.passing {
            return;
        }
        if !nothing_to_find {
            eprintln!(
                "attune: the data of this demo are kept in {}",
                path.display()
            );
            return;
        }
        if let Err(error) = fs::remove_dir_all(&path) {
            eprintln!("attune: {} cannot be removed: {error}", path.display());
        }
    }
}

/// A folder that vanishes for a demo that ends, one in sight for a demo that runs on.
fn own_folder(once: bool) -> PathBuf {
    if once {
        let name = format!("attune-demo-{}", Clock::system().random_id().simple());
        std::env::temp_dir().join(name)
    } else {
        PathBuf::from(DEFAULT_FOLDER)
    }
}

fn make_target(folder: &Path) -> anyhow::Result<CommitSha> {
    let deployed = folder.join(DEPLOYED);
    for (path, text) in repository::files() {
        write_file(&deployed.join(path), text)?;
    }
    let target = folder.join(TARGET).display().to_string();
    let inside = format!("--git-dir={target}");
    let files = format!("--work-tree={}", deployed.display());
    git(
        folder,
        &[
            "init",
            "--quiet",
            "--bare",
            "--template=",
            "--initial-branch=main",
            &target,
        ],
    )?;
    git(folder, &[&inside, &files, "add", "--all", "--force"])?;
    let message = "--message=Begin with a small fleet of agents";
    git(folder, &[&inside, &files, "commit", "--quiet", message])?;
    let commit = git(folder, &[&inside, "rev-parse", "refs/heads/main"])?;
    commit.parse().map_err(anyhow::Error::new)
}

fn write_file(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    if path.extension().is_some_and(|extension| extension == "sh") {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_commit_holds_the_files_and_is_deployed() {
        let outside = tempfile::tempdir().unwrap();
        let data = outside.path().join("demo");
        let place = Place::prepare(Some(data), true).unwrap();
        let listed = git(
            &place.target(),
            &["ls-tree", "-r", "--name-only", place.first_commit.as_str()],
        );
        let expected: Vec<&str> = repository::files().iter().map(|(path, _)| *path).collect();
        assert_eq!(listed.unwrap().lines().collect::<Vec<_>>(), expected);
        let text = fs::read_to_string(place.deployed().join(repository::AGENTS_FILE)).unwrap();
        assert_eq!(text, repository::agents_yaml());
    }

    #[test]
    fn only_a_demos_own_folder_is_begun_anew() {
        let outside = tempfile::tempdir().unwrap();
        let data = outside.path().join("demo");
        drop(Place::prepare(Some(data.clone()), true).unwrap());
        fs::write(data.join("observer.db"), "old").unwrap();
        drop(Place::prepare(Some(data.clone()), true).unwrap());
        assert!(!data.join("observer.db").exists());

        fs::remove_file(data.join(MARK_FILE)).unwrap();
        let refusal = Place::prepare(Some(data.clone()), true).unwrap_err();
        assert_eq!(refusal.exit_code(), 3);
        assert!(data.join(TARGET).exists());
    }
}
