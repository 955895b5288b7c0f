//! Any text in any pieces: the cuts come first, up to a zero byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redact_fuzz::oracles::{self, material::text_of};

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(0);
    let (cuts, text) = bytes.split_at(end);
    let cuts: Vec<usize> = cuts.iter().map(|cut| usize::from(*cut)).collect();
    oracles::cuts_change_nothing(&text_of(text), &cuts);
    oracles::neighbours_change_nothing(&text_of(text));
});
