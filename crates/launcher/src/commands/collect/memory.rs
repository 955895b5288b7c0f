//! What `--follow` remembers of the files it reads, across any end of the process.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;
use observer::tail::Bookmark;
use serde::{Deserialize, Serialize};

use crate::{failure::Failure, up::read_json};

/// The file's name in the folder of the command line.
pub(super) const MEMORY_FILE: &str = "collect.json";

/// What is remembered of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Remembered {
    pub(super) path: PathBuf,
    /// The name of its format, once that is known.
    pub(super) format: Option<String>,
    pub(super) bookmark: Bookmark,
    /// For a file that nobody asked for by its own name: the name that it had.
    #[serde(default)]
    pub(super) formerly: Option<PathBuf>,
}

/// All that is remembered.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Document {
    pub(super) files: Vec<Remembered>,
    /// Files that were put aside and are not to be read: before anybody followed, or long ago.
    #[serde(default)]
    pub(super) left: Vec<Remembered>,
    /// The newest generation under each name that had more than one file.
    #[serde(default)]
    pub(super) generations: BTreeMap<PathBuf, u64>,
}

/// The file in which it is remembered, held by one process at a time.
#[derive(Debug)]
pub(super) struct Memory {
    path: PathBuf,
    /// Held as long as this lives.
    _lock: File,
}

impl Memory {
    /// Opens it; refuses while another process follows with the same one.
    pub(super) fn open(path: PathBuf) -> Result<Self, Failure> {
        let lock = path.with_extension("lock");
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        let file = File::create(&lock).with_context(|| {
            format!(
                "{} cannot be written; name another place by --state FILE",
                lock.display()
            )
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, _lock: file }),
            Err(fs::TryLockError::WouldBlock) => Err(Failure::Refused(format!(
                "another `attune collect --follow` goes on with {}; stop it, or name another file \
                 by --state FILE",
                path.display()
            ))),
            Err(fs::TryLockError::Error(error)) => {
                let context = format!("{} cannot be locked", lock.display());
                Err(anyhow::Error::new(error).context(context).into())
            }
        }
    }

    /// What was remembered last.
    pub(super) fn recall(&self) -> Result<Document, Failure> {
        let document: Option<Document> = read_json(&self.path)?;
        Ok(document.unwrap_or_default())
    }

    /// Replaces it as a whole: after any crash the old or the new is there.
    pub(super) fn remember(&self, document: &Document) -> Result<(), Failure> {
        write(&self.path, document)
            .with_context(|| format!("{} cannot be written", self.path.display()))?;
        Ok(())
    }
}

fn write(path: &Path, document: &Document) -> anyhow::Result<()> {
    let aside = path.with_extension("new");
    let mut file = File::create(&aside)?;
    file.write_all(&serde_json::to_vec(document)?)?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time_remembers() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("state/collect.json");
        let memory = Memory::open(path.clone()).unwrap();
        assert_eq!(memory.recall().unwrap(), Document::default());
        assert_eq!(Memory::open(path.clone()).unwrap_err().exit_code(), 3);
        let file = Remembered {
            path: PathBuf::from("a.log"),
            format: Some("compose".to_owned()),
            bookmark: Bookmark::start(7, 1),
            formerly: None,
        };
        let document = Document {
            files: vec![file.clone()],
            left: vec![file],
            generations: [(PathBuf::from("a.log"), 1)].into(),
        };
        memory.remember(&document).unwrap();
        drop(memory);
        assert_eq!(Memory::open(path).unwrap().recall().unwrap(), document);
    }
}
