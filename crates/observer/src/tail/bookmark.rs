//! How far a file was read.

use std::{
    fs::File,
    io,
    os::unix::fs::{FileExt, MetadataExt},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::formats::Place;

/// So many bytes at a file's start tell it from others.
const HEAD_BYTES: u64 = 1024;
/// So many bytes before the place tell whether the file was only added to.
const TAIL_BYTES: u64 = 256;

/// How far a file was read, and what tells that it is still that file.
///
/// Of its content only digests are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// The file's number; it changes when the file is replaced or copied.
    pub inode: u64,
    /// So many bytes were read.
    pub offset: u64,
    /// The line that comes next, counted from 1.
    pub line: u64,
    /// How often the file was begun anew under its name.
    pub generation: u64,
    /// Of so many bytes at its start there is a digest.
    head_bytes: u64,
    head: String,
    tail: String,
}

impl Bookmark {
    /// At the start of a file.
    pub fn start(inode: u64, generation: u64) -> Self {
        Self {
            inode,
            offset: 0,
            line: 1,
            generation,
            head_bytes: 0,
            head: String::new(),
            tail: String::new(),
        }
    }

    /// At the start of a file that was seen and not read yet: what it begins with tells it from
    /// what may be there later.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn seen(file: &File, generation: u64) -> io::Result<Self> {
        let about = file.metadata()?;
        let head_bytes = about.len().min(HEAD_BYTES);
        Ok(Self {
            head_bytes,
            head: digest(file, 0, head_bytes)?,
            ..Self::start(about.ino(), generation)
        })
    }

    /// At a place of a file.
    ///
    /// # Errors
    /// The file cannot be read up to there.
    pub fn at(file: &File, place: Place, generation: u64) -> io::Result<Self> {
        let offset = place.offset;
        Ok(Self {
            inode: file.metadata()?.ino(),
            offset,
            line: place.line,
            generation,
            head_bytes: offset.min(HEAD_BYTES),
            head: digest(file, 0, offset.min(HEAD_BYTES))?,
            tail: digest(file, offset.saturating_sub(TAIL_BYTES), offset)?,
        })
    }

    /// The same place in another file that holds the same.
    #[must_use]
    pub fn in_file(self, inode: u64) -> Self {
        Self { inode, ..self }
    }

    /// Where reading goes on.
    pub fn place(&self) -> Place {
        Place {
            offset: self.offset,
            line: self.line,
        }
    }

    /// Whether a file is the one that was read, and holds what was read of it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn is_in(&self, file: &File) -> io::Result<bool> {
        Ok(file.metadata()?.ino() == self.inode && self.holds(file)?)
    }

    /// Whether a file holds what was read, so that it can be read on from there.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn holds(&self, file: &File) -> io::Result<bool> {
        if file.metadata()?.len() < self.offset.max(self.head_bytes) {
            return Ok(false);
        }
        match self.is_equal_in(file) {
            // It was cut off while one looked.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            equal => equal,
        }
    }

    fn is_equal_in(&self, file: &File) -> io::Result<bool> {
        if self.is_blank() {
            return Ok(true);
        }
        let tail = self.offset.saturating_sub(TAIL_BYTES);
        Ok(digest(file, 0, self.head_bytes)? == self.head
            && (self.offset == 0 || digest(file, tail, self.offset)? == self.tail))
    }

    /// Whether a file is shorter than what was read and begins like it, as a copy does that was
    /// made earlier.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn covers(&self, file: &File) -> io::Result<bool> {
        let length = file.metadata()?.len();
        let is_known = self.head_bytes != 0 && (self.head_bytes..self.offset).contains(&length);
        Ok(is_known && digest(file, 0, self.head_bytes)? == self.head)
    }

    /// Whether nothing is known of the file's content, so that any file holds it.
    pub fn is_blank(&self) -> bool {
        self.head_bytes == 0
    }

    /// What files that begin as this one have in common, once enough was read to tell.
    pub fn likeness(&self) -> Option<&str> {
        (HEAD_BYTES <= self.offset).then_some(self.head.as_str())
    }

    /// The likeness of a file that is long enough to have one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn likeness_of(file: &File) -> io::Result<Option<String>> {
        match HEAD_BYTES <= file.metadata()?.len() {
            true => digest(file, 0, HEAD_BYTES).map(Some),
            false => Ok(None),
        }
    }
}

/// Whether a file holds these bytes at a place.
///
/// # Errors
/// The file cannot be read.
pub fn still_holds(file: &File, offset: u64, bytes: &[u8]) -> io::Result<bool> {
    let mut now = vec![0; bytes.len()];
    match file.read_exact_at(&mut now, offset) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
        Ok(()) => Ok(now == bytes),
    }
}

fn digest(file: &File, from: u64, to: u64) -> io::Result<String> {
    let mut bytes = vec![0; usize::try_from(to - from).unwrap_or_default()];
    file.read_exact_at(&mut bytes, from)?;
    Ok(hex::encode(&Sha256::digest(&bytes)[..16]))
}
