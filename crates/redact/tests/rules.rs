//! What goes and what stays, by example. Values that look like credentials are
//! put together when the test runs and belong to nobody.

use std::borrow::Cow;

use redact::{Counts, Kind, Options, Redactor, StreamRedactor};
use serde_json::json;

const KEY: &str = "[REDACTED_KEY]";

fn redact(text: &str) -> String {
    Redactor::standard().redact(text).into_owned()
}

/// Letters and digits without meaning, the same in every run.
fn made_up(length: usize, alphabet: &str) -> String {
    let letters = alphabet.as_bytes();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(letters[(state % letters.len() as u64) as usize])
        })
        .collect()
}

fn letters_and_digits(length: usize) -> String {
    made_up(
        length,
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    )
}

fn hex(length: usize) -> String {
    made_up(length, "0123456789abcdef")
}

#[test]
fn keys_of_known_shapes_go_without_a_label() {
    let prefixes = [
        "ghp_", "glpat-", "sk-", "sk_live_", "xoxb-", "hf_", "npm_", "dop_v1_", "shpat_",
    ];
    for prefix in prefixes {
        for tail in [letters_and_digits(36), hex(40)] {
            let key = [prefix, &tail].concat();
            assert_eq!(
                redact(&format!("got {key} from upstream")),
                format!("got {KEY} from upstream")
            );
        }
    }
}

#[test]
fn random_runs_go_without_a_label() {
    for length in [20, 24, 32, 40, 64] {
        let run = letters_and_digits(length);
        assert_eq!(
            redact(&format!("value \"{run}\" rejected")),
            format!("value \"{KEY}\" rejected")
        );
    }
}

#[test]
fn runs_with_joints_and_slashes_go_without_a_label() {
    for run in [
        "nq_7Vx-2Kd9-Rt4_pZ",
        "Zk3/vQx8Rw/tYp5+Lm2Nc",
        "k3vq9x2rw8typ5lm",
    ] {
        assert_eq!(
            redact(&format!("value \"{run}\" rejected")),
            format!("value \"{KEY}\" rejected")
        );
    }
}

#[test]
fn any_value_behind_a_secret_name_goes() {
    for (text, expected) in [
        ("password=hunter2", "password=[REDACTED_KEY]"),
        (
            "password: \"open sesame\", user: \"bob\"",
            "password: \"[REDACTED_KEY]\", user: \"bob\"",
        ),
        (
            "[\"the 'password'\",{\"a\":\"is 'b'\"}]",
            "[\"the 'password'\",{\"a\":\"is 'b'\"}]",
        ),
        (
            "{\"client_secret\":\"abc\",\"retries\":3}",
            "{\"client_secret\":\"[REDACTED_KEY]\",\"retries\":3}",
        ),
        (
            "{\"name\":\"DB_PASSWORD\",\"value\":\"abc\"}",
            "{\"name\":\"DB_PASSWORD\",\"value\":\"[REDACTED_KEY]\"}",
        ),
        (
            "Authorization: Bearer abc.def",
            "Authorization: Bearer [REDACTED_KEY]",
        ),
        (
            "curl -H 'Authorization: Basic abcd' host",
            "curl -H 'Authorization: Basic [REDACTED_KEY]' host",
        ),
        ("<apiKey>abc</apiKey>", "<apiKey>[REDACTED_KEY]</apiKey>"),
        (
            "if (\"abc\" == password) {",
            "if (\"[REDACTED_KEY]\" == password) {",
        ),
        (
            "getenv(\"API_TOKEN\", \"abc\")",
            "getenv(\"API_TOKEN\", \"[REDACTED_KEY]\")",
        ),
        (
            "tool --password abc --verbose",
            "tool --password [REDACTED_KEY] --verbose",
        ),
        (
            "The default password is 'abc'.",
            "The default password is '[REDACTED_KEY]'.",
        ),
        (
            "call?api_key=abc&page=2",
            "call?api_key=[REDACTED_KEY]&page=2",
        ),
        (
            "a=1&password%3Dabc&page=2",
            "a=1&password%3D[REDACTED_KEY]&page=2",
        ),
        (
            "&quot;password&quot;: &quot;abc&quot;",
            "&quot;password&quot;: &quot;[REDACTED_KEY]&quot;",
        ),
        (
            "\"{\\\"api_key\\\": \\\"abc\\\"}\"",
            "\"{\\\"api_key\\\": \\\"[REDACTED_KEY]\\\"}\"",
        ),
    ] {
        assert_eq!(redact(text), expected);
    }
}

#[test]
fn hashes_and_ids_go_only_behind_a_secret_name() {
    let (hash, id) = (hex(32), "7c9e6679-7425-40de-944b-e07fc1f90ae7");
    for value in [hash.as_str(), id] {
        assert_eq!(
            redact(&format!("event {value} stored")),
            format!("event {value} stored")
        );
        assert_eq!(
            redact(&format!("vendor_key = {value}")),
            format!("vendor_key = {KEY}")
        );
        assert_eq!(
            redact(&format!("incorrect API key provided: {value}")),
            format!("incorrect API key provided: {KEY}")
        );
    }
}

