//! The log on a disk that fails, and after a power cut.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use proptest::{collection::vec, prelude::*};

use super::{
    Appender, Disk, Folder, Frames, Origin, Position, ReadError, Reader, disk::Segment, open,
};

/// A disk in memory: what was not synced is lost at a power cut, and it refuses when told so.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    files: BTreeMap<u64, Bytes>,
    failing: Option<Fault>,
}

#[derive(Clone, Default)]
struct Bytes {
    now: Vec<u8>,
    synced: Vec<u8>,
}

/// What the disk does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Create,
    Write,
    TornWrite,
    Sync,
    /// Neither syncs nor cuts.
    SyncAndCut,
}

struct Open(Memory, u64);

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn fail(&self, fault: Option<Fault>) {
        self.state().failing = fault;
    }

    /// What is left when the power goes: of what was not synced, any part.
    fn after_power_cut(&self, kept_of_unsynced: usize) -> Self {
        let mut files = self.state().files.clone();
        for file in files.values_mut() {
            let mut left = file.synced.clone();
            let mut kept = 0;
            for (now, old) in file.now.iter().zip(left.iter_mut()) {
                if now != old && kept < kept_of_unsynced {
                    *old = *now;
                    kept += 1;
                }
            }
            file.now = left.clone();
            file.synced = left;
        }
        Self(Arc::new(Mutex::new(State {
            files,
            failing: None,
        })))
    }
}

fn refused() -> io::Error {
    io::Error::other("no")
}

impl Disk for Memory {
    fn segments(&self) -> io::Result<Vec<u64>> {
        Ok(self.state().files.keys().copied().collect())
    }

    fn create(&self, number: u64, size_bytes: u64) -> io::Result<Box<dyn Segment>> {
        if self.state().failing == Some(Fault::Create) {
            return Err(refused());
        }
        let empty = vec![0; usize::try_from(size_bytes).unwrap().min(64 * 1024)];
        let file = Bytes {
            now: empty.clone(),
            synced: empty,
        };
        assert!(self.state().files.insert(number, file).is_none());
        self.open(number)
    }

    fn open(&self, number: u64) -> io::Result<Box<dyn Segment>> {
        Ok(Box::new(Open(self.clone(), number)))
    }

    fn remove(&self, number: u64) -> io::Result<()> {
        self.state().files.remove(&number);
        Ok(())
    }

    fn put_aside(&self, number: u64) -> io::Result<()> {
        self.remove(number)
    }
}

impl Open {
    fn with<T>(
        &self,
        act: impl FnOnce(&mut Bytes, Option<Fault>) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut state = self.0.state();
        let failing = state.failing;
        let file = state
            .files
            .get_mut(&self.1)
            .ok_or(io::ErrorKind::NotFound)?;
        act(file, failing)
    }
}

