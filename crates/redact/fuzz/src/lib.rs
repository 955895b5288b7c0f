//! The oracles of the crate's properties, for the fuzz targets.

#[path = "../../tests/oracles/mod.rs"]
pub mod oracles;
