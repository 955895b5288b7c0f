//! What a deployment may set.

use aho_corasick::AhoCorasick;
use regex_automata::meta::Regex;
use thiserror::Error;

use crate::encodings;

/// The longest of one's own patterns, in bytes.
const MAX_PATTERN_BYTES: usize = 1000;
/// The most of one's own patterns.
const MAX_PATTERNS: usize = 100;
/// The largest compiled form of all patterns together.
const MAX_COMPILED_BYTES: usize = 4 * 1024 * 1024;
/// Shorter values would be found in ordinary words.
const MIN_KNOWN_SECRET_BYTES: usize = 6;

/// What a deployment may set; the default allows nothing.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Paths at or below one of these stay.
    pub allowed_path_prefixes: Vec<String>,
    /// URLs of these hosts keep their path and query.
    pub allowed_url_hosts: Vec<String>,
    /// The deployment's own patterns; each match goes. They run in linear time.
    pub patterns: Vec<String>,
    /// Secret values of the deployment itself; they go in any common encoding.
    pub known_secrets: Vec<String>,
}

/// Why options cannot be used.
#[derive(Debug, Error)]
pub enum OptionsError {
    /// There are more patterns than may be set.
    #[error("{0} patterns are set; at most {MAX_PATTERNS} are allowed")]
    TooManyPatterns(usize),
    /// One pattern is longer than allowed.
    #[error("pattern {0} is longer than {MAX_PATTERN_BYTES} bytes")]
    PatternTooLong(usize),
    /// A pattern matches the empty text, which stands everywhere.
    #[error("pattern {0} matches the empty text")]
    PatternMatchesNothing(usize),
    /// The patterns cannot be compiled.
    #[error("the patterns cannot be compiled")]
    Patterns(#[source] Box<regex_automata::meta::BuildError>),
    /// The known secrets cannot be compiled.
    #[error("the known secrets cannot be compiled")]
    KnownSecrets(#[source] aho_corasick::BuildError),
}

pub(crate) fn compile_patterns(patterns: &[String]) -> Result<Option<Regex>, OptionsError> {
    if patterns.is_empty() {
        return Ok(None);
    }
    if MAX_PATTERNS < patterns.len() {
        return Err(OptionsError::TooManyPatterns(patterns.len()));
    }
    if let Some(index) = patterns
        .iter()
        .position(|pattern| MAX_PATTERN_BYTES < pattern.len())
    {
        return Err(OptionsError::PatternTooLong(index));
    }
    let compiled = Regex::builder()
        .configure(Regex::config().nfa_size_limit(Some(MAX_COMPILED_BYTES)))
        .build_many(patterns)
        .map_err(|error| OptionsError::Patterns(Box::new(error)))?;
    match compiled.find("") {
        Some(empty) => Err(OptionsError::PatternMatchesNothing(
            empty.pattern().as_usize(),
        )),
        None => Ok(Some(compiled)),
    }
}

pub(crate) fn compile_known_secrets(
    secrets: &[String],
) -> Result<Option<AhoCorasick>, OptionsError> {
    let forms: Vec<String> = secrets
        .iter()
        .map(|secret| secret.trim())
        .filter(|secret| MIN_KNOWN_SECRET_BYTES <= secret.len())
        .flat_map(encodings::forms_of)
        .collect();
    if forms.is_empty() {
        return Ok(None);
    }
    AhoCorasick::builder()
        .match_kind(aho_corasick::MatchKind::LeftmostLongest)
        .build(forms)
        .map(Some)
        .map_err(OptionsError::KnownSecrets)
}