impl Segment for Open {
    fn write(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.with(|file, failing| {
            let offset = usize::try_from(offset).unwrap();
            let count = match failing {
                Some(Fault::Write) => 0,
                Some(Fault::TornWrite) => bytes.len() / 2,
                _ => bytes.len(),
            };
            file.now[offset..offset + count].copy_from_slice(&bytes[..count]);
            if count < bytes.len() {
                Err(refused())
            } else {
                Ok(())
            }
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.with(|file, failing| match failing {
            Some(Fault::Sync | Fault::SyncAndCut) => Err(refused()),
            _ => {
                file.synced = file.now.clone();
                Ok(())
            }
        })
    }

    fn read(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.with(|file, _| {
            let rest = file
                .now
                .get(usize::try_from(offset).unwrap()..)
                .unwrap_or_default();
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        })
    }

    fn size_bytes(&self) -> io::Result<u64> {
        self.with(|file, _| Ok(file.now.len() as u64))
    }

    fn cut(&self, size_bytes: u64) -> io::Result<()> {
        self.with(|file, failing| {
            if failing == Some(Fault::SyncAndCut) {
                return Err(refused());
            }
            file.now.truncate(usize::try_from(size_bytes).unwrap());
            file.synced = file.now.clone();
            Ok(())
        })
    }
}

fn frames(texts: &[String]) -> Frames {
    let mut frames = Frames::default();
    for text in texts {
        let write = |bytes: &mut Vec<u8>| {
            bytes.extend_from_slice(text.as_bytes());
            Ok::<(), Infallible>(())
        };
        frames.push(Origin::Given, write).unwrap();
    }
    frames
}

fn append(appender: &mut Appender, texts: &[String]) -> bool {
    appender.append(frames(texts).bytes()).is_ok()
}

fn read_all(reader: &mut Reader, limit: usize) -> Vec<String> {
    let mut texts = Vec::new();
    loop {
        match reader.read(limit) {
            Ok(records) if records.is_empty() => return texts,
            Ok(records) => texts.extend(records.into_iter().map(|record| record.text)),
            // What a disk that neither syncs nor cuts has left behind.
            Err(ReadError::Damaged(_)) => reader.skip_damaged().unwrap(),
            Err(ReadError::Disk(error)) => panic!("{error}"),
        }
    }
}

fn fault() -> impl Strategy<Value = Option<Fault>> {
    prop_oneof![
        4 => Just(None),
        1 => Just(Some(Fault::Create)),
        1 => Just(Some(Fault::Write)),
        1 => Just(Some(Fault::TornWrite)),
        1 => Just(Some(Fault::Sync)),
        1 => Just(Some(Fault::SyncAndCut)),
    ]
}

proptest! {
    #[test]
    fn what_was_said_to_be_durable_is_read_once_and_in_order(
        groups in vec((fault(), vec("[a-z]{0,40}", 1..5)), 0..20),
        limit in 1_usize..8,
    ) {
        let disk = Memory::default();
        let (mut appender, mut reader) = open(Arc::new(disk.clone()), Position::default()).unwrap();
        let mut expected = Vec::new();
        for (fault, texts) in groups {
            disk.fail(fault);
            if append(&mut appender, &texts) {
                expected.extend(texts);
            }
        }
        disk.fail(None);
        prop_assert_eq!(read_all(&mut reader, limit), expected);
    }

    #[test]
    fn a_power_cut_takes_nothing_that_was_said_to_be_durable(
        groups in vec((fault(), vec("[a-z]{0,40}", 1..5)), 0..20),
        kept in 0_usize..200,
        read_before in 0_usize..40,
    ) {
        let disk = Memory::default();
        let (mut appender, mut reader) = open(Arc::new(disk.clone()), Position::default()).unwrap();
        let (mut durable, mut asked) = (Vec::new(), Vec::new());
        for (fault, texts) in groups {
            disk.fail(fault);
            if append(&mut appender, &texts) {
                durable.extend(texts.clone());
            }
            asked.extend(texts);
        }
        disk.fail(None);
        let mut seen: Vec<String> = Vec::new();
        while seen.len() < read_before {
            let records = reader.read(1).unwrap();
            if records.is_empty() { break; }
            seen.extend(records.into_iter().map(|record| record.text));
        }

        let disk = disk.after_power_cut(kept);
        let (mut appender, mut reader) = open(Arc::new(disk), reader.position()).unwrap();
        prop_assert!(append(&mut appender, &["last".to_owned()]));
        seen.extend(read_all(&mut reader, 3));

        let last = seen.pop();
        prop_assert_eq!(last.as_deref(), Some("last"));
        prop_assert!(is_part_of(&durable, &seen), "{:?} of {:?}", seen, durable);
        prop_assert!(is_part_of(&seen, &asked), "{:?} of {:?}", seen, asked);
    }
}

/// Whether all of `part` is in `whole`, in this order.
fn is_part_of(part: &[String], whole: &[String]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|text| rest.any(|other| other == text))
}

#[test]
fn segments_that_were_read_are_removed_and_their_numbers_not_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(Folder::open(folder.path()).unwrap());
    assert!(Folder::open(folder.path()).is_err(), "it is in use");
    let disk = || Arc::clone(&disk);
    let long = vec!["x".repeat(1_000_000); 4];
    let (mut appender, mut reader) = open(disk(), Position::default()).unwrap();
    for _ in 0..20 {
        assert!(append(&mut appender, &long));
    }
    assert_eq!(disk().segments().unwrap().len(), 3);
    assert_eq!(read_all(&mut reader, 7).len(), 80);
    reader.remove_read().unwrap();
    assert_eq!(disk().segments().unwrap().len(), 1);

    let from = reader.position();
    drop((appender, reader));
    let (mut appender, mut reader) = open(disk(), from).unwrap();
    assert!(append(&mut appender, &["again".to_owned()]));
    assert_eq!(read_all(&mut reader, 7), ["again"]);
    reader.remove_read().unwrap();
    assert_eq!(disk().segments().unwrap(), [from.segment + 1]);
}

#[test]
fn a_damaged_segment_is_said_and_put_aside_and_the_next_one_read() {
    let disk = Memory::default();
    let shared = || Arc::new(disk.clone());
    let (mut appender, _) = open(shared(), Position::default()).unwrap();
    assert!(append(&mut appender, &["one".to_owned(), "two".to_owned()]));
    let (mut appender, mut reader) = open(shared(), Position::default()).unwrap();
    assert!(append(&mut appender, &["three".to_owned()]));
    disk.state().files.get_mut(&1).unwrap().now[22] ^= 1;

    assert_eq!(reader.read(9).unwrap().len(), 1);
    let at = Position {
        segment: 1,
        offset: 12,
    };
    assert!(matches!(reader.read(9), Err(ReadError::Damaged(place)) if place == at));
    reader.skip_damaged().unwrap();
    assert_eq!(read_all(&mut reader, 9), ["three"]);
    assert_eq!(disk.segments().unwrap(), [2]);
}
