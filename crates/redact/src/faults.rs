//! A fault in a rule costs the text that met it and never lets it through.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `work` gives, or nothing when a rule in it is at fault.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