#[test]
fn a_value_below_its_name_goes() {
    let key = hex(32);
    assert_eq!(
        redact(&format!("<token>\n  {key}\n</token>")),
        format!("<token>\n  {KEY}\n</token>")
    );
    assert_eq!(
        redact("- name: DB_PASSWORD\n  value: abc"),
        "- name: DB_PASSWORD\n  value: [REDACTED_KEY]"
    );
}

#[test]
fn private_keys_go_over_many_lines_and_escaped_in_one() {
    let (begin, end) = (
        ["-----BEGIN", " PRIVATE KEY-----"].concat(),
        ["-----END", " PRIVATE KEY-----"].concat(),
    );
    let body = letters_and_digits(64);
    let lines = redact(&format!("before\n{begin}\n{body}\n{body}\n{end}\nafter"));
    assert_eq!(lines, format!("before\n{KEY}\n{KEY}\n{KEY}\n{KEY}\nafter"));
    let escaped = redact(&format!(
        "{{\"pem\":\"{begin}\\n{body}\\n{end}\\n\",\"next\":1}}"
    ));
    assert_eq!(escaped, format!("{{\"pem\":\"{KEY}\\n\",\"next\":1}}"));
}

#[test]
fn addresses_go_and_say_which_side_they_are_on() {
    for (text, expected) in [
        ("from 10.1.2.3:8080", "from 192.168.x.x:8080"),
        ("from 172.20.0.9", "from 192.168.x.x"),
        ("from 203.0.113.7, then", "from [EXTERNAL_IP], then"),
        ("src: /10.250.15.101:32889", "src: /192.168.x.x:32889"),
        ("[2001:db8::1]:443", "[[EXTERNAL_IP]]:443"),
        ("peer fd12::9 left", "peer 192.168.x.x left"),
        ("::ffff:203.0.113.7", "[EXTERNAL_IP]"),
        ("line\\n10.1.2.3", "line\\n192.168.x.x"),
        ("fe80::18.8.4.4:53", "192.168.x.x[EXTERNAL_IP]:53"),
    ] {
        assert_eq!(redact(text), expected);
    }
}

#[test]
fn paths_go_wherever_they_start() {
    for (text, expected) in [
        ("'/at fe80::1 now'", "'/at 192.168.x.x now'"),
        (
            "open '/home/alice/plan of x.md' failed",
            "open '[PATH]' failed",
        ),
        (
            "Error Path:/home/alice/.config Error:2",
            "Error Path:[PATH] Error:2",
        ),
        ("wrote C:\\Users\\alice\\cache.db now", "wrote [PATH] now"),
        ("C:\\Program Files\\tool\\a.exe ran", "[PATH] ran"),
        ("at ~/srv/checkout.rs:42:9", "at [PATH]:42:9"),
        ("gcc -I/usr/local/include/x -c", "gcc -I[PATH] -c"),
        ("file:///storage/emulated/0/b.apk typ", "file://[PATH] typ"),
    ] {
        assert_eq!(redact(text), expected);
    }
}

#[test]
fn urls_keep_their_host_and_lose_the_rest() {
    for (text, expected) in [
        (
            "GET https://api.example.com/v1/users/bob?limit=1 -> 500",
            "GET https://api.example.com -> 500",
        ),
        (
            "see http://docs.example.com:8080/a#b.",
            "see http://docs.example.com:8080.",
        ),
        (
            "db://app:pw@db.example.com:5432/main",
            "db://[REDACTED_KEY]@db.example.com:5432",
        ),
        ("(https://example.com/a_(b))", "(https://example.com)"),
        (
            "next=https%3A%2F%2Fexample.com%2Fa%3Fb, then",
            "next=https%3A%2F%2Fexample.com, then",
        ),
        (
            r#"{"u":"https:\/\/example.com\/a\/b"}"#,
            r#"{"u":"https:\/\/example.com"}"#,
        ),
    ] {
        assert_eq!(redact(text), expected);
    }
}

#[test]
fn mail_addresses_go_and_servers_stay() {
    assert_eq!(redact("sent to bob@example.com."), "sent to [EMAIL].");
    assert_eq!(
        redact("git@example.com:team/repo"),
        "git@example.com:team/repo"
    );
    assert_eq!(redact("QuorumServer@33557fe4"), "QuorumServer@33557fe4");
}

