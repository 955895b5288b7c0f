//! The git program: to make the mirror, to fetch and to push, nothing else.

use std::{
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};

use types::CommitSha;

use super::error::GitError;
use crate::process::{Call, Ended, run};

/// How long git may talk to the target.
const NETWORK_LIMIT: Duration = Duration::from_secs(120);

/// What is set for every call, so that no file outside decides what git does.
const FIXED: [&str; 13] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.askPass=",
    "credential.helper=",
    "gc.auto=0",
    "maintenance.auto=false",
    "fetch.writeCommitGraph=false",
    "protocol.allow=never",
    "protocol.file.allow=always",
    "protocol.https.allow=always",
    "protocol.ssh.allow=always",
    "protocol.git.allow=always",
    "advice.pushUpdateRejected=false",
];

/// The git program on one mirror.
#[derive(Clone, Debug)]
pub(super) struct Git {
    mirror: PathBuf,
    /// Stands for the user's own settings: it only names the target as safe to work on.
    settings: PathBuf,
    target: String,
}

impl Git {
    /// Git on the mirror in `folder`, against `target`.
    pub(super) fn new(folder: &Path, target: &str) -> Result<Self, GitError> {
        let settings = folder.join("git.config");
        let path = target.strip_prefix("file://").unwrap_or(target);
        let quoted = path.replace('\\', "\\\\").replace('"', "\\\"");
        std::fs::write(
            &settings,
            format!("[safe]\n\tdirectory = \"{quoted}\"\n\tdirectory = \"{quoted}/.git\"\n"),
        )?;
        Ok(Self {
            mirror: folder.join("mirror.git"),
            settings,
            target: target.to_owned(),
        })
    }

    /// Makes the mirror unless it is there.
    pub(super) async fn init(&self) -> Result<(), GitError> {
        if self.mirror.join("HEAD").exists() {
            return Ok(());
        }
        let mirror = self.mirror.display().to_string();
        self.call(
            None,
            &[
                "init",
                "--bare",
                "--quiet",
                "--template=",
                "--object-format=sha1",
                "--",
                &mirror,
            ],
        )
        .await
    }

    /// Copies all branches of the target to `refs/remotes/target/`.
    pub(super) async fn fetch(&self, lock: File) -> Result<(), GitError> {
        let arguments = [
            "fetch",
            "--quiet",
            "--prune",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--",
            &self.target,
            "+refs/heads/*:refs/remotes/target/*",
        ];
        self.call(Some(lock), &arguments).await
    }

    /// Moves a branch of the target from `old` to `new`, or makes it when `old` is none.
    pub(super) async fn push(
        &self,
        lock: File,
        branch: &str,
        old: Option<&CommitSha>,
        new: &CommitSha,
    ) -> Result<(), GitError> {
        let expected = old.map_or("", CommitSha::as_str);
        let lease = format!("--force-with-lease=refs/heads/{branch}:{expected}");
        let update = format!("{new}:refs/heads/{branch}");
        let arguments = [
            "push",
            "--quiet",
            "--atomic",
            "--no-verify",
            "--no-signed",
            "--no-follow-tags",
            "--recurse-submodules=no",
            &lease,
            "--",
            &self.target,
            &update,
        ];
        self.call(Some(lock), &arguments).await
    }

    async fn call(&self, lock: Option<File>, arguments: &[&str]) -> Result<(), GitError> {
        let is_init = arguments.first() == Some(&"init");
        let mut all = Vec::with_capacity(arguments.len() + 2 * FIXED.len() + 1);
        if !is_init {
            all.push(format!("--git-dir={}", self.mirror.display()));
        }
        for setting in FIXED {
            all.extend(["-c".to_owned(), setting.to_owned()]);
        }
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let folder = self.mirror.parent().unwrap_or(&self.mirror).to_owned();
        let finished = run(Call {
            program: "git".to_owned(),
            arguments: all,
            environment: vec![
                ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
                ("GIT_CONFIG_GLOBAL", self.settings.display().to_string()),
                ("GIT_TERMINAL_PROMPT", "0".to_owned()),
                ("GIT_NO_REPLACE_OBJECTS", "1".to_owned()),
                ("GIT_PROTOCOL_FROM_USER", "0".to_owned()),
                ("GIT_SSH_COMMAND", "ssh -oBatchMode=yes".to_owned()),
                ("LC_ALL", "C".to_owned()),
            ],
            folder,
            input: lock,
            limit: NETWORK_LIMIT,
        })
        .await;
        match finished.ended {
            Ended::Passed => Ok(()),
            Ended::Failed(how) => {
                // The address may hold a password.
                let said = finished.output.replace(&self.target, "the target");
                let verb = arguments.first().copied().unwrap_or_default();
                Err(GitError::Unreachable(format!(
                    "git {verb}: {how}: {}",
                    said.trim()
                )))
            }
        }
    }
}
