//! Sizes: nine files in ten under 250 lines before their tests, none over 600.

use crate::{assert_kept, repository};

const COMFORTABLE_LINES: usize = 250;
const MOST_LINES: usize = 600;

#[test]
fn no_file_grows_past_what_one_person_reads_at_once() {
    let sizes: Vec<(String, usize)> = repository::sources()
        .into_iter()
        .map(|source| {
            let lines = source.code().count();
            (source.path, lines)
        })
        .collect();
    let over = |limit: usize| -> Vec<String> {
        sizes
            .iter()
            .filter(|(_, lines)| limit < *lines)
            .map(|(path, lines)| format!("{path}: {lines} lines"))
            .collect()
    };

    let long = over(COMFORTABLE_LINES);
    println!(
        "{} of {} files have more than {COMFORTABLE_LINES} lines before their tests\n{}",
        long.len(),
        sizes.len(),
        long.join("\n")
    );
    assert_kept(
        "ask what second thing the file has begun to do, and split it by meaning",
        &over(MOST_LINES),
    );
}
