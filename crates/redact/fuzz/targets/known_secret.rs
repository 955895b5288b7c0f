//! A secret between two texts; zero bytes part the three.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redact_fuzz::oracles::{
    self,
    material::{parts_of, text_of},
};

fuzz_target!(|bytes: &[u8]| {
    let mut parts = parts_of(bytes).map(text_of);
    let mut next = || parts.next().unwrap_or_default();
    let (secret, before, after) = (next(), next(), next());
    oracles::a_known_secret_goes(&before, &secret, &after);
});
