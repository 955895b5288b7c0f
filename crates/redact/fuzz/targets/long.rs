//! A short text over and over, under a time limit that only superlinear work meets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redact_fuzz::oracles::{self, material::text_of};

fuzz_target!(|bytes: &[u8]| {
    oracles::long_text_is_redacted(&text_of(bytes));
});
