//! Reading a log in two parts, as `collect --follow` does across a restart, gives what reading it
//! at once gives.

use std::{collections::BTreeSet, path::Path};

use observer::domain::formats::{Format, Origin, Parsed, Place, Reader};
use types::Timestamp;

use super::{files, shared};

/// So many places in each file are tried.
const CUTS: usize = 25;

fn origin(place: Place) -> Origin {
    Origin {
        place,
        ..Origin::first(Timestamp::from_micros(0))
    }
}

/// What is read from `place` on, up to `end`, and where reading stopped.
fn read(path: &Path, format: Format, bytes: &[u8], from: Place) -> (Vec<Parsed>, Place) {
    let begin = if format.stands_alone() {
        from
    } else {
        Place::START
    };
    let mut reader = Reader::from(format, path, origin(begin));
    let mut parsed = Vec::new();
    let offset = usize::try_from(begin.offset).expect("a small file");
    for piece in bytes[offset..].chunks(65_536) {
        reader.feed(piece, &mut parsed);
    }
    parsed.retain(|one| from.line <= one.line);
    (parsed, reader.place())
}

/// Everything that is said of each event.
fn said(parsed: &[Parsed]) -> impl Iterator<Item = String> + '_ {
    parsed.iter().map(|one| format!("{:?}", one.operation))
}

#[test]
fn a_log_may_be_cut_anywhere_between_two_readings() {
    for path in files(&shared("telemetry")) {
        let bytes = std::fs::read(&path).expect("the file can be read");
        let Some(format) = Format::detect(&path, &bytes) else {
            continue;
        };
        let (whole, _) = read(&path, format, &bytes, Place::START);
        let whole: BTreeSet<String> = said(&whole).collect();
        for cut in (0..CUTS).map(|number| bytes.len() * number / CUTS) {
            let (first, place) = read(&path, format, &bytes[..cut], Place::START);
            let (second, _) = read(&path, format, &bytes, place);
            let both: BTreeSet<String> = said(&first).chain(said(&second)).collect();
            assert_eq!(whole, both, "{} cut after {cut} bytes", path.display());
        }
    }
}
