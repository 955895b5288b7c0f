//! Text cut into clauses, the pieces within which a negation reaches.

/// A few words that belong together, in lower case, and whether a negation before them reaches in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Clause {
    /// The words.
    pub(super) words: Vec<String>,
    /// Whether the negation of the clause before it holds for this one too, as in “never verify
    /// *or retry*” and “skip verification *and retries*”.
    pub(super) negated: bool,
}

/// The clauses of a text, in order.
pub(super) fn clauses(text: &str) -> Vec<Clause> {
    sentences(text)
        .iter()
        .flat_map(|sentence| clauses_of(sentence))
        .collect()
}

/// Words and joints of each sentence.
fn sentences(text: &str) -> Vec<Vec<Piece>> {
    let mut sentences = vec![Vec::new()];
    for line in text.lines() {
        let line = line.trim();
        let item = line.trim_start_matches(['-', '*', '•']);
        if line.is_empty() || item.len() < line.len() {
            sentences.push(Vec::new());
        }
        for token in item.split_whitespace() {
            let (pieces, ends) = pieces(token);
            if let Some(sentence) = sentences.last_mut() {
                sentence.extend(pieces);
            }
            if ends {
                sentences.push(Vec::new());
            }
        }
    }
    sentences
}

/// A word, or what joins two clauses.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Word(String),
    Comma,
    And,
    Or,
    /// A break that no negation crosses.
    Break,
}

fn pieces(token: &str) -> (Vec<Piece>, bool) {
    let word: String = token
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect();
    let mut pieces = match word.trim_matches('-') {
        "" => Vec::new(),
        "and" => vec![Piece::And],
        "or" | "nor" => vec![Piece::Or],
        "but" | "then" => vec![Piece::Break],
        word => vec![Piece::Word(word.to_owned())],
    };
    if word.is_empty() || token.starts_with('(') {
        pieces.insert(0, Piece::Break);
    }
    if token.ends_with(')') {
        pieces.push(Piece::Break);
    } else if token.ends_with(',') {
        pieces.push(Piece::Comma);
    }
    (pieces, token.ends_with(['.', ';', ':', '!', '?']))
}

fn clauses_of(sentence: &[Piece]) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut joint = Piece::Break;
    let mut words = Vec::new();
    for piece in sentence.iter().chain([&Piece::Break]) {
        if let Piece::Word(word) = piece {
            words.push(word.clone());
            continue;
        }
        if words.is_empty() {
            // “, and” joins as “and” does.
            joint = piece.clone();
            continue;
        }
        let negated = clauses
            .last()
            .is_some_and(|before| reaches_across(before, &joint, &words));
        let words = std::mem::take(&mut words);
        clauses.push(Clause { words, negated });
        joint = piece.clone();
    }
    clauses
}

fn reaches_across(before: &Clause, joint: &Piece, words: &[String]) -> bool {
    if !negations(words).is_empty() {
        return false;
    }
    let odd = (negations(&before.words).len() % 2 == 1) != before.negated;
    let of_things = before.negated
        || before
            .words
            .iter()
            .any(|word| NOT_THINGS.contains(&&**word));
    match joint {
        Piece::Or => odd,
        Piece::And | Piece::Comma => odd && of_things && words.len() <= 2,
        Piece::Word(_) | Piece::Break => false,
    }
}

/// Negations that a thing follows, and a list of things as readily as one.
const NOT_THINGS: &[&str] = &["skip", "without", "no", "avoid", "drop", "omit"];
/// What makes “not” a description of the world instead of an instruction.
const DESCRIBING: &[&str] = &[
    "does", "did", "is", "are", "was", "were", "has", "have", "had", "could", "can", "would",
];

/// Where the words are that turn around what follows them.
pub(super) fn negations(words: &[String]) -> Vec<usize> {
    (0..words.len())
        .filter(|at| is_negation(words, *at))
        .collect()
}

fn is_negation(words: &[String], at: usize) -> bool {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let before = at.checked_sub(1).map_or("", word);
    match word(at) {
        "not" => !DESCRIBING.contains(&before),
        "of" => before == "instead",
        "than" => before == "rather",
        "over" => words.iter().any(|word| word == "prefer"),
        "never" | "dont" | "stop" | "neither" | "skipping" | "avoiding" | "omitting" => true,
        other => NOT_THINGS.contains(&other),
    }
}

/// Whether the clause only tells that something is not so: “if the file does not exist”.
pub(super) fn describes_absence(words: &[String]) -> bool {
    let described = words
        .windows(2)
        .any(|pair| pair[1] == "not" && DESCRIBING.contains(&&*pair[0]));
    let condition = matches!(
        words.first().map(String::as_str),
        Some("if" | "when" | "where")
    );
    let lacking = condition && words.iter().any(|word| word == "no");
    let contracted = [
        "cannot", "cant", "doesnt", "isnt", "didnt", "wont", "couldnt", "arent",
    ];
    described || lacking || words.iter().any(|word| contracted.contains(&&**word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_end_at_marks_and_joints() {
        let cut = clauses("Narrow the query, then retry once (not twice) – never guess.");
        let words: Vec<String> = cut.iter().map(|clause| clause.words.join(" ")).collect();
        let expected = ["narrow the query", "retry once", "not twice", "never guess"];
        assert_eq!(words, expected);
    }

    #[test]
    fn a_negation_crosses_or_but_not_a_comma() {
        let reached = |text: &str| clauses(text).last().is_some_and(|clause| clause.negated);
        assert!(reached("never verify or retry"));
        assert!(reached("skip checks, verification and retries"));
        assert!(!reached("do not guess, retry once"));
        assert!(!reached("skip verification and narrow the query"));
    }
}
