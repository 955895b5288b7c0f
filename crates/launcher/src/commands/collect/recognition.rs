//! Knowing files again: after renaming, replacing, copying and cutting off, as log rotation does.
//!
//! Files change while they are looked at. What is not clear at one look is left to the next:
//! nothing follows from a single event that could be missed.

use std::{
    collections::BTreeSet,
    fs::File,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use observer::{
    domain::formats::Format,
    tail::{Bookmark, find_continuation},
};

use super::{
    files::Files,
    followed::{Change, Followed},
};

impl Files {
    /// Brings what is followed up to date with the files that there are; whether there is
    /// anything to remember before more is read.
    pub(super) fn recognise(&mut self, listed: &[PathBuf], format: Option<Format>) -> bool {
        let before: Vec<PathBuf> = self.followed.keys().cloned().collect();
        let (mut away, mut anew, mut has_changed) = (Vec::new(), Vec::new(), false);
        for path in before {
            let Some(file) = self.followed.get_mut(&path).filter(|file| !file.is_gone()) else {
                continue;
            };
            let change = file.look();
            has_changed |= change != Change::Same;
            match change {
                Change::Same | Change::Filled => {}
                Change::BegunAnew => anew.push(path),
                Change::Replaced | Change::Gone => away.extend(self.followed.remove(&path)),
            }
        }
        // Names are handed on from file to file: all are free before one is given.
        for file in away {
            self.moved_away(file);
        }
        self.cut_off.clear();
        for path in &anew {
            self.begin_anew(path);
        }
        let listed: BTreeSet<&Path> = listed.iter().map(PathBuf::as_path).collect();
        let aside = self.put_aside(&listed);
        has_changed | self.welcome(&listed, aside, format)
    }

    /// A file was cut off or written anew. What was written before that may be in a copy.
    fn begin_anew(&mut self, path: &Path) {
        let Some(file) = self.followed.get(path) else {
            return;
        };
        let (known, name) = (file.known().clone(), file.name().to_path_buf());
        let rest = Followed::new(&name, file.format, known.clone());
        self.note_generation(&name, known.generation);
        let generation = self.next_generation(&name);
        if let Some(file) = self.followed.get_mut(path) {
            file.begin_anew(generation);
        }
        if let Some((copy, inode)) = continuation(&name, path, &known) {
            self.go_on_in(rest, &copy, inode);
        }
        self.cut_off.insert(name, known);
    }

    /// Another file, or none, has the name of one. It may have another name now.
    fn moved_away(&mut self, mut file: Followed) {
        let known = file.known().clone();
        self.note_generation(file.name(), known.generation);
        if let Some((other, inode)) = continuation(file.name(), &file.path, &known) {
            return self.go_on_in(file, &other, inode);
        }
        // Its content may have been written under its name as a new file.
        let holds = |now: &File| !known.is_blank() && known.holds(now).unwrap_or(false);
        let path = file.path.to_path_buf();
        let now = opened(&path).filter(|(now, _)| holds(now));
        match now.filter(|_| !self.followed.contains_key(&path)) {
            Some((_, inode)) => {
                file.adopt(inode);
                self.followed.insert(path, file);
            }
            None => self.keep_missing(file),
        }
    }

    /// Goes on with a file where its content is now, unless that is followed already.
    fn go_on_in(&mut self, file: Followed, other: &Path, inode: u64) {
        if self.follows(other, inode) {
            return;
        }
        if self.followed.contains_key(other) {
            // The names are being handed on just now.
            return self.keep_missing(file);
        }
        let mut file = file.renamed(other, self.is_asked_for(other));
        file.adopt(inode);
        self.followed.insert(other.to_path_buf(), file);
    }

    /// Whether the file of that number in the folder of `path` is followed, under whatever name.
    pub(super) fn follows(&self, path: &Path, inode: u64) -> bool {
        let is_it =
            |file: &Followed| file.known().inode == inode && file.path.parent() == path.parent();
        self.followed.values().any(is_it)
    }
}

/// An open file and its number.
pub(super) fn opened(path: &Path) -> Option<(File, u64)> {
    let file = File::open(path).ok()?;
    let inode = file.metadata().ok()?.ino();
    Some((file, inode))
}

fn continuation(name: &Path, except: &Path, bookmark: &Bookmark) -> Option<(PathBuf, u64)> {
    let found = find_continuation(name.parent()?, bookmark, except)
        .ok()
        .flatten()?;
    let (file, inode) = opened(&found)?;
    // The name may have been handed on since.
    bookmark.holds(&file).ok()?.then_some((found, inode))
}
