//! Knowing files again: after renaming, replacing, copying and cutting off, as log rotation does.

use std::{
    collections::{BTreeSet, HashMap, btree_map::Entry},
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use observer::{
    domain::formats::Format,
    tail::{Bookmark, find_continuation},
};

use super::{
    files::Files,
    followed::{Change, Followed, seen},
};

/// Files that end so were packed after they were read.
const PACKED: [&str; 5] = [".gz", ".xz", ".bz2", ".zst", ".zip"];

/// What the files are compared with.
struct Present<'a> {
    listed: BTreeSet<&'a Path>,
    format: Option<Format>,
    /// The generation of the file that had a name before.
    left: HashMap<PathBuf, u64>,
}

impl Files {
    /// Brings what is followed up to date with the files that there are; whether any is new or
    /// begun anew.
    pub(super) fn recognise(&mut self, listed: &[PathBuf], format: Option<Format>) -> bool {
        let mut present = Present {
            listed: listed.iter().map(PathBuf::as_path).collect(),
            format,
            left: HashMap::new(),
        };
        let before: Vec<PathBuf> = self.followed.keys().cloned().collect();
        let (mut away, mut anew, mut blank) = (Vec::new(), Vec::new(), Vec::new());
        for path in before {
            let Some(file) = self.followed.get_mut(&path).filter(|file| !file.is_gone) else {
                continue;
            };
            match file.look() {
                // Of an empty file nobody can say that it is still the same.
                Change::Same if file.known().is_blank() && file.has_more() => blank.push(path),
                Change::Same => {}
                Change::BegunAnew => anew.push(path),
                Change::Replaced | Change::Gone => away.extend(self.followed.remove(&path)),
            }
        }
        // Names are handed on from file to file: all are free before one is given.
        for file in away {
            self.moved_away(file, &mut present);
        }
        for path in &anew {
            self.begin_anew(path, &present);
        }
        for path in &blank {
            let before = self
                .put_aside_last(path)
                .map(|file| file.bookmark.generation);
            if let Some(generation) = before {
                self.take_in_before(path, generation, &present);
            }
        }
        !anew.is_empty() | self.welcome(&present)
    }

    /// A file was cut off or written anew. What was written before that may be in a copy.
    fn begin_anew(&mut self, path: &Path, present: &Present<'_>) {
        let Some(file) = self.followed.get_mut(path) else {
            return;
        };
        let (known, format) = (file.known().clone(), file.format);
        file.begin_anew(known.inode, known.generation + 1);
        if let Some((copy, inode)) = continuation(path, &known)
            && !self.followed.contains_key(&copy)
        {
            let mut rest = Followed::new(path, format, known.clone())
                .renamed(&copy, present.listed.contains(copy.as_path()));
            rest.adopt(inode);
            self.followed.insert(copy, rest);
        }
        self.take_in_before(path, known.generation, present);
    }

    /// Takes in what had the name of a file of which nothing was read.
    fn take_in_before(&mut self, path: &Path, generation: u64, present: &Present<'_>) {
        let newest = self.take_in_between(path, generation, present);
        if let Some(file) = self.followed.get_mut(path) {
            file.bookmark.generation = file.bookmark.generation.max(newest + 1);
        }
    }

    /// Another file, or none, has the name of one. It may have another name now.
    fn moved_away(&mut self, mut file: Followed, present: &mut Present<'_>) {
        let path = Arc::clone(&file.path);
        let known = file.known().clone();
        present.left.insert(path.to_path_buf(), known.generation);
        if let Some((other, inode)) = continuation(&path, &known) {
            let is_asked_for = present.listed.contains(other.as_path());
            if let Entry::Vacant(free) = self.followed.entry(other.clone()) {
                let mut file = file.renamed(&other, is_asked_for);
                file.adopt(inode);
                free.insert(file);
            }
            return;
        }
        // Its content may have been written under its name as a new file.
        let holds = |now: &File| !known.is_blank() && known.holds(now).unwrap_or(false);
        let now = File::open(&path).ok().filter(holds);
        match now.and_then(|now| now.metadata().ok()) {
            Some(about) => {
                file.adopt(about.ino());
                self.followed.insert(path.to_path_buf(), file);
            }
            None => self.keep_gone(file),
        }
    }

    /// Takes in what had a name between the file that was put aside last, as far as is known, and
    /// the one that has it now, such as `a.log.1` when what was read of `a.log` is in `a.log.2`;
    /// the generation of the newest.
    fn take_in_between(&mut self, path: &Path, generation: u64, present: &Present<'_>) -> u64 {
        let last = self.put_aside_last(path);
        let Some((older, last)) =
            last.map(|file| (Arc::clone(&file.path), file.bookmark.generation))
        else {
            return generation;
        };
        let mut newest = generation.max(last);
        for between in put_aside_after(path, &older) {
            if self.followed.contains_key(&between) || present.listed.contains(between.as_path()) {
                continue;
            }
            if let Ok(about) = fs::metadata(&between) {
                newest += 1;
                let bookmark = Bookmark::start(about.ino(), newest);
                let file = Followed::new(path, present.format, bookmark).renamed(&between, false);
                self.followed.insert(between, file);
            }
        }
        newest
    }

