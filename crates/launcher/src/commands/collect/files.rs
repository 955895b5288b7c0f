//! The files that are followed.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::{Path, PathBuf},
};

use super::{followed::Followed, memory::Remembered};

/// So many files are kept open at most; the others are opened again when they grow.
const MOST_OPEN: usize = 200;
/// So many files that have gone are known again when they come back.
const MOST_RESTING: usize = 20_000;

/// The files that are followed, and those that are not at present.
#[derive(Default)]
pub(super) struct Files {
    /// By path; those that have gone are under a path below that, which no file can have.
    pub(super) followed: BTreeMap<PathBuf, Followed>,
    /// How long files were that begin like others and may be copies under way.
    pub(super) half_copied: HashMap<PathBuf, u64>,
    /// What is remembered of files that are not there, or that nobody asked for this time.
    pub(super) resting: BTreeMap<PathBuf, Remembered>,
    open: VecDeque<PathBuf>,
}

impl Files {
    /// Goes on with what is remembered, as far as `paths` ask for it.
    pub(super) fn recall(remembered: Vec<Remembered>, paths: &[PathBuf]) -> Self {
        let mut files = Self::default();
        for file in remembered {
            let path = file.path.clone();
            if is_asked_for(&file, paths) {
                files.followed.insert(path, Followed::recalled(file));
            } else {
                files.resting.insert(path, file);
            }
        }
        files
    }

    /// All that is to be remembered.
    pub(super) fn remembered(&self) -> Vec<Remembered> {
        let followed = self.followed.values().filter(|file| !file.is_gone);
        let resting = self
            .resting
            .values()
            .filter(|file| !self.followed.contains_key(&file.path));
        followed
            .map(Followed::remembered)
            .chain(resting.cloned())
            .collect()
    }

    /// The file that was put aside last of those that had a name.
    pub(super) fn put_aside_last(&self, path: &Path) -> Option<&Followed> {
        let aside = self
            .followed
            .values()
            .filter(|file| file.formerly.as_deref() == Some(path));
        aside.max_by_key(|file| file.bookmark.generation)
    }

    /// Whether a file that was put aside tells what comes after it: nothing has its name yet.
    pub(super) fn is_last_known(&self, file: &Followed) -> bool {
        file.formerly.as_ref().is_some_and(|name| {
            let last = self.put_aside_last(name).map(|last| &last.path);
            !self.followed.contains_key(name) && last == Some(&file.path)
        })
    }

    /// Keeps a file whose name has gone until what is open of it is read.
    pub(super) fn keep_gone(&mut self, mut file: Followed) {
        file.is_gone = true;
        let mut key = file.path.join("gone");
        while self.followed.contains_key(&key) {
            key.push("gone");
        }
        self.followed.insert(key, file);
    }

    /// Stops following a file; one that comes back is known again.
    pub(super) fn retire(&mut self, key: &Path) {
        let Some(file) = self.followed.remove(key) else {
            return;
        };
        let comes_back = file.formerly.is_none() && file.bookmark.offset != 0;
        if comes_back && self.resting.len() < MOST_RESTING {
            let remembered = file.remembered();
            self.resting.insert(remembered.path.clone(), remembered);
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

/// A file that was put aside belongs to the name that it had.
fn is_asked_for(file: &Remembered, paths: &[PathBuf]) -> bool {
    paths.iter().any(|path| {
        file.formerly
            .as_ref()
            .unwrap_or(&file.path)
            .starts_with(path)
    })
}
