//! How a command fails, and with which exit code.

use std::io;

use clients::ClientError;
use redact::Redactor;
use service_kit::{redaction::presentable, settings::SettingsError};

use crate::output::visible;

/// Why a command did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// It failed.
    #[error("{0:#}")]
    Failed(anyhow::Error),
    /// What was said does not make a command, or a setting cannot be used.
    #[error("{0}")]
    Usage(String),
    /// It was understood and refused: a conflict, a policy, a decision that is missing.
    #[error("{0}")]
    Refused(String),
    /// There is no key, or it does not allow this.
    #[error("{0}")]
    Unauthorised(String),
    /// A service does not answer.
    #[error("{0}")]
    Unreachable(String),
    /// The output says it all already; only the exit code is left to tell.
    #[error("exit code {0}")]
    Shown(u8),
    /// Whoever read the output has gone.
    #[error("the output is closed")]
    OutputClosed,
    /// A signal came while something was under way.
    #[error("interrupted")]
    Interrupted,
}

impl Failure {
    /// The exit code that the documentation promises.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::OutputClosed => 0,
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Refused(_) => 3,
            Self::Unauthorised(_) => 4,
            Self::Unreachable(_) => 5,
            Self::Shown(code) => *code,
            Self::Interrupted => 130,
        }
    }

    /// Says on stderr what is wrong, unless that was said already.
    pub(crate) fn report(&self) {
        match self {
            Self::OutputClosed | Self::Shown(_) => {}
            _ => {
                let told = self.to_string();
                let told = presentable(&Redactor::standard(), &told);
                eprintln!("attune: {}", visible(&told));
            }
        }
    }

    /// A failure in one sentence.
    pub(crate) fn failed(what: impl Into<String>) -> Self {
        Self::Failed(anyhow::Error::msg(what.into()))
    }
}

impl From<anyhow::Error> for Failure {
    /// What was a failure of a command stays one.
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(failure) => failure,
            Err(error) => Self::Failed(error),
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let said = error.to_string();
        match error.status() {
            None => Self::Unreachable(format!("{said}; is `attune up` running?")),
            Some(401 | 403) => Self::Unauthorised(said),
            Some(400 | 405 | 413 | 415) => Self::Usage(said),
            Some(409 | 412 | 422) => Self::Refused(said),
            Some(429 | 502..=504) => Self::Unreachable(said),
            Some(_) => Self::failed(said),
        }
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::Failed(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use types::problem::Problem;

    use super::*;

    fn refused(status: u16) -> ClientError {
        ClientError::Refused(Box::new(Problem {
            kind: "/problems/X".to_owned(),
            title: String::new(),
            status,
            detail: "no".to_owned(),
            code: "X".to_owned(),
            error: "X".to_owned(),
            message: "no".to_owned(),
            request_id: None,
            errors: vec![],
            context: None,
        }))
    }

    #[test]
    fn what_a_service_answers_decides_the_exit_code() {
        for (status, code) in [
            (400, 2),
            (401, 4),
            (403, 4),
            (404, 1),
            (409, 3),
            (422, 3),
            (429, 5),
            (500, 1),
            (503, 5),
        ] {
            assert_eq!(Failure::from(refused(status)).exit_code(), code, "{status}");
        }
        let silent = ClientError::Unreachable(service_kit::caller::CallError("no".to_owned()));
        assert_eq!(Failure::from(silent).exit_code(), 5);
        assert_eq!(Failure::from(ClientError::Unexplained(500)).exit_code(), 1);
    }

    #[test]
    fn a_reader_who_stops_reading_is_no_failure() {
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::from(closed).exit_code(), 0);
    }
}
