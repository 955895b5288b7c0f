//! Scores the standard redactor on the labelled samples under `ATTUNE_SHARED`,
//! prints the table and ends with 1 when a bar is missed.
//!
//! `--misses` also lists the rows that count against it, by id only. Further
//! arguments are files with rows in the same format: each gets a table of its
//! own, without bars.

mod scoring;

use std::process::ExitCode;

use scoring::Table;

fn main() -> ExitCode {
    let (options, files): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    let lists_misses = options.iter().any(|option| option == "--misses");
    match report(&files, lists_misses) {
        Ok(missed) if missed.is_empty() => ExitCode::SUCCESS,
        Ok(missed) => {
            for bar in missed {
                println!("missed: {bar}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints every table; the bars that are missed, in words.
fn report(files: &[String], lists_misses: bool) -> Result<Vec<String>, scoring::Failure> {
    for file in files {
        println!("{file}");
        print(&scoring::score_file(file)?, lists_misses);
    }
    let table = scoring::score()?;
    print(&table, lists_misses);
    Ok(table.missed_bars())
}

fn print(table: &Table, lists_misses: bool) {
    println!("{table}");
    if lists_misses {
        for miss in table.misses() {
            println!("{miss}");
        }
    }
}
