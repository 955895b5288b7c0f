//! Bringing together patterns that differ where no mask saw a variable.

use super::miner::Pattern;

/// The final template of each pattern.
pub(super) fn merge(patterns: &[Pattern]) -> Vec<String> {
    patterns
        .iter()
        .map(|pattern| pattern.text.to_string())
        .collect()
}
