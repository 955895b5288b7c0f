//! Durable steps: the journal, the outbox and the inbox.
//!
//! A sender writes a message in the transaction of the change that causes it; the relay delivers
//! it at least once. The receiver claims the message's key in the transaction of its effect, so
//! that the effect happens exactly once, and keeps its answer for whoever asks again.

pub(crate) mod inbox;
pub mod journal;
pub(crate) mod outbox;
mod relay;

pub use outbox::Message;
pub use relay::{Receive, Receiving, Relay, Sent, Settlement};
