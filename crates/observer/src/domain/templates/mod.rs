//! Templates of log lines and error texts: the constant words with `<*>` for what varies.

mod mask;
mod merge;
mod miner;
mod word;

pub use mask::{WILDCARD, mask_error, mask_line};
pub use miner::{Mined, Miner, mine};
