//! Nothing that is sent to the policy or the validators makes them panic.

use patch_apply::domain::{
    policy::check_alone,
    validators::{validate, yaml},
};
use proptest::prelude::*;
use unidiff::MemoryBase;

use crate::cases::{edit, judge, tree};

const LIMITS: yaml::Limits = yaml::Limits {
    depth: 64,
    nodes: 10_000,
};

const PATHS: [&str; 6] = [
    "docs/a.md",
    "config/a.yaml",
    "config/a.json",
    "scripts/a.sh",
    "tools/a.py",
    "agents/agents.yaml",
];

/// Text that is full of what the readers look for.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "https:",
            "//",
            "\\",
            "@",
            ":",
            ".",
            "%41",
            "[",
            "]",
            "{",
            "}",
            "(",
            ")",
            "<<EOF\n",
            "$(",
            "${",
            "`",
            "\"",
            "'",
            "&",
            "&#x2f;",
            "*a",
            "&a ",
            "!!x ",
            "- ",
            ": ",
            "? ",
            "|\n",
            ">-\n",
            "---\n",
            "\n",
            "\n  ",
            "\t",
            "#",
            "if ",
            "then\n",
            "fi\n",
            "case x in ",
            "esac",
            "[[ ",
            " ]]",
            "def f():\n",
            "    return ",
            "lambda: ",
            "f\"{",
            "async ",
            "\u{feff}",
            "\u{202e}",
            "\u{85}",
            "www.a.b",
            "data:,",
            "\r\n",
            "ü",
            "\u{0}",
            "...\n",
            "%TAG ",
            "<<: ",
        ])
        .prop_map(str::to_owned),
        "[a-z0-9 ]{1,4}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn settings() -> ProptestConfig {
    ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn no_file_makes_a_validator_panic(path in prop::sample::select(PATHS.to_vec()), text in pieces()) {
        let _ = validate(path, &text, LIMITS);
    }

    #[test]
    fn no_change_makes_the_policy_panic(
        path in prop::sample::select(PATHS.to_vec()),
        old in pieces(),
        new in pieces(),
    ) {
        prop_assume!(old != new);
        judge(&tree(&[(path, &old)]), &edit(path, &old, &new));
    }

    #[test]
    fn no_bytes_make_the_policy_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let (verdict, results) = check_alone(&bytes, &MemoryBase::default());
        prop_assert_eq!(verdict.accepted, results.is_some());
    }
}
