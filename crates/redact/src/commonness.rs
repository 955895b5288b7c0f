//! How much a stretch of letters and digits looks like chance.
//!
//! `letter_pairs.txt` says what each letter costs after the one before it in
//! ordinary names and words, in quarters of a bit. The surprise of a text is
//! that cost less what drawing it by lot would cost: words and names come out
//! below zero, random keys far above. `examples/letter_pairs.rs` makes the table.

use crate::bytes::{is_digit, is_lower, is_upper};

const SYMBOLS: usize = 55;
const DIGIT: usize = 53;
const OTHER: usize = 54;
/// Which of ten digits it is costs this many quarters of a bit.
const ONE_OF_TEN: i32 = 13;

static PAIRS: &[u8] = include_bytes!("letter_pairs.txt");
static COSTS: [[u8; SYMBOLS]; SYMBOLS] = costs();
static SYMBOL: [u8; 256] = symbols();

const fn costs() -> [[u8; SYMBOLS]; SYMBOLS] {
    let mut costs = [[0; SYMBOLS]; SYMBOLS];
    let mut cell = 0;
    while cell < SYMBOLS * SYMBOLS {
        let (row, column) = (cell / SYMBOLS, cell % SYMBOLS);
        costs[row][column] = PAIRS[row * (SYMBOLS + 1) + column] - b'#';
        cell += 1;
    }
    costs
}

const fn symbols() -> [u8; 256] {
    let mut symbols = [OTHER as u8; 256];
    let mut offset = 0;
    while offset < 26 {
        symbols[b'a' as usize + offset] = offset as u8 + 1;
        symbols[b'A' as usize + offset] = offset as u8 + 27;
        offset += 1;
    }
    let mut digit = b'0';
    while digit <= b'9' {
        symbols[digit as usize] = DIGIT as u8;
        digit += 1;
    }
    symbols
}

/// The surprise of `text` in quarters of a bit.
pub(crate) fn surprise(text: &[u8]) -> i32 {
    let mut tally = Tally::default();
    text.iter().for_each(|byte| tally.add(*byte));
    tally.surprise()
}

/// What the bytes of a text cost so far.
#[derive(Default)]
pub(crate) struct Tally {
    cost: i32,
    bytes: i32,
    previous: usize,
    lower: bool,
    upper: bool,
    digit: bool,
}

impl Tally {
    pub(crate) fn add(&mut self, byte: u8) {
        let symbol = SYMBOL[byte as usize] as usize;
        self.cost += i32::from(COSTS[self.previous][symbol]);
        if is_digit(byte) {
            self.cost += ONE_OF_TEN;
            self.digit = true;
        }
        self.lower |= is_lower(byte);
        self.upper |= is_upper(byte);
        self.previous = symbol;
        self.bytes += 1;
    }

    pub(crate) fn surprise(&self) -> i32 {
        self.cost - by_lot(self.lower, self.upper, self.digit) * self.bytes
    }
}

/// What one character drawn by lot costs, by the classes that occur.
fn by_lot(lower: bool, upper: bool, digit: bool) -> i32 {
    match (lower, upper, digit) {
        (true, true, true) => 24,
        (true, true, false) => 23,
        (true, false, true) | (false, true, true) => 21,
        (true, false, false) | (false, true, false) => 19,
        (false, false, _) => ONE_OF_TEN,
    }
}
