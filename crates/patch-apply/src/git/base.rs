//! A tree of the repository as the base of a diff, and the difference of two trees.

use std::collections::{BTreeMap, BTreeSet};

use gix::{ObjectId, objs::tree::EntryKind};
use types::CommitSha;
use unidiff::{Base, BaseFile, FileResult, ReadError};

use super::{
    error::GitError,
    objects::{Entry, Objects, mode, object_id, sha},
};

/// A tree that a diff can be applied to.
#[derive(Debug)]
pub struct TreeBase<'a> {
    objects: &'a Objects,
    tree: ObjectId,
}

impl<'a> TreeBase<'a> {
    pub(super) fn new(objects: &'a Objects, tree: ObjectId) -> Self {
        Self { objects, tree }
    }

    fn find(&self, path: &str) -> Result<Option<Entry>, GitError> {
        self.objects.entry(&sha(&self.tree)?, path)
    }
}

fn unreadable(error: &GitError) -> ReadError {
    ReadError(error.to_string())
}

impl Base for TreeBase<'_> {
    fn read(&self, path: &str) -> Result<Option<BaseFile>, ReadError> {
        let file = match self.find(path).map_err(|error| unreadable(&error))? {
            Some(Entry::File { mode, id }) => object_id(&id)
                .and_then(|id| self.objects.file(mode, &id))
                .map(Some),
            Some(Entry::Folder(_)) | None => Ok(None),
        };
        file.map_err(|error| unreadable(&error))
    }

    fn list(&self, folder: &str, visit: &mut dyn FnMut(&str) -> bool) -> Result<(), ReadError> {
        let names = || -> Result<Vec<String>, GitError> {
            let Some(Entry::Folder(tree)) = self.find(folder)? else {
                return Ok(Vec::new());
            };
            let entries = self.objects.folder(&tree)?;
            Ok(entries.into_iter().map(|entry| entry.name).collect())
        };
        for name in names().map_err(|error| unreadable(&error))? {
            if !visit(&name) {
                break;
            }
        }
        Ok(())
    }
}

type Names = BTreeMap<String, (EntryKind, ObjectId)>;

impl Objects {
    /// Every file that differs between two trees, by path.
    ///
    /// # Errors
    /// When the objects cannot be read, or a name is not UTF-8.
    pub fn difference(
        &self,
        old: &CommitSha,
        new: &CommitSha,
    ) -> Result<Vec<FileResult>, GitError> {
        let mut out = Vec::new();
        self.compare(Some(object_id(old)?), Some(object_id(new)?), "", &mut out)?;
        out.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(out)
    }

    fn compare(
        &self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
        folder: &str,
        out: &mut Vec<FileResult>,
    ) -> Result<(), GitError> {
        if old == new {
            return Ok(());
        }
        let (before, after) = (self.names(old)?, self.names(new)?);
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let (old, new) = (before.get(name), after.get(name));
            if old == new {
                continue;
            }
            let path = if folder.is_empty() {
                name.clone()
            } else {
                format!("{folder}/{name}")
            };
            let (old_file, new_file) = (self.leaf(old)?, self.leaf(new)?);
            if old_file.is_some() || new_file.is_some() {
                out.push(FileResult {
                    path: path.clone(),
                    old: old_file,
                    new: new_file,
                });
            }
            self.compare(subtree(old), subtree(new), &path, out)?;
        }
        Ok(())
    }

    fn names(&self, tree: Option<ObjectId>) -> Result<Names, GitError> {
        let Some(tree) = tree else {
            return Ok(Names::new());
        };
        let tree = self.0.find_tree(tree)?;
        let decoded = tree.decode()?;
        let entries = decoded.entries.iter().map(|entry| {
            let name = String::from_utf8(entry.filename.to_vec()).map_err(|_| {
                GitError::Objects(format!("{} is not a UTF-8 name", entry.filename))
            })?;
            Ok((name, (entry.mode.kind(), entry.oid.to_owned())))
        });
        entries.collect()
    }

    fn leaf(&self, entry: Option<&(EntryKind, ObjectId)>) -> Result<Option<BaseFile>, GitError> {
        let leaf = entry.and_then(|(kind, id)| mode(*kind).map(|mode| (mode, id)));
        leaf.map(|(mode, id)| self.file(mode, id)).transpose()
    }
}

fn subtree(entry: Option<&(EntryKind, ObjectId)>) -> Option<ObjectId> {
    entry
        .filter(|(kind, _)| *kind == EntryKind::Tree)
        .map(|(_, id)| *id)
}
