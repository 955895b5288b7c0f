//! Any JSON value: its text stays JSON, and redacting it twice changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redact_fuzz::oracles::{self, material::json_of};

fuzz_target!(|bytes: &[u8]| {
    let value = json_of(bytes);
    oracles::json_text_stays_json(&value);
    oracles::json_redaction_is_idempotent(&value);
});
