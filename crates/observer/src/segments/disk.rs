//! The files that segments are.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{FallocateFlags, FlockOperation, fallocate, flock},
    io::Errno,
};

/// Where segments are kept.
pub(crate) trait Disk: Send + Sync {
    /// The numbers of all segments, in order.
    fn segments(&self) -> io::Result<Vec<u64>>;
    /// Makes a segment of `size_bytes` zeros that survives a power cut.
    fn create(&self, number: u64, size_bytes: u64) -> io::Result<Box<dyn Segment>>;
    /// Opens a segment to be read, or cut.
    fn open(&self, number: u64) -> io::Result<Box<dyn Segment>>;
    /// Removes a segment.
    fn remove(&self, number: u64) -> io::Result<()>;
    /// Puts a segment that cannot be read aside, where it is found but no longer counted.
    fn put_aside(&self, number: u64) -> io::Result<()>;
}

/// One segment.
pub(crate) trait Segment: Send + Sync {
    /// Writes all of `bytes` at `offset`.
    fn write(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Returns when what was written would survive a power cut.
    fn sync(&self) -> io::Result<()>;
    /// Reads what there is at `offset`, less than asked for only at the end.
    fn read(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
    /// How long it is, in bytes.
    fn size_bytes(&self) -> io::Result<u64>;
    /// Makes `size_bytes` its length, for good.
    fn cut(&self, size_bytes: u64) -> io::Result<()>;
}

/// A folder of files named after their numbers, of which one process has the use.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Held until the process ends.
    _lock: File,
}

const SUFFIX: &str = ".segment";

impl Folder {
    /// Uses a folder, which is made if it is not there, unless another process uses it.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let lock = File::create(path.join("lock"))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|error| match error {
            Errno::WOULDBLOCK => io::Error::other("another observer uses this folder"),
            error => error.into(),
        })?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    fn path(&self, number: u64) -> PathBuf {
        self.path.join(format!("{number:016}{SUFFIX}"))
    }

    /// Makes the coming and going of files survive a power cut.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }
}

impl Disk for Folder {
    fn segments(&self) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(SUFFIX));
            numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn create(&self, number: u64, size_bytes: u64) -> io::Result<Box<dyn Segment>> {
        let path = self.path(number);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        let made = reserve(&file, size_bytes)
            .and_then(|()| file.sync_all())
            .and_then(|()| self.sync());
        if let Err(error) = made {
            // A disk that has no room for the whole segment has none for a part of it either.
            let _there_or_not = fs::remove_file(&path);
            return Err(error);
        }
        Ok(Box::new(file))
    }

    fn open(&self, number: u64) -> io::Result<Box<dyn Segment>> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.path(number))?;
        Ok(Box::new(file))
    }

    fn remove(&self, number: u64) -> io::Result<()> {
        fs::remove_file(self.path(number))
    }

    fn put_aside(&self, number: u64) -> io::Result<()> {
        let path = self.path(number);
        fs::rename(&path, path.with_extension("damaged"))?;
        self.sync()
    }
}

/// Takes the room on disk now, so that no later write can fail for want of it.
fn reserve(file: &File, size_bytes: u64) -> io::Result<()> {
    match fallocate(file, FallocateFlags::empty(), 0, size_bytes) {
        Ok(()) => Ok(()),
        // Some file systems cannot; the file then only looks as large.
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => file.set_len(size_bytes),
        Err(error) => Err(error.into()),
    }
}

impl Segment for File {
    fn write(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn read(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read_at(&mut buffer[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn cut(&self, size_bytes: u64) -> io::Result<()> {
        self.set_len(size_bytes)?;
        self.sync_all()
    }
}
