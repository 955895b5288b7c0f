//! The first keys: made once, in files that only their owner can read.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use types::key::Role;

use super::{KeyText, MalformedKey};

/// The keys that the services of one installation share through a folder.
#[derive(Clone, Debug)]
pub struct FileKeys {
    /// For the person who installed it.
    pub admin: KeyText,
    /// For the services among themselves.
    pub service: KeyText,
}

/// Why the first keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The file cannot be made or read.
    #[error("the key file {} cannot be used", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("the key file {} does not hold a key", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: MalformedKey,
    },
    /// There is no randomness.
    #[error("a key cannot be made: {0}")]
    Random(getrandom::Error),
}

/// Reads `admin.key` and `service.key` in `folder`, making them (mode 0600) if they are not there.
///
/// Several services may start at once: one makes the file, the others read it.
pub fn first_keys(folder: &Path) -> Result<FileKeys, BootstrapError> {
    fs::create_dir_all(folder).map_err(|source| BootstrapError::File {
        path: folder.to_owned(),
        source,
    })?;
    Ok(FileKeys {
        admin: read_or_make(&folder.join("admin.key"), Role::Admin)?,
        service: read_or_make(&folder.join("service.key"), Role::Service)?,
    })
}

fn read_or_make(path: &Path, role: Role) -> Result<KeyText, BootstrapError> {
    let fault = |source| BootstrapError::File {
        path: path.to_owned(),
        source,
    };
    if !path.try_exists().map_err(fault)? {
        let key = KeyText::generate(role).map_err(BootstrapError::Random)?;
        // Written aside and linked into place: a reader never sees half a key, and of two makers
        // one wins.
        let aside = path.with_extension(format!("{}.tmp", key.id));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&aside)
            .map_err(fault)?;
        writeln!(file, "{}", key.expose())
            .and_then(|()| file.sync_all())
            .map_err(fault)?;
        let linked = fs::hard_link(&aside, path);
        fs::remove_file(&aside).map_err(fault)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(fault(error)),
            _ => {}
        }
    }
    read(path).map_err(|error| match error {
        Ok(source) => fault(source),
        Err(source) => BootstrapError::Content {
            path: path.to_owned(),
            source,
        },
    })
}

fn read(path: &Path) -> Result<KeyText, Result<io::Error, MalformedKey>> {
    let mut text = fs::read_to_string(path).map_err(Ok)?;
    if text.trim().is_empty() {
        thread::sleep(Duration::from_millis(50));
        text = fs::read_to_string(path).map_err(Ok)?;
    }
    fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(Ok)?;
    text.trim().parse().map_err(Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_makes_keys_and_the_next_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let first = first_keys(folder.path()).unwrap();
        let second = first_keys(folder.path()).unwrap();
        assert_eq!(first.admin.expose(), second.admin.expose());
        assert_ne!(first.admin.expose(), first.service.expose());
        let mode = fs::metadata(folder.path().join("admin.key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn many_starts_at_once_agree() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let starts: Vec<_> = (0..8)
            .map(|_| {
                let path = path.clone();
                thread::spawn(move || first_keys(&path).unwrap().service.expose().to_owned())
            })
            .collect();
        let keys: std::collections::BTreeSet<String> = starts
            .into_iter()
            .map(|start| start.join().unwrap())
            .collect();
        assert_eq!(keys.len(), 1);
    }
}
