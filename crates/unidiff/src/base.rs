//! Where the files come from that a diff is applied to.

use std::collections::BTreeMap;

use crate::patch::Mode;

/// A tree of files that can be read by path.
pub trait Base {
    /// The file, link or submodule at `path`; none where there is nothing or a folder.
    fn read(&self, path: &str) -> Result<Option<BaseFile>, ReadError>;

    /// Hands the name of everything in `folder` (empty for the root) to `visit`, until that
    /// answers `false`. A folder that is not there has nothing in it.
    fn list(&self, folder: &str, visit: &mut dyn FnMut(&str) -> bool) -> Result<(), ReadError>;
}

/// One entry of a tree that is not a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseFile {
    /// File, executable, link or submodule.
    pub mode: Mode,
    /// The contents; of a link its target.
    pub bytes: Vec<u8>,
}

impl BaseFile {
    /// A plain file that is not executable.
    pub fn regular(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            mode: Mode::Regular,
            bytes: bytes.into(),
        }
    }
}

/// The base could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReadError(pub String);

/// A tree held in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryBase {
    files: BTreeMap<String, BaseFile>,
}

impl MemoryBase {
    /// Puts a file into the tree, over what was there under that name.
    pub fn insert(&mut self, path: impl Into<String>, file: BaseFile) {
        self.files.insert(path.into(), file);
    }

    /// Takes a file out of the tree.
    pub fn remove(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// All files by path.
    pub fn files(&self) -> &BTreeMap<String, BaseFile> {
        &self.files
    }
}

impl FromIterator<(String, BaseFile)> for MemoryBase {
    fn from_iter<T: IntoIterator<Item = (String, BaseFile)>>(files: T) -> Self {
        Self {
            files: files.into_iter().collect(),
        }
    }
}

impl Base for MemoryBase {
    fn read(&self, path: &str) -> Result<Option<BaseFile>, ReadError> {
        Ok(self.files.get(path).cloned())
    }

    fn list(&self, folder: &str, visit: &mut dyn FnMut(&str) -> bool) -> Result<(), ReadError> {
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let mut last = None;
        for path in self.files.range(prefix.clone()..).map(|(path, _)| path) {
            let Some(below) = path.strip_prefix(&prefix) else {
                break;
            };
            let name = below.split('/').next().unwrap_or(below);
            if last != Some(name) && !visit(name) {
                break;
            }
            last = Some(name);
        }
        Ok(())
    }
}
