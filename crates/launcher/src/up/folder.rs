//! The data folder of one installation: who holds it, and what others read in it.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde::{Serialize, de::DeserializeOwned};
use types::Service;
use url::Url;

use crate::failure::Failure;

/// Where each service listens: the content of `endpoints.json`.
pub(crate) type Endpoints = BTreeMap<Service, Url>;

/// The file with the addresses of the services.
pub(crate) const ENDPOINTS_FILE: &str = "endpoints.json";
/// The file that the running process holds locked.
const LOCK_FILE: &str = "up.lock";

/// A data folder that no other process of this kind uses.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Locked as long as it is open.
    _lock: File,
}

impl Folder {
    /// Makes the folder if it is not there, and takes hold of it.
    pub(crate) fn hold(path: &Path) -> Result<Self, Failure> {
        let named = path.display();
        fs::create_dir_all(path)
            .with_context(|| format!("the data folder {named} cannot be made"))?;
        let path = path
            .canonicalize()
            .with_context(|| format!("the data folder {named} cannot be used"))?;
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock })
    }

    /// Where it is, from the root.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a service has kept data here before.
    pub(crate) fn has_data(&self) -> bool {
        let database = |service: &Service| self.path.join(format!("{service}.db")).exists();
        Service::ALL.iter().any(database)
    }

    /// Removes everything but the lock.
    pub(crate) fn clear(&self) -> anyhow::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if entry.file_name() == LOCK_FILE {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Whether there is nothing here but the lock.
    pub(crate) fn is_empty(&self) -> anyhow::Result<bool> {
        for entry in fs::read_dir(&self.path)? {
            if entry?.file_name() != LOCK_FILE {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes a file as a whole: a reader sees the old text or the new one.
    pub(crate) fn write_json<T: Serialize>(&self, name: &str, value: &T) -> anyhow::Result<()> {
        let aside = self.path.join(format!("{name}.new"));
        let path = self.path.join(name);
        let mut text = serde_json::to_vec_pretty(value)?;
        text.push(b'\n');
        let written = fs::write(&aside, text).and_then(|()| fs::rename(&aside, &path));
        written.with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Reads a file that was written here; `None` when there is none.
    pub(crate) fn read_json<T: DeserializeOwned>(&self, name: &str) -> anyhow::Result<Option<T>> {
        read_json(&self.path.join(name))
    }

    /// Tells the command line where the services are.
    pub(crate) fn write_endpoints(&self, endpoints: &Endpoints) -> anyhow::Result<()> {
        let addresses = endpoints.iter();
        let addresses: BTreeMap<_, _> = addresses
            .map(|(service, url)| (service, address(url)))
            .collect();
        self.write_json(ENDPOINTS_FILE, &addresses)
    }
}

/// An address to put a path behind, which begins with a slash.
pub(crate) fn address(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

/// Reads a JSON file; `None` when there is none.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Option<T>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("{} cannot be read", path.display()));
        }
    };
    let value = serde_json::from_slice(&text);
    value.with_context(|| format!("{} does not hold what it should", path.display()))
}

fn lock(folder: &Path) -> Result<File, Failure> {
    let path = folder.join(LOCK_FILE);
    let open = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path);
    let mut file = open.with_context(|| format!("{} cannot be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Who it is only makes the message better.
            let _unknown = file.read_to_string(&mut holder);
            return Err(Failure::Refused(format!(
                "the data folder {} is in use by another attune (process {}); stop it, or choose \
                 another folder with --data DIR",
                folder.display(),
                holder.trim()
            )));
        }
        Err(TryLockError::Error(error)) => {
            let context = format!("{} cannot be locked", path.display());
            return Err(anyhow::Error::new(error).context(context).into());
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_process_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("data");
        let first = Folder::hold(&path).unwrap();
        let refusal = Folder::hold(&path).unwrap_err();
        assert_eq!(refusal.exit_code(), 3);
        let said = refusal.to_string();
        assert!(said.contains(&std::process::id().to_string()), "{said}");
        drop(first);
        assert!(Folder::hold(&path).is_ok());
    }

    #[test]
    fn clearing_leaves_the_folder_empty_and_held() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::hold(place.path()).unwrap();
        assert!(folder.is_empty().unwrap() && !folder.has_data());
        fs::create_dir(folder.path().join("inner")).unwrap();
        fs::write(folder.path().join("observer.db"), "x").unwrap();
        assert!(!folder.is_empty().unwrap() && folder.has_data());
        folder.clear().unwrap();
        assert!(folder.is_empty().unwrap());
        assert!(Folder::hold(place.path()).is_err());
    }
}
