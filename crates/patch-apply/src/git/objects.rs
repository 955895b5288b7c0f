//! Objects, trees and commits, read and written in process, without a checkout.

use std::path::Path;

use gix::{ObjectId, objs::tree::EntryKind};
use types::{CommitSha, patch::GitTreeEntry};
use unidiff::{BaseFile, FileResult, Mode};

use super::{base::TreeBase, error::GitError};

/// The objects of a repository, for use within one thread.
#[derive(Clone, Debug)]
pub struct Objects(pub(super) gix::Repository);

/// What stands under a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file, link or submodule.
    File {
        /// Its mode.
        mode: Mode,
        /// Its id.
        id: CommitSha,
    },
    /// A folder.
    Folder(CommitSha),
}

/// Opens a repository without its own or the user's settings having a say.
pub(super) fn open(path: &Path) -> Result<gix::ThreadSafeRepository, GitError> {
    let options = gix::open::Options::isolated()
        .with(gix::sec::Trust::Full)
        .config_overrides(["core.useReplaceRefs=false"]);
    Ok(options.open(path)?)
}

pub(super) fn object_id(id: &CommitSha) -> Result<ObjectId, GitError> {
    ObjectId::from_hex(id.as_str().as_bytes()).map_err(|error| GitError::Objects(error.to_string()))
}

pub(super) fn sha(id: &gix::oid) -> Result<CommitSha, GitError> {
    id.to_string()
        .parse()
        .map_err(|error: types::Invalid| GitError::Objects(error.to_string()))
}

impl Objects {
    /// The objects of the repository at `path`.
    ///
    /// # Errors
    /// When there is no repository.
    pub fn at(path: &Path) -> Result<Self, GitError> {
        Ok(Self(open(path)?.to_thread_local()))
    }

    /// The same objects, but what is written stays in memory and is forgotten.
    #[must_use]
    pub fn in_memory(self) -> Self {
        Self(self.0.with_object_memory())
    }

    /// The commit that a revision such as `main~2` names.
    ///
    /// # Errors
    /// When it names none.
    pub fn resolve(&self, revision: &str) -> Result<CommitSha, GitError> {
        let object = self.0.rev_parse_single(revision)?.object()?;
        sha(&object.peel_to_commit()?.id)
    }

    /// The commit that a full name such as `refs/heads/main` points to.
    ///
    /// # Errors
    /// When the name is not one or the references cannot be read.
    pub fn reference(&self, name: &str) -> Result<Option<CommitSha>, GitError> {
        let Ok(name) = gix::refs::FullName::try_from(name) else {
            return Ok(None);
        };
        match self.0.try_find_reference(name.as_ref())? {
            Some(mut reference) => Ok(Some(sha(&reference.peel_to_id()?)?)),
            None => Ok(None),
        }
    }

    /// Points a reference at a commit, whatever it pointed to.
    pub(super) fn set_reference(&self, name: &str, commit: &CommitSha) -> Result<(), GitError> {
        use gix::refs::{
            FullName,
            transaction::{PreviousValue, RefEdit},
        };
        let name =
            FullName::try_from(name).map_err(|error| GitError::Objects(error.to_string()))?;
        let edit = RefEdit::update(name, object_id(commit)?, PreviousValue::Any, "");
        self.0.edit_references_as(Some(edit), None)?;
        Ok(())
    }

    /// The tree of a commit; none when there is no such commit.
    ///
    /// # Errors
    /// When the objects cannot be read.
    pub fn tree_of(&self, commit: &CommitSha) -> Result<Option<CommitSha>, GitError> {
        let Some(object) = self.0.try_find_object(object_id(commit)?)? else {
            return Ok(None);
        };
        match object.try_into_commit() {
            Ok(commit) => Ok(Some(sha(&commit.tree_id()?)?)),
            Err(_) => Ok(None),
        }
    }

