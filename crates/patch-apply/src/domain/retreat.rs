//! Taking a change back: the files from before, where the target still has ours.

use types::CommitSha;
use unidiff::Mode;

/// What stands under a name: mode and blob; none when there is nothing.
pub type Content = Option<(Mode, CommitSha)>;

/// One file that a change touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Its name.
    pub path: String,
    /// What was there before the change.
    pub before: Content,
    /// What the change made of it.
    pub after: Content,
    /// What is there now.
    pub now: Content,
}

/// How a change is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// By putting these entries in place.
    Swap(Vec<(String, Content)>),
    /// Not at all: everything is as before already.
    NothingToDo,
    /// Not at all: these files were changed by others since.
    Conflict(Vec<String>),
}

/// Decides how a change is taken back. A file that is neither ours nor as before is a conflict.
pub fn way_back(touched: &[Touched]) -> Way {
    let is_foreign = |file: &&Touched| file.now != file.after && file.now != file.before;
    let foreign: Vec<String> = touched
        .iter()
        .filter(is_foreign)
        .map(|file| file.path.clone())
        .collect();
    if !foreign.is_empty() {
        return Way::Conflict(foreign);
    }
    let swaps: Vec<(String, Content)> = touched
        .iter()
        .filter(|file| file.now != file.before)
        .map(|file| (file.path.clone(), file.before.clone()))
        .collect();
    if swaps.is_empty() {
        Way::NothingToDo
    } else {
        Way::Swap(swaps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(digit: &str) -> Content {
        Some((Mode::Regular, digit.repeat(40).parse().unwrap()))
    }

    fn file(before: Content, after: Content, now: Content) -> Touched {
        Touched {
            path: "docs/a.md".to_owned(),
            before,
            after,
            now,
        }
    }

    #[test]
    fn only_what_is_still_ours_is_swapped_back() {
        let swap = |content| Way::Swap(vec![("docs/a.md".to_owned(), content)]);
        let conflict = || Way::Conflict(vec!["docs/a.md".to_owned()]);
        for (touched, expected) in [
            (file(blob("1"), blob("2"), blob("2")), swap(blob("1"))),
            (file(None, blob("2"), blob("2")), swap(None)),
            (file(blob("1"), None, None), swap(blob("1"))),
            (file(blob("1"), blob("2"), blob("1")), Way::NothingToDo),
            (file(blob("1"), blob("2"), blob("3")), conflict()),
            (file(blob("1"), None, blob("3")), conflict()),
            (file(blob("1"), blob("2"), None), conflict()),
        ] {
            assert_eq!(
                way_back(std::slice::from_ref(&touched)),
                expected,
                "{touched:?}"
            );
        }
    }
}
