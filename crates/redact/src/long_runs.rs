//! Long runs of one class of bytes, found 64 bytes at a time.
//!
//! Classes are told by arithmetic rather than by a table, so that the compiler
//! can compare many bytes at once.

const WORD_BYTES: usize = 64;

/// The first run from `from` on of at least `least` bytes of a class, as start and end.
#[inline(always)]
pub(crate) fn next(
    line: &[u8],
    from: usize,
    least: usize,
    is_part: impl Fn(u8) -> bool,
) -> Option<(usize, usize)> {
    let (words, tail) = line.get(from..)?.as_chunks::<WORD_BYTES>();
    let mut scan = Scan {
        least,
        start: from,
        position: from,
    };
    for word in words {
        if let Some(run) = scan.take(members(word, &is_part)) {
            return Some(run);
        }
    }
    let mut last = [b' '; WORD_BYTES];
    last[..tail.len()].copy_from_slice(tail);
    scan.take(members(&last, &is_part))
}

/// Where a scan for one run is.
struct Scan {
    least: usize,
    /// Where the run starts that reaches `position`; `position` itself if none does.
    start: usize,
    position: usize,
}

impl Scan {
    /// Takes the next word, of which a bit for each byte says whether it is a part.
    fn take(&mut self, bits: u64) -> Option<(usize, usize)> {
        let position = self.position;
        self.position += WORD_BYTES;
        if bits == u64::MAX {
            return None;
        }
        let lead = bits.trailing_ones() as usize;
        if self.start + self.least <= position + lead {
            return Some((self.start, position + lead));
        }
        let long = starts_of_runs(bits, self.least);
        if long == 0 {
            self.start = self.position - bits.leading_ones() as usize;
            return None;
        }
        let first = long.trailing_zeros() as usize;
        let length = (bits >> first).trailing_ones() as usize;
        self.start = position + first;
        (first + length < WORD_BYTES).then_some((self.start, self.start + length))
    }
}

/// The bits behind which at least `least` bits in a row are set.
fn starts_of_runs(bits: u64, least: usize) -> u64 {
    let (mut bits, mut length) = (bits, 1);
    while 2 * length <= least {
        bits &= bits >> length;
        length *= 2;
    }
    bits & (bits >> (least - length))
}

/// A bit for each byte of `word` that is of the class.
#[inline(always)]
fn members(word: &[u8; WORD_BYTES], is_part: impl Fn(u8) -> bool) -> u64 {
    let mut marks = [0; WORD_BYTES];
    for (mark, &byte) in marks.iter_mut().zip(word) {
        *mark = u8::from(is_part(byte));
    }
    let (eights, _) = marks.as_chunks::<8>();
    let mut bits = 0;
    for (index, eight) in eights.iter().enumerate() {
        // Each byte is zero or one; the product gathers them in its highest byte.
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= gathered << (8 * index);
    }
    bits
}

/// A letter, a digit, `_`, `-`, `+` or `/`.
#[inline(always)]
pub(crate) const fn is_word(byte: u8) -> bool {
    is_in(byte | 0x20, b'a', b'z') | is_in(byte, b'/', b'9') | is_joint(byte)
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
    fn a_run_is_found_wherever_it_starts_and_ends() {
        for start in 0..140 {
            for length in [14, 15, 16, 17, 50, 63, 64, 65, 130] {
                for tail in ["", " ", " a b"] {
                    let line = [&" b".repeat(start), " ", &"a".repeat(length), tail].concat();
                    let expected = (2 * start + 1, 2 * start + 1 + length);
                    assert_eq!(
                        next(line.as_bytes(), 0, 15, is_word),
                        (15 <= length).then_some(expected)
                    );
                }
            }
        }
    }

    #[test]
    fn classes_agree_with_the_table() {
        for byte in 0..=u8::MAX {
            let is_joint = matches!(byte, b'+' | b'/');
            assert_eq!(is_word(byte), crate::bytes::is_name(byte) || is_joint);
            let is_hex = crate::bytes::is_hex(byte);
            assert_eq!(is_v6(byte), is_hex || byte == b':' || byte == b'.');
        }
    }
}
