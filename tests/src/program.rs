//! The programs under test, as cargo built them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The built program of this name.
///
/// Tests and examples lie in `target/<profile>/deps` or `…/examples`, programs one folder above;
/// cargo tells a test only about the programs of its own package.
pub fn built(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().and_then(Path::parent).unwrap();
    let program = folder.join(name);
    assert!(
        program.is_file(),
        "{} is not there: run `cargo build --workspace --bins` with the profile of the tests first",
        program.display()
    );
    program
}

/// A call of a program with nothing of the caller's environment but PATH.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place of the tests where the programs under test start"
)]
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    if let Some(path) = service_kit::settings::variable("PATH").unwrap() {
        command.env("PATH", path);
    }
    command
}

/// As [`command`], on one processor of the machine.
pub fn command_on(processor: u8, program: &Path) -> Command {
    let mut pinned = command(Path::new("taskset"));
    pinned
        .args(["--cpu-list", &processor.to_string()])
        .arg(program);
    pinned
}