#[test]
fn ordinary_text_stays_and_costs_nothing() {
    for text in [
        "2026-01-10T14:32:00Z tool_call web_search success=false latency_ms=30000",
        "max_tokens exceeded: 4096 > 2048, total_tokens=1843, tokens_per_second=35.2",
        "model claude-sonnet-4-5-20250929 returned finish_reason=length",
        "gpt-4o-2024-08-06 and Qwen2.5-Coder-32B-Instruct answered",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 deployed",
        "span 00f067aa0ba902b7 trace 4bf92f3577b34da6a3ce929d0e0e4736",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "std::io::Error: Broken pipe at 12:34:56 in Chrome/120.0.6099.109",
        "version 1.4.2 -> 1.5.0-rc.1, and/or TCP/IP 3/4",
        "password field is required; secret rotation job finished in 12 ms",
        "password = ${DB_PASSWORD} and token: <%= token %>",
        "task-output-waiting-1770842794529",
        "r5---sn-i3b7kn7z.videos.example.com:443 close, 12 bytes sent",
        "at core::panicking::panic::h4bb1497076d04ab9",
        "listening on 0.0.0.0:8080 and 127.0.0.1:9090 as 00:11:22:33:44:55",
        "{\"api_key\":null,\"token\":12,\"password\":false}",
        "commands /status and /help; // a comment; </tag>",
        "java.util.concurrent.ThreadPoolExecutor$Worker.run(ThreadPoolExecutor.java:617)",
    ] {
        let output = Redactor::standard().redact(text);
        assert!(matches!(output, Cow::Borrowed(_)), "{output}");
    }
}

#[test]
fn a_deployment_may_allow_paths_and_hosts() {
    let options = Options {
        allowed_path_prefixes: vec!["/workspace".to_owned()],
        allowed_url_hosts: vec!["docs.example.com".to_owned()],
        ..Options::default()
    };
    let redactor = Redactor::new(options).unwrap();
    for (text, expected) in [
        ("open /workspace/src/main.rs", "open /workspace/src/main.rs"),
        ("open /workspace/../etc/passwd", "open [PATH]"),
        ("open /workspaces/src/main.rs", "open [PATH]"),
        (
            "https://docs.example.com/a?b",
            "https://docs.example.com/a?b",
        ),
        ("https://example.com/a?b", "https://example.com"),
    ] {
        assert_eq!(redactor.redact(text), expected);
    }
}

#[test]
fn a_deployment_may_add_patterns_and_its_own_secrets() {
    let options = Options {
        patterns: vec![r"TICKET-\d+".to_owned()],
        known_secrets: vec!["correct horse".to_owned()],
        ..Options::default()
    };
    let redactor = Redactor::new(options).unwrap();
    assert_eq!(redactor.redact("see TICKET-42"), "see [REDACTED]");
    for form in ["correct horse", "correct%20horse", "Y29ycmVjdCBob3JzZQ"] {
        assert!(!redactor.redact(&format!("a {form} b")).contains(form));
    }
}

#[test]
fn patterns_that_cannot_be_used_are_refused() {
    for pattern in ["(", "a*", &"x".repeat(1001), "[a-z]{1000}{1000}{1000}"] {
        let options = Options {
            patterns: vec![pattern.to_owned()],
            ..Options::default()
        };
        assert!(Redactor::new(options).is_err(), "{pattern}");
    }
}

#[test]
fn a_field_is_judged_by_its_name() {
    let redactor = Redactor::standard();
    assert_eq!(redactor.redact_field("password", "a"), KEY);
    assert_eq!(redactor.redact_field("total_tokens", "1843"), "1843");
    assert_eq!(
        redactor.redact_field("message", "from 10.1.2.3"),
        "from 192.168.x.x"
    );
}

#[test]
fn json_is_redacted_by_the_names_of_its_fields() {
    let mut value = json!({
        "credentials": {"user": "bob", "list": ["a", "b"]},
        "input_tokens": 1200,
        "ok": true,
        "message": "read /home/alice/notes.txt",
    });
    let counts = Redactor::standard().redact_json(&mut value);
    let expected = json!({
        "credentials": {"user": KEY, "list": [KEY, KEY]},
        "input_tokens": 1200,
        "ok": true,
        "message": "read [PATH]",
    });
    assert_eq!(value, expected);
    assert_eq!((counts.get(Kind::Key), counts.get(Kind::Path)), (3, 1));
}

#[test]
fn the_scanner_reports_credentials_only() {
    let redactor = Redactor::standard();
    let key = ["ghp_", &letters_and_digits(36)].concat();
    assert_eq!(
        redactor.finds_secret(&format!("+ let a = \"{key}\";")),
        Some(Kind::Key)
    );
    assert_eq!(
        redactor.finds_secret("+ password = \"hunter2\""),
        Some(Kind::Key)
    );
    assert_eq!(
        redactor.finds_secret("+ open(\"/home/a/b\") at 10.1.2.3, https://example.com/a"),
        None
    );
}

#[test]
fn a_line_that_is_too_long_goes_as_a_whole() {
    let long = "a".repeat(redact::MAX_LINE_BYTES + 1);
    let mut counts = Counts::default();
    let text = format!("before\n{long}\nafter");
    let output = Redactor::standard()
        .redact_counting(&text, &mut counts)
        .into_owned();
    assert_eq!(output, "before\n[REDACTED_FIELD]\nafter");
    assert_eq!(counts.get(Kind::Field), 1);
    let mut stream = StreamRedactor::new(Redactor::standard());
    let mut streamed = stream.push(text.as_bytes());
    streamed.extend(stream.finish());
    assert_eq!(streamed, output.into_bytes());
}
