//! How one record stands in a segment.
//!
//! ```text
//! length: u32, little endian | crc32: u32, little endian | origin: u8 | text
//! ```
//!
//! The length counts origin and text, and so does the check sum (CRC-32 of IEEE 802.3). A length of
//! zero is what an unwritten part of a segment holds: the end.

use std::ops::Range;

/// Length and check sum.
pub(super) const HEADER_BYTES: usize = 8;
/// No record is longer: what says so is no record.
pub(super) const MAX_PAYLOAD_BYTES: usize = 4 * 1024 * 1024;

/// Whether a record can be one that came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Its id was made here, so that no other record has it.
    Made,
    /// Its id came with it, and may come again.
    Given,
}

impl Origin {
    fn byte(self) -> u8 {
        match self {
            Self::Made => 1,
            Self::Given => 2,
        }
    }

    fn of(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Made),
            2 => Some(Self::Given),
            _ => None,
        }
    }
}

/// One record as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Whether it can be one that came before.
    pub(crate) origin: Origin,
    /// What it says.
    pub(crate) text: String,
}

/// Records made ready to be written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frames {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Frames {
    /// Adds a record whose text `write` appends.
    pub(crate) fn push<E>(
        &mut self,
        origin: Origin,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; HEADER_BYTES]);
        self.bytes.push(origin.byte());
        if let Err(error) = write(&mut self.bytes) {
            self.bytes.truncate(start);
            return Err(error);
        }
        let payload = &self.bytes[start + HEADER_BYTES..];
        let (length, sum) = (payload.len() as u32, crc32fast::hash(payload));
        self.bytes[start..start + 4].copy_from_slice(&length.to_le_bytes());
        self.bytes[start + 4..start + HEADER_BYTES].copy_from_slice(&sum.to_le_bytes());
        self.ends.push(self.bytes.len());
        Ok(())
    }

    /// The bytes of one record.
    pub(crate) fn bytes_of(&self, index: usize) -> &[u8] {
        let start = match index {
            0 => 0,
            _ => self.ends[index - 1],
        };
        &self.bytes[start..self.ends[index]]
    }

    /// The bytes of all records.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// What stands at the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// A whole record, and how many bytes it takes.
    Frame(Origin, &'a str, usize),
    /// A record that goes on past these bytes, which takes so many in all.
    Longer(usize),
    /// Nothing was written here.
    End,
    /// Something that is no record.
    Damaged,
}

/// Reads the record at the start of `bytes`.
pub(super) fn decode(bytes: &[u8]) -> Found<'_> {
    let Some(length) = number(bytes, 0..4) else {
        return Found::Longer(HEADER_BYTES);
    };
    let Some(sum) = number(bytes, 4..8) else {
        return Found::Longer(HEADER_BYTES);
    };
    let length = length as usize;
    if length == 0 {
        return Found::End;
    }
    if MAX_PAYLOAD_BYTES < length {
        return Found::Damaged;
    }
    let whole = HEADER_BYTES + length;
    let Some(payload) = bytes.get(HEADER_BYTES..whole) else {
        return Found::Longer(whole);
    };
    if crc32fast::hash(payload) != sum {
        return Found::Damaged;
    }
    match (Origin::of(payload[0]), std::str::from_utf8(&payload[1..])) {
        (Some(origin), Ok(text)) => Found::Frame(origin, text, whole),
        _ => Found::Damaged,
    }
}

fn number(bytes: &[u8], range: Range<usize>) -> Option<u32> {
    let bytes = bytes.get(range)?.try_into().ok()?;
    Some(u32::from_le_bytes(bytes))
}
