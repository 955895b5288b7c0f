//! Files that grow: how far one was read, and knowing it again after it was renamed, copied, cut
//! off or begun anew. Everything is looked at, nothing is waited for: that works on any file
//! system, also on those that tell nobody of changes.

mod bookmark;
mod pursuit;

pub use bookmark::{Bookmark, still_holds};
pub use pursuit::{Pursued, Pursuit};

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// The file in `folder` that holds what a bookmark's file held up to there: that file under
/// another name, or a copy of it. `except` is not looked at.
///
/// # Errors
/// The folder cannot be read.
pub fn find_continuation(
    folder: &Path,
    bookmark: &Bookmark,
    except: &Path,
) -> io::Result<Option<PathBuf>> {
    let mut copy = None;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // What vanishes or cannot be read while one looks is not it.
        let (Ok(about), true) = (fs::symlink_metadata(&path), path != except) else {
            continue;
        };
        let could_be = about.is_file() && bookmark.offset <= about.len();
        if !could_be {
            continue;
        }
        let holds = File::open(&path).and_then(|file| bookmark.holds(&file));
        if !holds.unwrap_or(false) {
            continue;
        }
        if about.ino() == bookmark.inode {
            return Ok(Some(path));
        }
        if !bookmark.is_blank() {
            copy = Some(path);
        }
    }
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::formats::Place;

    fn marked(path: &Path, offset: u64) -> Bookmark {
        let file = File::open(path).unwrap();
        Bookmark::at(&file, Place { offset, line: 1 }, 0).unwrap()
    }

    #[test]
    fn a_file_is_known_by_what_was_read_of_it() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.log");
        fs::write(&path, "first\nsecond\nthird").unwrap();
        let bookmark = marked(&path, 13);
        let holds = || bookmark.holds(&File::open(&path).unwrap()).unwrap();

        fs::write(&path, "first\nsecond\nthird and more\n").unwrap();
        assert!(holds(), "it grew");
        fs::write(&path, "first\nsec").unwrap();
        assert!(!holds(), "it was cut off");
        fs::write(&path, "other\nsecond\nthird").unwrap();
        assert!(!holds(), "it was begun anew and has grown past the place");
        fs::write(&path, "first\nsecond, third").unwrap();
        assert!(!holds(), "it was written anew");
    }

    #[test]
    fn it_is_found_under_another_name_or_as_a_copy() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::write(at("a.log"), "first\nsecond\n").unwrap();
        let bookmark = marked(&at("a.log"), 6);
        let find = || find_continuation(place.path(), &bookmark, &at("a.log")).unwrap();
        fs::write(at("b.log"), "something else\n").unwrap();
        assert_eq!(find(), None);
        fs::copy(at("a.log"), at("a.log.copy")).unwrap();
        assert_eq!(find(), Some(at("a.log.copy")));
        fs::rename(at("a.log"), at("a.log.1")).unwrap();
        fs::write(at("a.log"), "new\n").unwrap();
        assert_eq!(find(), Some(at("a.log.1")));
    }
}
