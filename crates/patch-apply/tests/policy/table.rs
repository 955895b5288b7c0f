//! Whole diffs, kind by kind.
