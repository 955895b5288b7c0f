//! Failing operations grouped into findings.
//!
//! [`signature`] says which failure pattern one operation belongs to; [`Patterns`] keeps a row for
//! each, so that a cycle costs what is new; [`rules`] decide what a finding is worth.

mod analysis;
mod category;
mod distinct;
mod pattern;
pub mod rules;
mod signature;
mod variants;

pub use analysis::{Analysis, LocatedFinding, Location};
pub use distinct::Distinct;
pub use pattern::{Pattern, Patterns};
pub use signature::{Signature, signature};
