//! Why a call did not give what was asked for.

use serde::de::DeserializeOwned;
use service_kit::caller::{CallError, Reply};
use types::problem::Problem;

/// A call that failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No reply.
    #[error("no answer from the service: {0}")]
    Unreachable(#[from] CallError),
    /// The service said no.
    #[error("{} ({})", .0.detail, .0.code)]
    Refused(Box<Problem>),
    /// The service answered with an error that is not a problem document.
    #[error("the service answered {0} without saying why")]
    Unexplained(u16),
}

impl ClientError {
    /// The HTTP status, if there was a reply.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Unreachable(_) => None,
            Self::Refused(problem) => Some(problem.status),
            Self::Unexplained(status) => Some(*status),
        }
    }

    /// The stable code, if the service gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => Some(&problem.code),
            Self::Unreachable(_) | Self::Unexplained(_) => None,
        }
    }
}

/// The body of a success, or the error that the reply is.
pub(crate) fn expect<T: DeserializeOwned>(reply: &Reply) -> Result<T, ClientError> {
    if reply.is_success() {
        return Ok(reply.json()?);
    }
    match reply.problem() {
        Some(problem) => Err(ClientError::Refused(Box::new(problem))),
        None => Err(ClientError::Unexplained(reply.status)),
    }
}
