//! Scores the standard redactor on the labelled samples under `ATTUNE_SHARED`,
//! prints the table and ends with 1 when a bar is missed.
//!
//! `--misses` also lists the rows that count against it, by id only.

mod scoring;

use std::process::ExitCode;

fn main() -> ExitCode {
    let lists_misses = std::env::args().any(|argument| argument == "--misses");
    match scoring::score() {
        Ok(table) => {
            print!("{table}");
            if lists_misses {
                for miss in table.misses() {
                    println!("{miss}");
                }
            }
            let missed = table.missed_bars();
            for bar in &missed {
                println!("missed: {bar}");
            }
            if missed.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
