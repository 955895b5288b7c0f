//! How much a stretch of letters and digits looks like chance.
//!
//! `letter_pairs.txt` says what each letter costs after the one before it in
//! ordinary names and words, in quarters of a bit. The surprise of a text is
//! that cost less what drawing it by lot would cost: words and names come out
//! below zero, random keys far above. `examples/letter_pairs.rs` makes the table.

const SYMBOLS: usize = 55;
const DIGIT: usize = 53;
const OTHER: usize = 54;
/// Which of ten digits it is costs this many quarters of a bit.
const ONE_OF_TEN: i32 = 13;

static PAIRS: &[u8] = include_bytes!("letter_pairs.txt");
static COSTS: [[u8; SYMBOLS]; SYMBOLS] = costs();
static SYMBOL: [u8; 256] = symbols();
static CLASS_OF: [u8; SYMBOLS] = classes();

const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGITS: u8 = 4;
const LETTERS: u8 = LOWER | UPPER;
const ALL_CLASSES: u8 = LETTERS | DIGITS;

const fn costs() -> [[u8; SYMBOLS]; SYMBOLS] {
    let mut costs = [[0; SYMBOLS]; SYMBOLS];
    let mut cell = 0;
    while cell < SYMBOLS * SYMBOLS {
        let (row, column) = (cell / SYMBOLS, cell % SYMBOLS);
        costs[row][column] = PAIRS[row * (SYMBOLS + 1) + column] - b'#';
        if column == DIGIT {
            costs[row][column] += ONE_OF_TEN as u8;
        }
        cell += 1;
    }
    costs
}

const fn classes() -> [u8; SYMBOLS] {
    let mut classes = [0; SYMBOLS];
    let mut letter = 1;
    while letter <= 26 {
        classes[letter] = LOWER;
        classes[letter + 26] = UPPER;
        letter += 1;
    }
    classes[DIGIT] = DIGITS;
    classes
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
    classes: u8,
}

impl Tally {
    pub(crate) fn add(&mut self, byte: u8) {
        let symbol = SYMBOL[byte as usize] as usize;
        self.cost += i32::from(COSTS[self.previous][symbol]);
        self.classes |= CLASS_OF[symbol];
        self.previous = symbol;
        self.bytes += 1;
    }

    pub(crate) fn surprise(&self) -> i32 {
        self.cost - by_lot(self.classes) * self.bytes
    }
}

/// What one character drawn by lot costs, by the classes that occur.
fn by_lot(classes: u8) -> i32 {
    match classes {
        ALL_CLASSES => 24,
        LETTERS => 23,
        LOWER | UPPER => 19,
        0 | DIGITS => ONE_OF_TEN,
        _ => 21,
    }
}
