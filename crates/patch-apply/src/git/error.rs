//! What can go wrong with a repository.

use types::CommitSha;

/// A repository could not be read, written or reached.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no target repository in the settings.
    #[error("no target repository is set: give target.repository")]
    NoTarget,
    /// The target does not answer, or refuses.
    #[error("the target repository cannot be used: {0}")]
    Unreachable(String),
    /// Another process works on the mirror and does not come to an end.
    #[error("another process holds the mirror of the target repository")]
    Held,
    /// An object that something names is not there.
    #[error("there is no {what} {id}")]
    Missing {
        /// What it should be.
        what: &'static str,
        /// Its id.
        id: CommitSha,
    },
    /// Anything else between us and the objects.
    #[error("git objects cannot be read or written: {0}")]
    Objects(String),
}

impl From<gix::Error> for GitError {
    fn from(error: gix::Error) -> Self {
        Self::Objects(error.to_string())
    }
}

impl From<std::io::Error> for GitError {
    fn from(error: std::io::Error) -> Self {
        Self::Objects(error.to_string())
    }
}
