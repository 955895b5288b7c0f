//! The target repository: a bare mirror beside the database, worked on in process.
//!
//! Objects, trees and commits are read and written by gix, never with a checkout. The git program
//! fetches and pushes. `refs/remotes/target/…` in the mirror is what the target is known to have;
//! a branch moves there only after the target itself has taken it, by compare-and-swap.

mod base;
mod command;
mod commit;
mod error;
mod lock;
mod objects;

pub use base::TreeBase;
pub use commit::CommitPlan;
pub use error::GitError;
pub use objects::{Entry, Objects};

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use service_kit::settings::TargetSettings;
use tokio::sync::{Mutex, MutexGuard};
use types::CommitSha;

use command::Git;

/// How often a target that is not on this machine is asked for news.
const FETCH_PAUSE: Duration = Duration::from_secs(1);

/// What came of moving a branch of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is where it should be.
    Done,
    /// It was not where it was expected, but here; none when it does not exist.
    Moved(Option<CommitSha>),
}

/// The target repository and its mirror. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Repository(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    mirror: gix::ThreadSafeRepository,
    folder: PathBuf,
    git: Git,
    /// The target's folder, when it is on this machine.
    local: Option<PathBuf>,
    /// One task at a time moves references; when the target was last asked.
    gate: Mutex<Option<Instant>>,
}

struct Held<'a> {
    asked: MutexGuard<'a, Option<Instant>>,
    lock: File,
}

impl Repository {
    /// Opens the mirror in `folder`, and makes it when it is not there. The target is not asked.
    ///
    /// # Errors
    /// When the folder cannot be written, git is not there, or the settings name no branch.
    pub async fn open(folder: &Path, target: &TargetSettings) -> Result<Self, GitError> {
        let address = target.repository.as_deref().ok_or(GitError::NoTarget)?;
        check_names(target)?;
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let lock = lock::hold(&folder.join("mirror.lock"))?;
        let local = local_folder(address)?;
        let address = local
            .as_ref()
            .map_or_else(|| address.to_owned(), |path| path.display().to_string());
        let git = Git::new(&folder, &address)?;
        git.init().await?;
        let stale = lock::clear_stale(&folder.join("mirror.git"), &lock)?;
        if 0 < stale {
            tracing::info!("removed {stale} lock files that a killed process left in the mirror");
        }
        let mirror = objects::open(&folder.join("mirror.git"))?;
        Ok(Self(Arc::new(Inner {
            mirror,
            folder,
            git,
            local,
            gate: Mutex::new(None),
        })))
    }

    /// Where the mirror is.
    pub fn mirror(&self) -> PathBuf {
        self.0.folder.join("mirror.git")
    }

