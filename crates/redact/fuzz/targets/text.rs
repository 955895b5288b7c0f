//! Any text: clean after one redaction, and without a fault.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redact_fuzz::oracles::{self, material::text_of};

fuzz_target!(|bytes: &[u8]| {
    let text = text_of(bytes);
    oracles::redaction_is_idempotent(&text);
    oracles::no_rule_is_at_fault(&text);
    let decoded = String::from_utf8_lossy(bytes);
    oracles::redaction_is_idempotent(&decoded);
});
