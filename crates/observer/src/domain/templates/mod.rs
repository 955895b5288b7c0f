//! Templates of log lines and error texts: the constant words with `<*>` for what varies.

mod mask;
mod merge;
mod miner;

pub use mask::{WILDCARD, mask_line};
pub use miner::{Mined, Miner, mine};
