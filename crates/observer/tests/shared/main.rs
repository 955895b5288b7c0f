//! The domain on real logs: the folder that ATTUNE_SHARED names.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod findings;
mod following;
mod formats;
mod templates;

use std::path::{Path, PathBuf};

use observer::domain::{
    formats::{Format, Parsed, Reader},
    sanitise::sanitise,
};
use redact::Redactor;
use service_kit::redaction::CountingRedactor;
use types::Timestamp;

/// A file or folder of the shared data.
fn shared(path: &str) -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings")]
    let root = std::env::var_os("ATTUNE_SHARED").expect("ATTUNE_SHARED names the shared folder");
    let path = Path::new(&root).join("data").join(path);
    assert!(path.exists(), "{} is missing", path.display());
    path
}

/// Every operation under `path`, redacted, read in pieces as a collector would.
fn read(path: &Path) -> Vec<Parsed> {
    let mut all = Vec::new();
    for file in files(path) {
        let bytes = std::fs::read(&file).expect("the file can be read");
        let Some(format) = Format::detect(&file, &bytes) else {
            assert_eq!(
                file.file_name(),
                Some("LICENSE".as_ref()),
                "of no known format"
            );
            continue;
        };
        let mut reader = Reader::new(format, &file, Timestamp::from_micros(0));
        for piece in bytes.chunks(65_536) {
            reader.feed(piece, &mut all);
        }
        reader.finish(&mut all);
    }
    let redactor = CountingRedactor::uncounted(Redactor::standard());
    for parsed in &mut all {
        parsed.operation = sanitise(&redactor, parsed.operation.clone());
    }
    all
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).expect("the folder can be read");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths.iter().flat_map(|path| files(path)).collect()
}
