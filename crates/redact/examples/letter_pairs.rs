//! Makes `src/letter_pairs.txt` from the names and words in folders of source text.
//!
//! Each row stands for the character before, each column for the one after it,
//! both in the order: start, `a` to `z`, `A` to `Z`, a digit, anything else. A
//! cell is the cost in quarters of a bit, counted from `#`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

const SYMBOLS: usize = 55;
const ENDINGS: [&str; 6] = ["rs", "md", "toml", "py", "txt", "yml"];
const MAX_FILE_BYTES: usize = 200_000;

fn main() -> std::io::Result<()> {
    let mut files_with: HashMap<Vec<u8>, u32> = HashMap::new();
    for folder in std::env::args().skip(1) {
        read_folder(Path::new(&folder), &mut files_with)?;
    }
    let mut weights = [[0.2_f64; SYMBOLS]; SYMBOLS];
    for (run, files) in files_with
        .iter()
        .filter(|(run, files)| teaches(run, **files))
    {
        let mut previous = 0;
        for &byte in run {
            let symbol = symbol(byte);
            weights[previous][symbol] += 1.0 + f64::from(*files).log2();
            previous = symbol;
        }
    }
    for row in &weights {
        let total: f64 = row.iter().sum();
        println!(
            "{}",
            row.iter()
                .map(|weight| cell(*weight, total))
                .collect::<String>()
        );
    }
    Ok(())
}

fn read_folder(folder: &Path, files_with: &mut HashMap<Vec<u8>, u32>) -> std::io::Result<()> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    paths.sort();
    for path in paths {
        let is_text = path
            .extension()
            .is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
        if path.is_dir() && !path.is_symlink() {
            read_folder(&path, files_with)?;
        } else if is_text {
            let text = std::fs::read(&path)?;
            if text.len() <= MAX_FILE_BYTES {
                for run in runs(&text).collect::<HashSet<_>>() {
                    *files_with.entry(run.to_vec()).or_default() += 1;
                }
            }
        }
    }
    Ok(())
}

fn runs(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')))
        .filter(|run| (3..=40).contains(&run.len()))
}

/// Hashes and rare runs full of digits would teach that chance is ordinary.
fn teaches(run: &[u8], files: u32) -> bool {
    let digits = run.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_hash = 12 <= run.len() && run.iter().all(u8::is_ascii_hexdigit);
    !is_hash && (1 < files || digits <= 4)
}

fn symbol(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => usize::from(byte - b'a') + 1,
        b'A'..=b'Z' => usize::from(byte - b'A') + 27,
        b'0'..=b'9' => 53,
        _ => 54,
    }
}

/// The cost as a character; a backslash would be awkward in a text.
fn cell(weight: f64, total: f64) -> char {
    let quarters = (-(weight / total).log2() * 4.0).round().clamp(0.0, 90.0);
    match char::from(b'#' + quarters as u8) {
        '\\' => '[',
        cell => cell,
    }
}
