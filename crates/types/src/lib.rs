//! The values, requests, replies and events that Attune's services exchange.
//!
//! A value that exists is valid: every type here checks what it is made of when it is parsed, so
//! that nothing behind the edge has to. There is no I/O, no clock and no randomness in this crate.

mod check;

pub mod analysis;
pub mod commit;
pub mod event;
pub mod id;
pub mod journal;
pub mod key;
pub mod patch;
pub mod problem;
pub mod proposal;
pub mod series;
pub mod service;
pub mod time;
pub mod window;

pub use check::{Invalid, Unit};
pub use commit::{CommitSha, Digest};
pub use id::{FindingId, ProposalId, WindowId};
pub use service::Service;
pub use time::Timestamp;
