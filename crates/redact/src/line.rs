//! All that is looked for on one line.

use crate::below::Pending;
use crate::counts::Kind;
use crate::labels;
use crate::redactor::Rules;
use crate::signs::Signs;
use crate::spans::Spans;
use crate::{addresses, commands, decoding, formats, hashes, mail, paths, pem, runs, urls};

/// What one line leaves behind for the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Carry {
    /// Whether the line is inside an armoured private key.
    pub(crate) in_key: bool,
    /// A label whose value may follow.
    pub(crate) pending: Pending,
}

/// Finds what goes from `line`, which has no line feed and no other `signs`.
pub(crate) fn find(rules: &Rules, line: &str, signs: Signs, carry: &mut Carry, spans: &mut Spans) {
    let bytes = line.as_bytes();
    if carry.in_key && find_in_key(bytes, carry, spans) {
        return;
    }
    find_own(rules, line, spans);
    carry.in_key = signs.armour && pem::find(bytes, spans);
    if signs.url {
        urls::find(bytes, &rules.options, spans);
    }
    paths::find(bytes, &rules.options, spans);
    addresses::find(bytes, signs, spans);
    if signs.at {
        mail::find(bytes, spans);
    }
    find_credentials(bytes, signs, &mut carry.pending, spans);
    if signs.escape {
        decoding::find(bytes, &rules.options, spans);
    }
    spans.settle(bytes);
}

/// Finds only what labels and shapes of keys announce.
pub(crate) fn find_credentials(
    line: &[u8],
    signs: Signs,
    pending: &mut Pending,
    spans: &mut Spans,
) {
    labels::find(line, pending, spans);
    if signs.flag {
        commands::find(line, spans);
    }
    if signs.quoted_flag {
        commands::find_quoted(line, spans);
    }
    if signs.dollar {
        hashes::find(line, spans);
    }
    formats::find(line, spans);
    runs::find(line, spans);
}

/// Takes a line of an armoured key as a whole; says whether it was one.
fn find_in_key(line: &[u8], carry: &mut Carry, spans: &mut Spans) -> bool {
    if let Some(end) = pem::end_of(line, 0) {
        carry.in_key = false;
        spans.add(0, end, Kind::Key);
        labels::find(&line[end..], &mut carry.pending, &mut Spans::default());
        return true;
    }
    carry.in_key = pem::goes_on(line);
    if carry.in_key {
        let end = crate::bytes::skip_back(line, line.len(), 0, crate::bytes::is_space);
        spans.add(0, end, Kind::Key);
    }
    carry.in_key
}

/// Finds known secrets and matches of the deployment's own patterns.
pub(crate) fn find_own(rules: &Rules, line: &str, spans: &mut Spans) {
    if let Some(known) = &rules.known_secrets {
        for found in known.find_iter(line) {
            spans.add(found.start(), found.end(), Kind::Key);
        }
    }
    if let Some(patterns) = &rules.patterns {
        for found in patterns.find_iter(line) {
            spans.add(found.start(), found.end(), Kind::Pattern);
        }
    }
}
