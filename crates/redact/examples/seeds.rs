//! Writes texts into the folder that is named: what the fuzz targets start from.
//!
//! Each text stands alone, and behind its secret and the zero byte with which
//! some targets part what they are given.

#[path = "../tests/made_up/mod.rs"]
mod made_up;

use std::path::Path;

fn main() -> std::io::Result<()> {
    for folder in std::env::args().skip(1) {
        for (number, row) in made_up::rows(1, 3).enumerate() {
            let file = Path::new(&folder).join(format!("{number:03} {}", row.context));
            let parted = format!("{}\0{}", row.secret, row.text);
            std::fs::write(file.with_extension("parted"), parted)?;
            std::fs::write(file, row.text)?;
        }
    }
    Ok(())
}
