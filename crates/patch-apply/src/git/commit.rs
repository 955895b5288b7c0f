//! Commits: a pure function of what they are made of.

use gix::{ObjectId, objs::Commit};
use types::{CommitSha, Timestamp};

use super::{
    error::GitError,
    objects::{Objects, object_id, sha},
};

/// Everything that a commit is made of: the same plan is the same commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitPlan {
    /// The files.
    pub tree: CommitSha,
    /// The commits before.
    pub parents: Vec<CommitSha>,
    /// Who made the change.
    pub author: String,
    /// The message.
    pub message: String,
    /// When.
    pub at: Timestamp,
}

impl Objects {
    /// Writes a commit.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_commit(&self, plan: &CommitPlan) -> Result<CommitSha, GitError> {
        let signature = gix::actor::Signature {
            name: signed_name(&plan.author).into(),
            email: signed_address(&plan.author).into(),
            time: gix::date::Time {
                seconds: plan.at.as_seconds().max(0),
                offset: 0,
            },
        };
        let parents: Vec<ObjectId> = plan
            .parents
            .iter()
            .map(object_id)
            .collect::<Result<_, _>>()?;
        let commit = Commit {
            tree: object_id(&plan.tree)?,
            parents: parents.into_iter().collect(),
            author: signature.clone(),
            committer: signature,
            encoding: None,
            message: plan.message.clone().into(),
            extra_headers: Vec::new(),
        };
        sha(&self.0.write_object(&commit)?)
    }
}

/// The name without what git would take for the end of a name.
fn signed_name(person: &str) -> String {
    let plain: String = person
        .chars()
        .filter(|letter| !letter.is_control() && !matches!(letter, '<' | '>'))
        .collect();
    let plain =
        plain.trim_matches(|letter: char| letter.is_whitespace() || ".,:;\"'\\".contains(letter));
    if plain.is_empty() {
        "unknown".to_owned()
    } else {
        plain.to_owned()
    }
}

/// An address that can never be delivered to: the name is what counts.
fn signed_address(person: &str) -> String {
    let letters: String = person
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let letters = letters.trim_matches('-');
    let local = if letters.is_empty() {
        "unknown"
    } else {
        letters
    };
    format!("{local}@attune.invalid")
}
