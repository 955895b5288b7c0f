//! Which names a diff takes away and makes, and whether they fit together in one tree.

use std::collections::BTreeSet;

use crate::base::{Base, ReadError};
use crate::fault::{Code, Fault};
use crate::name::name_danger;
use crate::patch::{Change, FilePatch, Patch};

/// The names that go and the names that come.
pub(crate) struct Names<'a> {
    /// Old names of renames and deletions.
    removed: BTreeSet<&'a str>,
    /// Names that may stand where a rename took the file away.
    vacated: BTreeSet<&'a str>,
    /// New names of everything that has one.
    made: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    /// Collects the names; each file may be touched once. A copy does not touch its source.
    pub(crate) fn collect(patch: &'a Patch) -> Result<Self, Box<Fault>> {
        let mut names = Self {
            removed: BTreeSet::new(),
            vacated: BTreeSet::new(),
            made: BTreeSet::new(),
        };
        let mut used = BTreeSet::new();
        for file in &patch.files {
            check_names(file)?;
            let old = file
                .old_path
                .as_deref()
                .filter(|_| file.change != Change::Copy);
            let new = file.new_path.as_deref();
            let old_is_fresh = old.is_none_or(|path| used.insert(path));
            let new_is_fresh = new.is_none_or(|path| names.made.insert(path));
            if !old_is_fresh || !new_is_fresh {
                return Err(name_twice(file));
            }
            if let Some(path) = old.filter(|path| Some(*path) != new) {
                names.removed.insert(path);
            }
            if file.change == Change::Rename {
                names.vacated.extend(old);
            }
        }
        match patch
            .files
            .iter()
            .find(|file| names.remakes_a_deleted_file(file))
        {
            Some(file) => Err(name_twice(file)),
            None => Ok(names),
        }
    }

    fn remakes_a_deleted_file(&self, file: &FilePatch) -> bool {
        file.change != Change::Modify
            && file
                .new_path
                .as_deref()
                .is_some_and(|path| self.removed.contains(path) && !self.vacated.contains(path))
    }

    /// Whether a file may come into being under this name.
    pub(crate) fn is_vacated(&self, path: &str) -> bool {
        self.vacated.contains(path)
    }

    /// Checks that no file of the result would have to be a folder as well.
    pub(crate) fn check_folders(
        &self,
        base: &impl Base,
        file: &FilePatch,
    ) -> Result<(), Box<Fault>> {
        let Some(path) = file.new_path.as_deref() else {
            return Ok(());
        };
        let conflict = |other: &str| {
            Fault::new(
                Code::FolderConflict,
                format!("{other} would be both a file and a folder"),
            )
            .in_file(path)
            .at_line(file.line)
        };
        let folders = path
            .match_indices('/')
            .filter_map(|(end, _)| path.get(..end));
        for folder in folders {
            let stays = !self.removed.contains(folder) && read(base, folder)?.is_some();
            if stays || self.made.contains(folder) {
                return Err(conflict(folder));
            }
        }
        if self
            .holds_something(base, path)
            .map_err(|error| unreadable(&error))?
        {
            return Err(conflict(path));
        }
        Ok(())
    }

    /// Whether anything is left below this folder once the diff is applied.
    fn holds_something(&self, base: &impl Base, folder: &str) -> Result<bool, ReadError> {
        let mut children = Vec::new();
        base.list(folder, &mut |name| {
            children.push(format!("{folder}/{name}"));
            children.len() <= self.removed.len()
        })?;
        for child in children {
            let is_removed = self.removed.contains(child.as_str());
            let is_file = base.read(&child)?.is_some();
            if (is_file && !is_removed) || (!is_file && self.holds_something(base, &child)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

pub(crate) fn read(
    base: &impl Base,
    path: &str,
) -> Result<Option<crate::base::BaseFile>, Box<Fault>> {
    base.read(path)
        .map_err(|error| unreadable(&error).in_file(path))
}

fn unreadable(error: &ReadError) -> Box<Fault> {
    Fault::new(
        Code::Unreadable,
        format!("the base could not be read: {error}"),
    )
}

fn check_names(file: &FilePatch) -> Result<(), Box<Fault>> {
    for path in [&file.old_path, &file.new_path].into_iter().flatten() {
        if let Some(danger) = name_danger(path) {
            return Err(Fault::new(Code::UnsafeName, danger.explain())
                .in_file(path)
                .at_line(file.line)
                .found(path));
        }
    }
    Ok(())
}

fn name_twice(file: &FilePatch) -> Box<Fault> {
    Fault::new(
        Code::NameTwice,
        "the diff touches this file twice; put all of it under one header",
    )
    .in_file(file.path())
    .at_line(file.line)
}
