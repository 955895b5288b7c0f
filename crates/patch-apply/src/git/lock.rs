//! One process at a time on the mirror, and what an earlier one left behind.

use std::{
    fs::{File, OpenOptions, TryLockError, read_dir, remove_file},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::error::GitError;

/// How long to wait for another process.
const PATIENCE: Duration = Duration::from_secs(30);

/// The lock of the operating system on a mirror: it is free again when every copy of the file is
/// closed, so a git process that outlives us keeps it as its standard input.
pub(super) fn hold(file: &Path) -> Result<File, GitError> {
    let lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(file)?;
    let began = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(TryLockError::WouldBlock) => return Err(GitError::Held),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}

/// Removes the `*.lock` files that a killed process left. Only whoever holds the lock may.
pub(super) fn clear_stale(mirror: &Path, _held: &File) -> Result<usize, GitError> {
    let mut removed = 0;
    let mut folders = vec![mirror.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            let is_folder = entry.file_type()?.is_dir();
            if is_folder && path != mirror.join("objects") {
                folders.push(path);
            } else if !is_folder && path.extension().is_some_and(|end| end == "lock") {
                remove_file(&path)?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_locks_go_and_everything_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mirror = folder.path().join("mirror.git");
        std::fs::create_dir_all(mirror.join("refs/heads")).unwrap();
        for name in ["HEAD", "HEAD.lock", "refs/heads/a", "refs/heads/a.lock"] {
            std::fs::write(mirror.join(name), "x").unwrap();
        }
        let held = hold(&folder.path().join("mirror.lock")).unwrap();
        assert_eq!(clear_stale(&mirror, &held).unwrap(), 2);
        assert!(mirror.join("refs/heads/a").exists());
    }
}