    /// The tree of a commit that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn tree_of_known(&self, commit: &CommitSha) -> Result<CommitSha, GitError> {
        self.tree_of(commit)?.ok_or_else(|| GitError::Missing {
            what: "commit",
            id: commit.clone(),
        })
    }

    /// The commits before a commit.
    ///
    /// # Errors
    /// When it is not there.
    pub fn parents(&self, commit: &CommitSha) -> Result<Vec<CommitSha>, GitError> {
        let commit = self.0.find_commit(object_id(commit)?)?;
        commit.parent_ids().map(|id| sha(&id)).collect()
    }

    /// The message of a commit.
    ///
    /// # Errors
    /// When it is not there.
    pub fn message(&self, commit: &CommitSha) -> Result<String, GitError> {
        let commit = self.0.find_commit(object_id(commit)?)?;
        Ok(commit.message_raw()?.to_string())
    }

    /// Whether `wanted` is `tip` or among the `most` newest commits that led to it.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn leads_to(
        &self,
        wanted: &CommitSha,
        tip: &CommitSha,
        most: usize,
    ) -> Result<bool, GitError> {
        let wanted = object_id(wanted)?;
        let walk = self.0.rev_walk([object_id(tip)?]).all()?;
        for commit in walk.take(most) {
            if commit?.id == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A tree to apply a diff to.
    ///
    /// # Errors
    /// When it is not there.
    pub fn base(&self, tree: &CommitSha) -> Result<TreeBase<'_>, GitError> {
        Ok(TreeBase::new(self, object_id(tree)?))
    }

    /// What stands at `path` in a tree; the tree itself for the empty path.
    ///
    /// # Errors
    /// When the objects cannot be read.
    pub fn entry(&self, tree: &CommitSha, path: &str) -> Result<Option<Entry>, GitError> {
        if path.is_empty() {
            return Ok(Some(Entry::Folder(tree.clone())));
        }
        let tree = self.0.find_tree(object_id(tree)?)?;
        let names = path.split('/').map(str::as_bytes);
        let Some(entry) = tree.lookup_entry(names)? else {
            return Ok(None);
        };
        let id = sha(entry.oid())?;
        Ok(Some(match mode(entry.mode().kind()) {
            Some(mode) => Entry::File { mode, id },
            None => Entry::Folder(id),
        }))
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// When it is not there.
    pub fn blob(&self, id: &CommitSha) -> Result<Vec<u8>, GitError> {
        Ok(self.0.find_blob(object_id(id)?)?.take_data())
    }

    /// What is in a folder.
    ///
    /// # Errors
    /// When it is not there.
    pub fn folder(&self, tree: &CommitSha) -> Result<Vec<GitTreeEntry>, GitError> {
        let tree = self.0.find_tree(object_id(tree)?)?;
        let decoded = tree.decode()?;
        let entries = decoded.entries.iter().map(|entry| {
            Ok(GitTreeEntry {
                name: entry.filename.to_string(),
                mode: format!("{:o}", entry.mode.value()),
                id: sha(entry.oid)?,
            })
        });
        entries.collect()
    }

    /// Writes what becomes of `tree` when some files change.
    ///
    /// # Errors
    /// When the objects cannot be read or written.
    pub fn write_changes(
        &self,
        tree: &CommitSha,
        changes: &[FileResult],
    ) -> Result<CommitSha, GitError> {
        let mut entries = Vec::with_capacity(changes.len());
        for change in changes {
            let after = match &change.new {
                Some(file) => Some((file.mode, sha(&self.0.write_blob(&file.bytes)?)?)),
                None => None,
            };
            entries.push((change.path.clone(), after));
        }
        self.write_entries(tree, &entries)
    }

    /// Writes what becomes of `tree` when entries change; none removes.
    ///
    /// # Errors
    /// When the objects cannot be read or written.
    pub fn write_entries(
        &self,
        tree: &CommitSha,
        entries: &[(String, Option<(Mode, CommitSha)>)],
    ) -> Result<CommitSha, GitError> {
        let mut editor = self.0.edit_tree(object_id(tree)?)?;
        // Removals first, so that a file may take the place of a folder that empties.
        for (path, _) in entries.iter().filter(|(_, after)| after.is_none()) {
            editor.remove(path)?;
        }
        for (path, after) in entries {
            if let Some((mode, id)) = after {
                editor.upsert(path, kind(*mode), object_id(id)?)?;
            }
        }
        sha(&editor.write()?)
    }

    /// The tree with nothing in it, which is always there.
    ///
    /// # Errors
    /// Never in practice: the id is well formed.
    pub fn empty_tree(&self) -> Result<CommitSha, GitError> {
        sha(&ObjectId::empty_tree(self.0.object_hash()))
    }

    pub(super) fn file(&self, mode: Mode, id: &gix::oid) -> Result<BaseFile, GitError> {
        let bytes = match mode {
            Mode::Gitlink => Vec::new(),
            Mode::Regular | Mode::Executable | Mode::Symlink => {
                self.0.find_blob(id.to_owned())?.take_data()
            }
        };
        Ok(BaseFile { mode, bytes })
    }
}

pub(super) fn mode(kind: EntryKind) -> Option<Mode> {
    match kind {
        EntryKind::Blob => Some(Mode::Regular),
        EntryKind::BlobExecutable => Some(Mode::Executable),
        EntryKind::Link => Some(Mode::Symlink),
        EntryKind::Commit => Some(Mode::Gitlink),
        EntryKind::Tree => None,
    }
}

fn kind(mode: Mode) -> EntryKind {
    match mode {
        Mode::Regular => EntryKind::Blob,
        Mode::Executable => EntryKind::BlobExecutable,
        Mode::Symlink => EntryKind::Link,
        Mode::Gitlink => EntryKind::Commit,
    }
}
