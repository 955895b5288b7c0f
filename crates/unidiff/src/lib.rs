//! Unified diffs, read and applied without mercy.
//!
//! A diff that a person approved means one change at one place. This crate therefore applies a
//! diff only at the stated lines, with the stated counts, against the stated bytes. Everything
//! that git would guess (offsets, fuzz, left-over lines) is refused with a [`Fault`] that names
//! file, hunk, line, what was expected and what was found; [`suggest`] may add a corrected diff
//! for a new approval.
//!
//! What is accepted gives exactly git's result. The crate is pure: a [`Base`] hands it the files.

#![forbid(unsafe_code)]

mod apply;
mod base;
mod canonical;
mod digest;
mod fault;
mod lines;
mod name;
mod parse;
mod patch;
mod place;
mod suggest;
mod tree;

pub use apply::{FileResult, apply};
pub use base::{Base, BaseFile, MemoryBase, ReadError};
pub use canonical::{IdLength, NotText, canonical, render};
pub use digest::{blob_id, digest};
pub use fault::{Code, Fault};
pub use name::{NameDanger, name_danger};
pub use parse::{Limits, parse};
pub use patch::{Change, FilePatch, Hunk, IndexLine, Line, LineKind, Mode, Patch};
pub use suggest::suggest;
