//! One spelling for names that some file system takes for the same.

use unicode_normalization::UnicodeNormalization;

/// The name without regard to case and composition.
pub(super) fn fold(name: &str) -> String {
    let composed: String = name.nfc().collect();
    // Upper before lower case, so that letters with a longer upper case meet it: ß and SS.
    let folded = composed.to_uppercase().to_lowercase();
    folded.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_or_composition_fold_alike() {
        let table = [
            ("PROVISION.py", "provision.py"),
            ("Stra\u{df}e", "STRASSE"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("\u{212a}elvin", "kelvin"),
            ("pa\u{17f}s", "pass"),
            ("\u{3a3}\u{3c2}", "\u{3c3}\u{3c3}"),
        ];
        for (left, right) in table {
            assert_eq!(fold(left), fold(right), "{left} {right}");
        }
        assert_ne!(fold("a"), fold("b"));
    }
}
