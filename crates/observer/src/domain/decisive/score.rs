//! How much a line sounds like an error, where no mark of a language settles it.

/// Words that name a failure, and how strongly.
const WORDS: &[(&str, i32)] = &[
    ("fatal", 6),
    ("error:", 6),
    ("err!", 6),
    ("exception", 5),
    ("traceback", 2),
    ("error", 4),
    ("failed to", 5),
    ("cannot", 5),
    ("can't", 5),
    ("could not", 5),
    ("couldn't", 5),
    ("unable to", 5),
    ("not found", 5),
    ("no such", 5),
    ("does not exist", 5),
    ("doesn't exist", 5),
    ("already exists", 4),
    ("not defined", 5),
    ("undefined", 4),
    ("denied", 5),
    ("forbidden", 5),
    ("unauthorized", 5),
    ("not allowed", 5),
    ("not permitted", 5),
    ("not supported", 4),
    ("unsupported", 4),
    ("refused", 5),
    ("rejected", 4),
    ("reset by peer", 5),
    ("unreachable", 5),
    ("timed out", 5),
    ("timeout", 5),
    ("exceeded", 5),
    ("exceeds", 5),
    ("too many", 4),
    ("too large", 5),
    ("rate limit", 5),
    ("invalid", 5),
    ("illegal", 5),
    ("malformed", 5),
    ("unexpected", 5),
    ("unknown", 4),
    ("missing", 4),
    ("mismatch", 4),
    ("never match", 5),
    ("conflict", 4),
    ("aborted", 4),
    ("killed", 4),
    ("crashed", 5),
    ("segmentation fault", 6),
    ("out of memory", 6),
    ("no space left", 6),
    ("overflow", 4),
    ("nothing to", 3),
    ("not enough", 4),
    ("must ", 3),
    ("required", 3),
    ("failed", 3),
    ("failure", 3),
    ("violat", 4),
    ("[f]", 3),
    ("not formatted", 4),
];

/// Lines that say only that something went wrong somewhere.
const WRAPPERS: &[&str] = &[
    "exit code",
    "exited with",
    "exit status",
    "returned non-zero",
    "command failed",
    "error: command",
    "error...",
    "validation failed:",
    "checks failed",
    "the above error",
    "fix these issues",
    "please fix",
    "please report",
    "for more information",
    "run with",
    "to rerun",
    "could not compile",
    "aborting due to",
    "a complete log of this run",
    "output truncated",
    "retrying",
    "0 errors",
    "0 failed",
    "no errors",
    "total errors",
    "warning",
    "deprecat",
    "build failed",
    "script failed",
    "task failed",
    "lifecycle",
    "elifecycle",
];

/// What a shell or an agent's harness adds below the output of any command.
const REMARKS: &[&str] = &["Shell cwd was reset", "note: ", "hint: ", "help: "];

/// The line that scores highest, the first of those that score alike; without any that sounds
/// like an error, the last one, where programs say what stopped them.
pub(super) fn most_telling_line(text: &str) -> &str {
    let mut best: Option<(&str, i32)> = None;
    let mut last = "";
    for line in text.lines().map(str::trim).filter(|line| is_prose(line)) {
        last = line;
        let score = score(line);
        if best.is_none_or(|(_, highest)| highest < score) {
            best = Some((line, score));
        }
    }
    match best {
        Some((line, score)) if 0 < score => line,
        _ if last.is_empty() => text.trim().lines().next().unwrap_or_default().trim(),
        _ => last,
    }
}

fn is_prose(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
        && !REMARKS.iter().any(|remark| line.starts_with(remark))
}

fn score(line: &str) -> i32 {
    let lower = line.to_lowercase();
    let starts = ["error", "fatal", "err!", "failed", "panic", "e:"];
    let mut score: i32 = WORDS
        .iter()
        .filter(|(word, _)| lower.contains(word))
        .map(|(_, weight)| weight)
        .max()
        .copied()
        .unwrap_or(0);
    if 0 < score && starts.iter().any(|start| lower.starts_with(start)) {
        score += 2;
    }
    // Where something is, rather than what it is.
    if line.ends_with(':') || line.starts_with(['{', '[', '<', '#', '*', '|', '┃']) {
        score -= 2;
    }
    if WRAPPERS.iter().any(|wrapper| lower.contains(wrapper)) {
        score -= 6;
    }
    score
}
