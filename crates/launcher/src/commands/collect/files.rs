//! The files that are followed.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::{Path, PathBuf},
};

use observer::tail::Bookmark;

use super::{
    followed::Followed,
    memory::{Document, Remembered},
};

/// So many files are kept open at most; the others are opened again when they grow.
const MOST_OPEN: usize = 200;
/// So many files that have gone are known again when they come back.
const MOST_RESTING: usize = 20_000;

/// The files that are followed, and those that are not at present.
#[derive(Default)]
pub(super) struct Files {
    /// What was asked for.
    pub(super) paths: Vec<PathBuf>,
    /// By path; those that are missing are under a path below that, which no file can have.
    pub(super) followed: BTreeMap<PathBuf, Followed>,
    /// How long files are that begin like others and may be copies under way, and how often they
    /// were looked at since they last grew.
    pub(super) half_copied: HashMap<PathBuf, (u64, u32)>,
    /// What was read, by name, of files that were found cut off at the last look.
    pub(super) cut_off: HashMap<PathBuf, Bookmark>,
    /// What is remembered of files that are not there, or that nobody asked for this time.
    pub(super) resting: BTreeMap<PathBuf, Remembered>,
    /// Files that were put aside and are not to be read.
    pub(super) left: Vec<Remembered>,
    generations: BTreeMap<PathBuf, u64>,
    open: VecDeque<PathBuf>,
}

impl Files {
    /// Goes on with what is remembered, as far as `paths` ask for it.
    pub(super) fn recall(remembered: Document, paths: Vec<PathBuf>) -> Self {
        let mut files = Self {
            left: remembered.left,
            generations: remembered.generations,
            paths,
            ..Self::default()
        };
        for file in remembered.files {
            let path = file.path.clone();
            // A file that was put aside belongs to the name that it had.
            let name = file.formerly.as_ref().unwrap_or(&path);
            if files.is_asked_for(name) {
                files.followed.insert(path, Followed::recalled(file));
            } else {
                files.resting.insert(path, file);
            }
        }
        files
    }

    /// All that is to be remembered.
    pub(super) fn remembered(&self) -> Document {
        let followed = self.followed.iter().filter(|(_, file)| !file.is_gone());
        let resting = self
            .resting
            .values()
            .filter(|file| !self.followed.contains_key(&file.path));
        Document {
            files: followed
                .map(|(key, file)| file.remembered(key))
                .chain(resting.cloned())
                .collect(),
            left: self.left.clone(),
            generations: self.generations.clone(),
        }
    }

    /// Whether a file was asked for by its name or by a folder's.
    pub(super) fn is_asked_for(&self, path: &Path) -> bool {
        self.paths.iter().any(|asked| path.starts_with(asked))
    }

    /// Notes that a file had a name.
    pub(super) fn note_generation(&mut self, name: &Path, generation: u64) {
        let newest = self.generations.entry(name.to_path_buf()).or_default();
        *newest = generation.max(*newest);
    }

    /// Whether there was a file of a name that is not there any more.
    pub(super) fn has_generations(&self, name: &Path) -> bool {
        self.generations.contains_key(name)
    }

    /// What tells the lines of the next file of a name from those of earlier ones.
    pub(super) fn next_generation(&mut self, name: &Path) -> u64 {
        let Some(newest) = self.generations.get_mut(name) else {
            return 0;
        };
        *newest += 1;
        *newest
    }

    /// Keeps a file that is missing until it is found, or given up and read to its end as far as
    /// it is open.
    pub(super) fn keep_missing(&mut self, mut file: Followed) {
        file.miss();
        let mut key = file.path.join("missing");
        while self.followed.contains_key(&key) {
            key.push("missing");
        }
        self.followed.insert(key, file);
    }

    /// Stops following a file; one that comes back, or is still there, is known again.
    pub(super) fn retire(&mut self, key: &Path) {
        let Some(file) = self.followed.remove(key) else {
            return;
        };
        let has_room = self.resting.len() + self.left.len() < MOST_RESTING;
        match file.formerly {
            Some(_) if !file.is_gone() => self.left.push(file.remembered(key)),
            None if file.bookmark.offset != 0 && has_room => {
                let remembered = file.remembered(&file.path);
                self.resting.insert(remembered.path.clone(), remembered);
            }
            _ => {}
        }
    }

    /// Notes that a file was read, and closes the one that was not for longest if too many are
    /// open.
    pub(super) fn note_open(&mut self, key: &Path) {
        if !self.followed.get(key).is_some_and(Followed::is_open) {
            return;
        }
        self.open.retain(|known| known != key);
        self.open.push_back(key.to_owned());
        while MOST_OPEN < self.open.len() {
            if let Some(file) = self
                .open
                .pop_front()
                .and_then(|it| self.followed.get_mut(&it))
            {
                file.close();
            }
        }
    }
}
