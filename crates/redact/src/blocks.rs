//! Long runs of one class of bytes, found by a look at whole blocks.
//!
//! A run of fifteen bytes covers an aligned block of eight. Classes are told by
//! arithmetic rather than by a table, so that the compiler can compare many
//! bytes at once.

/// How long a run is that no look at blocks misses.
pub(crate) const SURE_BYTES: usize = 2 * BLOCK_BYTES - 1;

const BLOCK_BYTES: usize = 8;
const CHUNK_BYTES: usize = 4 * BLOCK_BYTES;

/// Where the first block from `from` on starts whose bytes are all of a class.
#[inline(always)]
pub(crate) fn next(line: &[u8], from: usize, is_part: impl Fn(u8) -> bool) -> Option<usize> {
    let rest = line.get(from..)?;
    let (chunks, tail) = rest.as_chunks::<CHUNK_BYTES>();
    for (index, chunk) in chunks.iter().enumerate() {
        if let Some(block) = block_in(chunk, &is_part) {
            return Some(from + index * CHUNK_BYTES + block);
        }
    }
    let start = line.len() - tail.len();
    let mut padded = [b' '; CHUNK_BYTES];
    padded[..tail.len()].copy_from_slice(tail);
    block_in(&padded, &is_part).map(|block| start + block)
}

#[inline(always)]
fn block_in(chunk: &[u8; CHUNK_BYTES], is_part: impl Fn(u8) -> bool) -> Option<usize> {
    let mut marks = [0; CHUNK_BYTES];
    for (mark, &byte) in marks.iter_mut().zip(chunk) {
        *mark = u8::from(is_part(byte));
    }
    let (blocks, _) = marks.as_chunks::<BLOCK_BYTES>();
    blocks
        .iter()
        .position(|block| *block == [1; BLOCK_BYTES])
        .map(|block| block * BLOCK_BYTES)
}

/// A letter, a digit, `_`, `-` or `+`.
#[inline(always)]
pub(crate) const fn is_run(byte: u8) -> bool {
    is_in(byte | 0x20, b'a', b'z') | is_in(byte, b'0', b'9') | is_joint(byte)
}

#[inline(always)]
const fn is_joint(byte: u8) -> bool {
    (byte == b'_') | (byte == b'-') | (byte == b'+')
}

/// A hex digit, `:` or `.`.
#[inline(always)]
pub(crate) const fn is_v6(byte: u8) -> bool {
    is_in(byte | 0x20, b'a', b'f') | is_in(byte, b'0', b':') | (byte == b'.')
}

#[inline(always)]
const fn is_in(byte: u8, first: u8, last: u8) -> bool {
    byte.wrapping_sub(first) <= last - first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_long_run_is_found_wherever_it_starts() {
        for start in 0..80 {
            for length in SURE_BYTES..60 {
                let line = [" ".repeat(start), "a".repeat(length), " a".repeat(9)].concat();
                let block = next(line.as_bytes(), 0, is_run).unwrap();
                assert!((start..start + length).contains(&block));
            }
        }
        assert_eq!(next(b"short words and 2026-01-10 here", 0, is_v6), None);
    }

    #[test]
    fn classes_agree_with_the_table() {
        for byte in 0..=u8::MAX {
            assert_eq!(is_run(byte), crate::bytes::is_name(byte) || byte == b'+');
            assert_eq!(
                is_v6(byte),
                crate::bytes::is_hex(byte) || byte == b':' || byte == b'.'
            );
        }
    }
}
