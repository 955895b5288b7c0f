//! Calling `attune` and reading what it says.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU16, Ordering},
};

use serde_json::Value;

/// The first of four ports that are free, below those that the system hands out by itself, and
/// not the same for two tests at once.
pub(crate) fn free_base() -> String {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    loop {
        let step = u32::from(TAKEN.fetch_add(4, Ordering::Relaxed));
        let base = 10_000 + (std::process::id().wrapping_mul(64) + step) % 20_000;
        let base = u16::try_from(base).unwrap();
        if (0..4).all(|more| TcpListener::bind(("127.0.0.1", base + more)).is_ok()) {
            return base.to_string();
        }
    }
}

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().expect("it ended by itself"),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The output as one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The output as one JSON document a line.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let lines = self.out.lines();
        lines
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }

    pub(crate) fn assert(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests call the binary, with an environment of its own"
)]
fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear();
    if let Ok(Some(path)) = service_kit::settings::variable("PATH") {
        command.env("PATH", path);
    }
    command
}

/// `attune` in a folder, not started yet.
pub(crate) fn attune(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = command(env!("CARGO_BIN_EXE_attune"), folder);
    command.args(arguments);
    command
}

/// Runs `attune` in a folder.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ended {
    Ended::of(&attune(folder, arguments).output().expect("it starts"))
}

/// Runs `attune` with this on its standard input.
pub(crate) fn run_with(folder: &Path, arguments: &[&str], input: &str) -> Ended {
    let mut child = begin(folder, arguments);
    let mut stdin = child.stdin.take().expect("its input is ours");
    // Whoever refuses does not read.
    let _read = stdin.write_all(input.as_bytes());
    drop(stdin);
    Ended::of(&child.wait_with_output().expect("it ends"))
}

/// Starts `attune` with all of its streams in the hands of the test.
pub(crate) fn begin(folder: &Path, arguments: &[&str]) -> Child {
    attune(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

/// `attune` at work on something without an end, ended with the test.
pub(crate) struct Running(Option<Child>);

impl Running {
    /// Starts it.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let child = attune(folder, arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        Self(Some(child))
    }

    /// Tells it to stop as a terminal does, and waits.
    pub(crate) fn stop(mut self) -> Ended {
        let child = self.0.take().expect("it runs");
        let id = child.id().to_string();
        let told = command("kill", Path::new("/")).args(["-INT", &id]).status();
        assert!(told.expect("kill starts").success());
        Ended::of(&child.wait_with_output().expect("it ends"))
    }

    /// Ends it where it stands.
    pub(crate) fn kill(mut self) {
        let mut child = self.0.take().expect("it runs");
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may have ended already.
            let _ended = child.kill();
            let _ended = child.wait();
        }
    }
}

/// `attune up`, ended with the test.
pub(crate) struct Up {
    child: Child,
    /// The line that said that all services are ready.
    pub(crate) line: String,
}

impl Up {
    /// Starts it and waits until it is ready.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = attune(folder, arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its output is ours");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("it speaks");
        assert!(line.contains("ready"), "{line:?}");
        Self { child, line }
    }

    /// Tells it to stop, and waits; its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let told = command("kill", Path::new("/"))
            .args(["-TERM", &id])
            .status();
        assert!(told.expect("kill starts").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}
