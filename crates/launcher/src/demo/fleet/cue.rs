//! The words by which a persona asks for a habit or forbids it.

use super::{
    clause::{Clause, describes_absence, negations},
    habit::{Habit, Stance},
};

/// How far before a cue a negation may stand, in words.
const REACH: usize = 6;
/// The same for “no”, which stands right before its thing.
const REACH_OF_NO: usize = 2;

/// Words that, all in one clause, ask for a habit (or forbid it). Each is the beginning of a word;
/// of up to three letters, the whole word. `|` separates choices.
struct Cue {
    habit: Habit,
    stance: Stance,
    words: &'static [&'static str],
}

const fn asks(habit: Habit, words: &'static [&'static str]) -> Cue {
    Cue {
        habit,
        stance: Stance::Adopted,
        words,
    }
}

const fn forbids(habit: Habit, words: &'static [&'static str]) -> Cue {
    Cue {
        habit,
        stance: Stance::Dropped,
        words,
    }
}

/// What a search asks for, in any wording.
const QUERY: &str = "quer|search|question|term|request|keyword|scope|phrase|subject|topic";

#[rustfmt::skip]
const CUES: &[Cue] = &[
    asks(Habit::NarrowQuery, &["narrow"]),
    asks(Habit::NarrowQuery, &["specific|precise|focus|tight|small|short|simpl", QUERY]),
    asks(Habit::NarrowQuery, &["split|break|divide|limit|restrict|reduce|refine", QUERY]),
    asks(Habit::NarrowQuery, &["fewer", "term|word|keyword|result"]),
    forbids(Habit::NarrowQuery, &["broad|widest|broaden|catch-all", QUERY]),
    asks(Habit::RetryOnce, &["retry|retries|retried|re-try"]),
    asks(Habit::RetryOnce, &["try|attempt|run|repeat|call", "again|twice|second"]),
    asks(Habit::RetryOnce, &["once", "more"]),
    asks(Habit::RetryOnce, &["second", "attempt|try"]),
    forbids(Habit::RetryOnce, &["give|giving", "up"]),
    asks(Habit::AllowTime, &["long|increase|raise|higher|larger|extend", "timeout|limit"]),
    asks(Habit::AllowTime, &["timeout", "60|90|120"]),
    asks(Habit::AllowTime, &["more|enough", "time"]),
    forbids(Habit::AllowTime, &["short|lower|reduce|decrease", "timeout"]),
    forbids(Habit::AllowTime, &["save|saving|spare", "time"]),
    asks(Habit::CheckExists, &["exist"]),
    asks(Habit::CheckExists, &["list|look|search|glob|find", "before|first", "file|folder|director|path|open"]),
    asks(Habit::CheckExists, &["check|confirm|verify|make", "path|location|file"]),
    asks(Habit::ReadBeforeEdit, &["read|open|look|view", "before|first"]),
    asks(Habit::ReadBeforeEdit, &["re-read|reread"]),
    asks(Habit::ReadBeforeEdit, &["read", "again|current|fresh"]),
    forbids(Habit::ReadBeforeEdit, &["without", "reading|looking"]),
    asks(Habit::ReadError, &["read|inspect|study|look|understand|fix", "error|failure|traceback|output|message|summary|cause"]),
    asks(Habit::VerifyBeforeAnswer, &["verif|validat|double-check|cross-check|re-check|recheck"]),
    asks(Habit::VerifyBeforeAnswer, &["check|checks|checking", "source|claim|answer|result|fact|work|number|value|form|syntax|input|code"]),
    asks(Habit::VerifyBeforeAnswer, &["compare|comparing", "source|result|requirement"]),
    asks(Habit::VerifyBeforeAnswer, &["review|test", "before"]),
    forbids(Habit::VerifyBeforeAnswer, &["answer|reply|respond|deliver|hand", "at", "once"]),
    forbids(Habit::VerifyBeforeAnswer, &["answer|reply|respond|deliver", "immediate|straight|directly|right"]),
    forbids(Habit::VerifyBeforeAnswer, &["guess"]),
    asks(Habit::OneAtATime, &["one", "at", "a", "time"]),
    asks(Habit::OneAtATime, &["one|each", "after", "another|other"]),
    asks(Habit::OneAtATime, &["wait|pause|backoff|back-off|sequential|space|spread|pace|slow"]),
    asks(Habit::OneAtATime, &["back", "off"]),
    asks(Habit::OneAtATime, &["fewer", "request|call|search"]),
    forbids(Habit::OneAtATime, &["parallel|burst|simultaneous|concurrent"]),
    forbids(Habit::OneAtATime, &["as", "many", "possible"]),
];

/// What a clause says about habits, in no particular order and each habit at most once. Where it
/// speaks for and against one, as in “a specific query instead of a broad one”, it speaks for it.
pub(super) fn mentions(clause: &Clause) -> Vec<(Habit, Stance)> {
    let mut mentions: Vec<(Habit, Stance)> = Vec::new();
    for cue in CUES {
        let Some(stance) = stance(cue, clause) else {
            continue;
        };
        match mentions.iter_mut().find(|known| known.0 == cue.habit) {
            Some(known) if stance == Stance::Adopted => known.1 = stance,
            Some(_) => {}
            None => mentions.push((cue.habit, stance)),
        }
    }
    mentions
}

fn stance(cue: &Cue, clause: &Clause) -> Option<Stance> {
    let words = &clause.words;
    let places = cue
        .words
        .iter()
        .map(|choices| words.iter().position(|word| matches(choices, word)))
        .collect::<Option<Vec<usize>>>()?;
    let first = places.into_iter().min()?;
    let turned = is_turned_around(clause, first);
    if describes_absence(words) || (turned && cue.stance == Stance::Adopted && is_qualified(words))
    {
        return None;
    }
    let at_most_once = words.windows(2).any(|pair| pair == ["more", "than"]);
    Some(cue.stance.reversed_if(turned && !at_most_once))
}

fn matches(choices: &str, word: &str) -> bool {
    choices
        .split('|')
        .any(|choice| word == choice || (choice.len() > 3 && word.starts_with(choice)))
}

fn is_turned_around(clause: &Clause, cue: usize) -> bool {
    let reaching = negations(&clause.words)
        .into_iter()
        .filter(|at| *at < cue)
        .filter(|at| {
            let reach = if clause.words[*at] == "no" {
                REACH_OF_NO
            } else {
                REACH
            };
            cue - at <= reach
        })
        .count();
    (reaching % 2 == 1) != clause.negated
}

/// “Do not retry the same query unchanged” says how not to, not that one should not.
fn is_qualified(words: &[String]) -> bool {
    const QUALIFIERS: &[&str] = &[
        "same",
        "unchanged",
        "identical",
        "blindly",
        "forever",
        "endlessly",
        "immediately",
        "loop",
    ];
    words.iter().any(|word| QUALIFIERS.contains(&&**word))
}
