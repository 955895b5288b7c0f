//! The one place where this crate starts another program, and that program is git.

use std::{
    io,
    path::Path,
    process::{Command, Output},
};

use anyhow::{Context, bail};
use service_kit::settings::variable;

/// Runs git in a folder, with nothing of the user's settings; what it printed.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = match started(folder, arguments) {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            bail!("git is needed and not found in PATH")
        }
        Err(error) => return Err(error).context("git cannot be started"),
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("git {}: {}", arguments.join(" "), said.trim());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.trim_end().to_owned())
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place of the crate where processes start"
)]
fn started(folder: &Path, arguments: &[&str]) -> io::Result<Output> {
    let mut command = Command::new("git");
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_AUTHOR_NAME", "Attune")
        .env("GIT_AUTHOR_EMAIL", "attune@localhost")
        .env("GIT_COMMITTER_NAME", "Attune")
        .env("GIT_COMMITTER_EMAIL", "attune@localhost")
        .env("LC_ALL", "C");
    if let Ok(Some(path)) = variable("PATH") {
        command.env("PATH", path);
    }
    command.output()
}
