//! The one place where other programs start: argument lists, a cleared environment, a time limit.

use std::{fs::File, path::PathBuf, process::Stdio, time::Duration};

use service_kit::settings::variable;
use tokio::{
    io::AsyncReadExt,
    net::unix::pipe::Receiver,
    process::{Child, Command},
};

/// How much of what a program prints is kept.
const KEPT_BYTES: usize = 64 * 1024;

/// One call of a program.
#[derive(Debug)]
pub(crate) struct Call {
    /// The program, found by PATH.
    pub(crate) program: String,
    /// Its arguments.
    pub(crate) arguments: Vec<String>,
    /// Variables beside PATH.
    pub(crate) environment: Vec<(&'static str, String)>,
    /// Where it runs.
    pub(crate) folder: PathBuf,
    /// Its standard input: nothing, or a file that stays open, and locked, as long as it runs.
    pub(crate) input: Option<File>,
    /// How long it may take.
    pub(crate) limit: Duration,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// With exit code 0.
    Passed,
    /// With another one, or by a signal.
    Failed(String),
}

/// A call that ended, and what was printed.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    /// How.
    pub(crate) ended: Ended,
    /// Both output streams as they came, cut when they are long.
    pub(crate) output: String,
}

impl Finished {
    fn not_started(error: &std::io::Error) -> Self {
        Self {
            ended: Ended::Failed(format!("it cannot be started: {error}")),
            output: String::new(),
        }
    }
}

/// Runs a program to its end or its limit.
pub(crate) async fn run(call: Call) -> Finished {
    let limit = call.limit;
    match start(call) {
        Ok((child, pipe)) => follow(child, pipe, limit).await,
        Err(error) => Finished::not_started(&error),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place of the crate where processes start"
)]
fn start(call: Call) -> std::io::Result<(Child, Receiver)> {
    let (reader, writer) = std::io::pipe()?;
    let mut command = Command::new(&call.program);
    command
        .args(&call.arguments)
        .env_clear()
        .current_dir(&call.folder)
        .stdin(call.input.map_or_else(Stdio::null, Stdio::from))
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .process_group(0)
        .kill_on_drop(true);
    if let Ok(Some(path)) = variable("PATH") {
        command.env("PATH", path);
    }
    for (name, value) in call.environment {
        command.env(name, value);
    }
    let child = command.spawn()?;
    Ok((child, Receiver::from_owned_fd(reader.into())?))
}

async fn follow(mut child: Child, mut pipe: Receiver, limit: Duration) -> Finished {
    let mut kept = Kept::default();
    let mut part = vec![0; 8 * 1024];
    let mut is_open = true;
    let end = tokio::time::sleep(limit);
    tokio::pin!(end);
    let ended = loop {
        tokio::select! {
            read = pipe.read(&mut part), if is_open => match read {
                Ok(count) if count > 0 => kept.take(&part[..count]),
                _ => is_open = false,
            },
            status = child.wait() => break match status {
                Ok(status) if status.success() => Ended::Passed,
                Ok(status) => Ended::Failed(status.to_string()),
                Err(error) => Ended::Failed(error.to_string()),
            },
            () = &mut end => {
                // A process that is gone already needs no end.
                let _gone = child.kill().await;
                break Ended::Failed(format!("it took longer than {} s and was ended", limit.as_secs()));
            }
        }
    };
    // What was printed last may still be in the pipe; a grandchild may hold it open for ever.
    while is_open {
        match tokio::time::timeout(Duration::from_millis(50), pipe.read(&mut part)).await {
            Ok(Ok(count)) if count > 0 => kept.take(&part[..count]),
            _ => is_open = false,
        }
    }
    Finished {
        ended,
        output: kept.text(),
    }
}

#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    dropped: usize,
}

impl Kept {
    fn take(&mut self, part: &[u8]) {
        let room = KEPT_BYTES.saturating_sub(self.bytes.len()).min(part.len());
        self.bytes.extend_from_slice(&part[..room]);
        self.dropped += part.len() - room;
    }

    fn text(self) -> String {
        let mut text = String::from_utf8_lossy(&self.bytes).replace('\0', "\u{fffd}");
        if 0 < self.dropped {
            text.push_str(&format!("\n… {} more bytes", self.dropped));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(script: &str, limit: Duration) -> Call {
        Call {
            program: "sh".to_owned(),
            arguments: vec!["-c".to_owned(), script.to_owned()],
            environment: vec![("GREETING", "hello".to_owned())],
            folder: std::env::temp_dir(),
            input: None,
            limit,
        }
    }

    #[tokio::test]
    async fn both_streams_are_kept_in_order_and_the_exit_code_counts() {
        let finished = run(call(
            "echo $GREETING; echo no >&2; echo ${HOME:-homeless}; exit 3",
            Duration::from_secs(10),
        ))
        .await;
        assert_eq!(finished.output, "hello\nno\nhomeless\n");
        assert!(matches!(finished.ended, Ended::Failed(why) if why.contains('3')));
    }

    #[tokio::test]
    async fn a_program_that_takes_too_long_is_ended() {
        let finished = run(call("echo begun; sleep 60", Duration::from_millis(200))).await;
        assert_eq!(finished.output, "begun\n");
        assert!(matches!(finished.ended, Ended::Failed(why) if why.contains("longer")));
    }

    #[tokio::test]
    async fn long_output_is_cut_and_says_so() {
        let finished = run(call("yes | head -c 100000", Duration::from_secs(10))).await;
        assert_eq!(finished.ended, Ended::Passed);
        assert!(finished.output.ends_with("more bytes"));
        assert!(finished.output.len() < KEPT_BYTES + 100);
    }
}
