//! Taking in files that are new, and telling copies of known ones from them.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use observer::{
    domain::formats::{Format, Place},
    tail::Bookmark,
};

use super::{
    files::Files, followed::Followed, memory::Remembered, names::former_names, recognition::opened,
};

/// What begins like a longer file and has not grown for so many looks is no copy under way.
const STOPPED_LOOKS: u32 = 10;
/// So much of two files is compared.
const COMPARED_BYTES: u64 = 64 * 1024;

/// A file that is not followed yet.
pub(super) struct Newcomer {
    path: PathBuf,
    /// The name that it had, if it was put aside under one that nobody asked for.
    formerly: Option<PathBuf>,
}

enum Copied {
    /// It is a file of its own.
    Not,
    /// It holds what was read of another file up to there.
    From(Bookmark),
    /// It is the beginning of another file: a copy may be under way.
    Perhaps,
}

impl Files {
    /// The files beside those that were asked for by name that had such a name and were put aside
    /// before anybody saw them under it.
    pub(super) fn put_aside(&mut self, listed: &BTreeSet<&Path>) -> Vec<Newcomer> {
        let names = self.paths.iter().filter(|path| !path.is_dir());
        let names: Vec<PathBuf> = names.cloned().collect();
        let found = names.iter().map(|name| self.put_aside_of(name, listed));
        found.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    fn put_aside_of(&mut self, name: &Path, listed: &BTreeSet<&Path>) -> Vec<Newcomer> {
        let Ok(siblings) = siblings(name) else {
            return Vec::new();
        };
        let is_known = self.followed.contains_key(name)
            || self.resting.contains_key(name)
            || self.has_generations(name);
        let (mut left, mut found) = (Vec::new(), Vec::new());
        for path in siblings {
            if listed.contains(path.as_path()) {
                continue;
            }
            let Some((file, inode)) = opened(&path) else {
                continue;
            };
            if self.follows(&path, inode) {
                continue;
            }
            match self.left_as(name, &file) {
                Some(known) => left.push(Remembered { path, ..known }),
                None if is_known => found.push(Newcomer {
                    path,
                    formerly: Some(name.to_path_buf()),
                }),
                // What was put aside before anybody followed is nobody's.
                None => left.extend(never_followed(name, path, &file)),
            }
        }
        self.left
            .retain(|one| one.formerly.as_deref() != Some(name));
        self.left.extend(left);
        found
    }

    fn left_as(&self, name: &Path, file: &File) -> Option<Remembered> {
        let is_it = |one: &&Remembered| {
            one.formerly.as_deref() == Some(name) && one.bookmark.is_in(file).unwrap_or(false)
        };
        self.left.iter().find(is_it).cloned()
    }

    /// Takes in files that are new; whether there are any.
    pub(super) fn welcome(
        &mut self,
        listed: &BTreeSet<&Path>,
        aside: Vec<Newcomer>,
        format: Option<Format>,
    ) -> bool {
        let asked = listed.iter().map(|path| Newcomer {
            path: path.to_path_buf(),
            formerly: None,
        });
        let new: Vec<Newcomer> = aside
            .into_iter()
            .chain(asked)
            .filter(|one| !self.followed.contains_key(&one.path))
            .collect();
        let half_copied = std::mem::take(&mut self.half_copied);
        if new.is_empty() {
            return false;
        }
        let alike = self.by_likeness();
        let mut known = self.numbers();
        let mut has_new = false;
        for one in new {
            let Some((file, inode)) = opened(&one.path) else {
                continue;
            };
            let number = (folder_of(&one.path), inode);
            if known.contains(&number) {
                continue;
            }
            let bookmark = match self.copied(&one, &file, &alike) {
                Copied::Perhaps if !self.has_stopped(&one.path, &file, &half_copied) => continue,
                Copied::From(bookmark) => Some(bookmark.in_file(inode)),
                Copied::Perhaps | Copied::Not => self.first_bookmark(&one, &file, inode),
            };
            if let Some(bookmark) = bookmark {
                known.insert(number);
                self.take_in(one, bookmark, format);
                has_new = true;
            }
        }
        has_new
    }

    fn take_in(&mut self, new: Newcomer, bookmark: Bookmark, format: Option<Format>) {
        let file = match &new.formerly {
            Some(name) => {
                let same = self.followed.get(name).and_then(|file| file.format);
                Followed::new(name, format.or(same), bookmark).renamed(&new.path, false)
            }
            None => Followed::new(&new.path, format, bookmark),
        };
        self.followed.insert(new.path, file);
    }

    /// Where reading begins in a file that is like none that is followed.
    fn first_bookmark(&mut self, new: &Newcomer, file: &File, inode: u64) -> Option<Bookmark> {
        if let Some(rested) = self.resting.remove(&new.path).map(|rested| rested.bookmark) {
            if rested.holds(file).unwrap_or(false) {
                return Some(rested.in_file(inode));
            }
            self.note_generation(&new.path, rested.generation);
        }
        let name = new.formerly.as_deref().unwrap_or(&new.path);
        if let Some(generation) = self.followed.get(name).map(|now| now.known().generation) {
            self.note_generation(name, generation);
        }
        let generation = self.next_generation(name);
        Bookmark::seen(file, generation).ok()
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

    /// What tells the files that are followed from others: their folders and their numbers there.
    fn numbers(&self) -> HashSet<(PathBuf, u64)> {
        let number = |file: &Followed| (folder_of(&file.path), file.known().inode);
        self.followed.values().map(number).collect()
    }

    /// Whether a new file is a copy of one that is followed.
    fn copied(
        &self,
        new: &Newcomer,
        file: &File,
        alike: &HashMap<String, Vec<Bookmark>>,
    ) -> Copied {
        let likeness = Bookmark::likeness_of(file).ok().flatten();
        let alike = likeness.and_then(|likeness| alike.get(&likeness));
        let alike = alike.map_or(&[] as &[Bookmark], Vec::as_slice);
        let original = new.formerly.clone().or_else(|| self.original_of(&new.path));
        let named_after = original.as_ref().and_then(|name| self.followed.get(name));
        let candidates = || alike.iter().chain(named_after.map(Followed::known));
        let is_held =
            |bookmark: &&Bookmark| !bookmark.is_blank() && bookmark.holds(file).unwrap_or(false);
        if let Some(bookmark) = candidates().filter(is_held).max_by_key(|one| one.offset) {
            return Copied::From(bookmark.clone());
        }
        // Whoever rotates may copy less than was read before the file was cut off.
        let cut_off = original.as_ref().and_then(|name| self.cut_off.get(name));
        if let Some(end) = cut_off.and_then(|known| end_of_covered(file, known)) {
            return Copied::From(end);
        }
        let length = file.metadata().map_or(0, |about| about.len());
        let is_beginning = || original.is_some_and(|name| is_beginning_of(file, &name));
        match alike.iter().any(|bookmark| length < bookmark.offset) || is_beginning() {
            true => Copied::Perhaps,
            false => Copied::Not,
        }
    }

    /// The file that is followed and after which one is named.
    fn original_of(&self, path: &Path) -> Option<PathBuf> {
        let mut names = former_names(path).into_iter();
        names.find(|name| self.followed.contains_key(name))
    }

    /// Whether what may be a copy under way has not grown for long. Nothing is no copy yet.
    fn has_stopped(
        &mut self,
        path: &Path,
        file: &File,
        before: &HashMap<PathBuf, (u64, u32)>,
    ) -> bool {
        let length = file.metadata().map_or(0, |about| about.len());
        let looks = match before.get(path) {
            Some((then, looks)) if *then == length && length != 0 => looks + 1,
            _ => 0,
        };
        self.half_copied.insert(path.to_path_buf(), (length, looks));
        STOPPED_LOOKS <= looks
    }
}

/// The end of a file that holds nothing but what was read of another.
fn end_of_covered(file: &File, known: &Bookmark) -> Option<Bookmark> {
    let is_covered = known.covers(file).ok()?;
    let (offset, line) = (file.metadata().ok()?.len(), known.line);
    let end = || Bookmark::at(file, Place { offset, line }, known.generation).ok();
    is_covered.then(end).flatten()
}

fn never_followed(name: &Path, path: PathBuf, file: &File) -> Option<Remembered> {
    Some(Remembered {
        path,
        format: None,
        bookmark: Bookmark::seen(file, 0).ok()?,
        formerly: Some(name.to_path_buf()),
    })
}

/// The files beside one that are named after it.
fn siblings(name: &Path) -> io::Result<Vec<PathBuf>> {
    let folder = name.parent().unwrap_or(Path::new("/"));
    let entries = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let is_named_after = |path: &PathBuf| former_names(path).iter().any(|former| former == name);
    Ok(entries
        .filter(|path| is_named_after(path) && path.is_file())
        .collect())
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("/")).to_path_buf()
}

/// Whether a file is empty, or holds what the file of that name begins with at present.
fn is_beginning_of(file: &File, name: &Path) -> bool {
    let beginning = |file: &File| {
        let mut bytes = Vec::new();
        let read = file.take(COMPARED_BYTES).read_to_end(&mut bytes);
        read.map(|_| bytes)
    };
    // In this order: a file is cut off only after it was copied.
    let (Ok(part), Ok(whole)) = (
        beginning(file),
        File::open(name).and_then(|now| beginning(&now)),
    ) else {
        return false;
    };
    whole.starts_with(&part)
}
