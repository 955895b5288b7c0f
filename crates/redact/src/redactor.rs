//! The one entrance to all rules.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;
use memchr::memchr;
use regex_automata::meta::Regex;

use crate::counts::{Counts, Kind};
use crate::faults::caught;
use crate::fixpoint::redact_line;
use crate::keys;
use crate::line::{self, Carry};
use crate::options::{self, Options, OptionsError};
use crate::placeholders::is_stand_in;
use crate::signs::Signs;
use crate::spans::Spans;
use crate::values::{self, Fate};
use crate::{REDACTED_FIELD, pem};

/// What a deployment set, ready for use.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) options: Options,
    pub(crate) patterns: Option<Regex>,
    pub(crate) known_secrets: Option<AhoCorasick>,
}

/// Takes out what must not be stored, logged or shown. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Redactor {
    pub(crate) rules: Arc<Rules>,
}

static STANDARD: LazyLock<Redactor> = LazyLock::new(|| Redactor {
    rules: Arc::new(Rules::default()),
});

impl Redactor {
    /// A redactor with a deployment's own options.
    ///
    /// # Errors
    ///
    /// When a pattern cannot be compiled or there are too many.
    pub fn new(options: Options) -> Result<Redactor, OptionsError> {
        let patterns = options::compile_patterns(&options.patterns)?;
        let known_secrets = options::compile_known_secrets(&options.known_secrets)?;
        Ok(Redactor {
            rules: Arc::new(Rules {
                options,
                patterns,
                known_secrets,
            }),
        })
    }

    /// A redactor with the default options.
    pub fn standard() -> Redactor {
        STANDARD.clone()
    }

    /// The text without what goes; borrowed when all of it stays.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redact_counting(text, &mut Counts::default())
    }

    /// As [`Redactor::redact`], and counts what went by kind.
    pub fn redact_counting<'t>(&self, text: &'t str, counts: &mut Counts) -> Cow<'t, str> {
        let mut carry = Carry::default();
        let mut spans = Spans::default();
        let mut written: Option<String> = None;
        let (mut start, mut copied) = (0, 0);
        let mut block = Block::default();
        loop {
            let end = end_of_line(text, start);
            let line = &text[start..end];
            let signs = block.signs_at(text, start);
            let redacted = redact_line(&self.rules, line, signs, &mut carry, &mut spans, counts);
            if let Some(redacted) = redacted {
                let output = written.get_or_insert_with(|| String::with_capacity(text.len()));
                output.push_str(&text[copied..start]);
                output.push_str(&redacted);
                copied = end;
            }
            if end == text.len() {
                break;
            }
            start = end + 1;
        }
        match written {
            None => Cow::Borrowed(text),
            Some(mut output) => {
                output.push_str(&text[copied..]);
                Cow::Owned(output)
            }
        }
    }

    /// The value of the field `key`: behind a secret-like name it goes,
    /// whatever it looks like.
    pub fn redact_field<'t>(&self, key: &str, value: &'t str) -> Cow<'t, str> {
        self.redact_field_counting(key, value, &mut Counts::default())
    }

    pub(crate) fn redact_field_counting<'t>(
        &self,
        key: &str,
        value: &'t str,
        counts: &mut Counts,
    ) -> Cow<'t, str> {
        caught(|| self.judge_field(key, value, counts)).unwrap_or_else(|| {
            counts.add(Kind::Field);
            Cow::Borrowed(REDACTED_FIELD)
        })
    }

    fn judge_field<'t>(&self, key: &str, value: &'t str, counts: &mut Counts) -> Cow<'t, str> {
        let label = keys::label_of(key.as_bytes());
        let goes =
            label.is_some_and(|label| values::fate(label, value.as_bytes(), true) != Fate::Stays);
        if goes {
            counts.add(Kind::Key);
            return Cow::Borrowed(Kind::Key.marker());
        }
        let redacted = self.redact_counting(value, counts);
        match label {
            // What is left may look like a value where the whole did not.
            Some(label) if values::fate(label, redacted.as_bytes(), true) != Fate::Stays => {
                Cow::Borrowed(Kind::Key.marker())
            }
            _ => redacted,
        }
    }

    /// The kind of credential that `text` holds, if any. Addresses, paths and
    /// URLs are none; nothing is altered. Text that meets a fault counts as one.
    pub fn finds_secret(&self, text: &str) -> Option<Kind> {
        caught(|| self.look_for_secret(text)).unwrap_or(Some(Kind::Field))
    }

    fn look_for_secret(&self, text: &str) -> Option<Kind> {
        let mut carry = Carry::default();
        let mut spans = Spans::default();
        for line in text.split('\n') {
            let bytes = line.as_bytes();
            line::find_own(&self.rules, line, &mut spans);
            if let Some(own) = spans.iter().next() {
                return Some(own.kind);
            }
            pem::find(bytes, &mut spans);
            crate::urls::find(bytes, &self.rules.options, &mut spans);
            line::find_credentials(bytes, Signs::UNKNOWN, &mut carry.pending, &mut spans);
            for span in spans.iter() {
                let found = &bytes[span.start..span.end];
                if span.kind == Kind::Key && !is_stand_in(found) {
                    return Some(span.kind);
                }
            }
            spans.clear();
        }
        None
    }
}

/// Shorter text is not worth a look ahead.
const MIN_BLOCK_BYTES: usize = 2 * 1024;
/// How far is looked ahead for signs.
const BLOCK_BYTES: usize = 16 * 1024;

/// Lines whose signs are known.
struct Block {
    end: usize,
    signs: Signs,
}

impl Default for Block {
    fn default() -> Block {
        Block {
            end: 0,
            signs: Signs::UNKNOWN,
        }
    }
}

impl Block {
    /// The signs of the line that starts at `start`, and of others around it.
    fn signs_at(&mut self, text: &str, start: usize) -> Signs {
        if self.end <= start && start + MIN_BLOCK_BYTES < text.len() {
            self.end = end_of_line(text, text.len().min(start + BLOCK_BYTES));
            self.signs = Signs::of(&text.as_bytes()[start..self.end]);
        } else if self.end <= start {
            *self = Block::default();
        }
        self.signs
    }
}

fn end_of_line(text: &str, from: usize) -> usize {
    let rest = &text.as_bytes()[from..];
    from + memchr(b'\n', rest).unwrap_or(rest.len())
}