    /// Does something with the objects on a thread that may block.
    ///
    /// # Errors
    /// What the work says.
    pub async fn with_objects<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<GitError> + Send + 'static,
        F: FnOnce(Objects) -> Result<T, E> + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        let done =
            tokio::task::spawn_blocking(move || work(Objects(inner.mirror.to_thread_local())));
        done.await
            .map_err(|error| E::from(GitError::Objects(error.to_string())))?
    }

    /// The newest commit that a branch of the target is known to have.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub async fn tip(&self, branch: &str) -> Result<Option<CommitSha>, GitError> {
        let name = tracking(branch);
        self.with_objects(move |objects| objects.reference(&name))
            .await
    }

    /// Learns what the target has now: at once when it is on this machine and has changed, at most
    /// once a second otherwise.
    ///
    /// # Errors
    /// When the target cannot be reached.
    pub async fn refresh(&self, branch: &str) -> Result<(), GitError> {
        match &self.0.local {
            Some(path) if self.agrees_with(path.clone(), branch).await? => return Ok(()),
            Some(_) => {}
            None => {
                let asked = *self.0.gate.lock().await;
                if asked.is_some_and(|asked| asked.elapsed() < FETCH_PAUSE) {
                    return Ok(());
                }
            }
        }
        let mut held = self.hold().await?;
        self.fetch(&mut held).await
    }

    /// Learns what the target has now, in any case.
    ///
    /// # Errors
    /// When the target cannot be reached.
    pub async fn fetch_now(&self) -> Result<(), GitError> {
        let mut held = self.hold().await?;
        self.fetch(&mut held).await
    }

    async fn fetch(&self, held: &mut Held<'_>) -> Result<(), GitError> {
        let fetched = self.0.git.fetch(held.lock.try_clone()?).await;
        if fetched.is_err() {
            // Perhaps something was left in the way; the next try finds it gone.
            lock::clear_stale(&self.mirror(), &held.lock)?;
        }
        fetched?;
        *held.asked = Some(Instant::now());
        Ok(())
    }

    async fn agrees_with(&self, target: PathBuf, branch: &str) -> Result<bool, GitError> {
        let (theirs, ours) = (format!("refs/heads/{branch}"), tracking(branch));
        self.with_objects(move |objects| {
            let target =
                Objects::at(&target).map_err(|error| GitError::Unreachable(error.to_string()))?;
            Ok(target.reference(&theirs)? == objects.reference(&ours)?)
        })
        .await
    }

    /// Moves a branch of the target from `old` to `new`; an `old` of none means that it must not
    /// exist. The objects must be in the mirror.
    ///
    /// # Errors
    /// When the target cannot be reached or refuses for another reason than a moved branch.
    pub async fn publish(
        &self,
        branch: &str,
        old: Option<&CommitSha>,
        new: &CommitSha,
    ) -> Result<Published, GitError> {
        let mut held = self.hold().await?;
        let pushed = self
            .0
            .git
            .push(held.lock.try_clone()?, branch, old, new)
            .await;
        let Err(refusal) = pushed else {
            self.note(tracking(branch), new.clone()).await?;
            return Ok(Published::Done);
        };
        // A refusal may mean a moved branch, or that an earlier push of ours was cut off after it
        // took effect: only the target can tell.
        self.fetch(&mut held).await?;
        let now = self.tip(branch).await?;
        if now.as_ref() == Some(new) {
            Ok(Published::Done)
        } else if now.as_ref() == old {
            Err(refusal)
        } else {
            Ok(Published::Moved(now))
        }
    }

    /// Keeps a commit under a name in the mirror alone, such as `refs/pull/3/head`.
    ///
    /// # Errors
    /// When the mirror cannot be written.
    pub async fn keep(&self, name: String, commit: &CommitSha) -> Result<(), GitError> {
        let _held = self.hold().await?;
        self.note(name, commit.clone()).await
    }

    async fn note(&self, name: String, commit: CommitSha) -> Result<(), GitError> {
        self.with_objects(move |objects| objects.set_reference(&name, &commit))
            .await
    }

    async fn hold(&self) -> Result<Held<'_>, GitError> {
        let asked = self.0.gate.lock().await;
        let file = self.0.folder.join("mirror.lock");
        let lock = tokio::task::spawn_blocking(move || lock::hold(&file));
        let lock = lock
            .await
            .map_err(|error| GitError::Objects(error.to_string()))??;
        Ok(Held { asked, lock })
    }
}

fn tracking(branch: &str) -> String {
    format!("refs/remotes/target/{branch}")
}

/// The folder that an address names, if it names one.
fn local_folder(address: &str) -> Result<Option<PathBuf>, GitError> {
    let path = address.strip_prefix("file://").unwrap_or(address);
    let is_path = path.len() != address.len() || Path::new(path).is_dir();
    if !is_path {
        return Ok(None);
    }
    std::path::absolute(path).map(Some).map_err(GitError::from)
}

fn check_names(target: &TargetSettings) -> Result<(), GitError> {
    for name in [
        &target.branch,
        &target.proposals_branch,
        &target.branch_prefix,
    ] {
        gix::refs::FullName::try_from(format!("refs/heads/{name}"))
            .map_err(|_| GitError::Objects(format!("{name:?} cannot be the name of a branch")))?;
    }
    Ok(())
}