    /// Takes in files that are new; whether there are any.
    fn welcome(&mut self, present: &Present<'_>) -> bool {
        let listed = present.listed.iter().copied();
        let new: Vec<&Path> = listed
            .filter(|path| !self.followed.contains_key(*path))
            .collect();
        let alike = if new.is_empty() {
            HashMap::new()
        } else {
            self.by_likeness()
        };
        let mut half_copied = HashMap::new();
        let mut has_new = false;
        for path in new {
            let Ok(about) = fs::metadata(path) else {
                continue;
            };
            let bookmark = match self.copied(path, &alike) {
                Copied::Perhaps => {
                    half_copied.insert(path.to_path_buf(), about.len());
                    continue;
                }
                Copied::From(bookmark) => bookmark.in_file(about.ino()),
                Copied::Not => self.first_bookmark(path, about.ino(), present),
            };
            has_new = true;
            let file = Followed::new(path, present.format, bookmark);
            self.followed.insert(path.to_path_buf(), file);
        }
        self.half_copied = half_copied;
        has_new
    }

    /// Where reading begins in a file that is like none that is followed.
    fn first_bookmark(&mut self, path: &Path, inode: u64, present: &Present<'_>) -> Bookmark {
        let rested = self.resting.remove(path).map(|rested| rested.bookmark);
        let has_come_back = |bookmark: &Bookmark| {
            let file = File::open(path);
            file.and_then(|file| bookmark.holds(&file)).unwrap_or(false)
        };
        let before = match rested {
            Some(bookmark) if has_come_back(&bookmark) => return bookmark.in_file(inode),
            Some(bookmark) => Some(bookmark.generation),
            None => present.left.get(path).copied(),
        };
        let aside = self
            .put_aside_last(path)
            .map(|file| file.bookmark.generation);
        let generation = match before.max(aside) {
            Some(generation) => self.take_in_between(path, generation, present) + 1,
            None => 0,
        };
        seen(path, inode, generation)
    }

    fn by_likeness(&self) -> HashMap<String, Vec<Bookmark>> {
        let mut alike: HashMap<String, Vec<Bookmark>> = HashMap::new();
        for file in self.followed.values() {
            if let Some(likeness) = file.known().likeness() {
                alike
                    .entry(likeness.to_owned())
                    .or_default()
                    .push(file.known().clone());
            }
        }
        alike
    }

    /// Whether a new file is a copy of one that was read.
    fn copied(&self, path: &Path, alike: &HashMap<String, Vec<Bookmark>>) -> Copied {
        let Ok(file) = File::open(path) else {
            return Copied::Not;
        };
        let likeness = Bookmark::likeness_of(&file).ok().flatten();
        let Some(candidates) = likeness.and_then(|likeness| alike.get(&likeness)) else {
            return Copied::Not;
        };
        let held = |bookmark: &&Bookmark| bookmark.holds(&file).unwrap_or(false);
        if let Some(bookmark) = candidates.iter().filter(held).max_by_key(|one| one.offset) {
            return Copied::From(bookmark.clone());
        }
        let length = file.metadata().map_or(0, |about| about.len());
        let is_shorter = candidates.iter().any(|bookmark| length < bookmark.offset);
        let has_stopped = self.half_copied.get(path) == Some(&length);
        match is_shorter && !has_stopped {
            true => Copied::Perhaps,
            false => Copied::Not,
        }
    }
}

enum Copied {
    /// It is a file of its own.
    Not,
    /// It holds what was read of another file up to there.
    From(Bookmark),
    /// It begins like another file and is still shorter: a copy may be under way.
    Perhaps,
}

fn continuation(path: &Path, bookmark: &Bookmark) -> Option<(PathBuf, u64)> {
    let found = find_continuation(path.parent()?, bookmark, path)
        .ok()
        .flatten()?;
    let inode = fs::metadata(&found).ok()?.ino();
    Some((found, inode))
}

/// Files beside `path` that are named after it and were not written before `older`, the
/// oldest first.
fn put_aside_after(path: &Path, older: &Path) -> Vec<PathBuf> {
    let written = |path: &Path| fs::metadata(path).and_then(|about| about.modified()).ok();
    let (Some(folder), Some(name), Some(since)) = (
        path.parent(),
        path.file_name().and_then(|name| name.to_str()),
        written(older),
    ) else {
        return Vec::new();
    };
    let is_named_after = |other: &Path| {
        let other = other.file_name().and_then(|other| other.to_str());
        let rest = other
            .and_then(|other| other.strip_prefix(name))
            .unwrap_or_default();
        rest.starts_with(['.', '-', '_']) && !PACKED.iter().any(|end| rest.ends_with(end))
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|other| other != older && other.is_file() && is_named_after(other))
        .filter_map(|other| Some((written(&other)?, other)))
        // Clocks of file systems are coarse: two files may be equally old.
        .filter(|(at, _)| since <= *at)
        .collect();
    found.sort();
    found.into_iter().map(|(_, other)| other).collect()
}
