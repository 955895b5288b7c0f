//! Keys: how they look, where they are kept, whom they belong to.

mod bootstrap;
mod key;
mod store;

pub use bootstrap::{BootstrapError, FileKeys, first_keys};
pub use key::{KeyText, MalformedKey};
pub use store::{Keyring, Principal};
