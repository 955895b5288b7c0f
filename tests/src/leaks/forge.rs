//! Secrets of many kinds, made up.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{RngExt, rngs::StdRng};

const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const HEX: &[u8] = b"0123456789abcdef";

/// A kind of secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// A token of GitHub.
    GitHub,
    /// A token of GitLab.
    GitLab,
    /// An access key of AWS.
    Aws,
    /// A key of Anthropic.
    Anthropic,
    /// A token of Slack.
    Slack,
    /// A live key of Stripe.
    Stripe,
    /// A key of Google.
    Google,
    /// A token of npm.
    Npm,
    /// A key of Attune.
    Attune,
    /// A signed token.
    Jwt,
    /// A token that nothing announces.
    Unlabelled,
    /// A value behind the word password.
    Password,
    /// A value behind the name of a key, in JSON.
    JsonKey,
    /// A header with a credential.
    Bearer,
    /// A password inside a URL.
    UrlPassword,
    /// A password inside the address of a database.
    Connection,
    /// An armoured private key.
    Pem,
    /// A token, as base64.
    Encoded,
    /// A public address.
    PublicIp,
    /// An address of a private network.
    PrivateIp,
    /// A path on a Unix machine.
    UnixPath,
    /// A path on a Windows machine.
    WindowsPath,
    /// The path and query of a URL.
    UrlPath,
}

/// A secret in its surroundings.
#[derive(Clone, Debug)]
pub struct Forged {
    /// What is pushed in.
    pub text: String,
    /// The part of it that must not come out.
    pub needle: String,
}

impl Shape {
    /// Those of one word without spaces, slashes or quotes.
    pub const WORDS: [Self; 11] = [
        Self::GitHub,
        Self::GitLab,
        Self::Aws,
        Self::Anthropic,
        Self::Slack,
        Self::Stripe,
        Self::Google,
        Self::Npm,
        Self::Attune,
        Self::Jwt,
        Self::Unlabelled,
    ];

    /// Those that a diff may not add, each on one line.
    pub const CREDENTIALS: [Self; 16] = [
        Self::GitHub,
        Self::GitLab,
        Self::Aws,
        Self::Anthropic,
        Self::Slack,
        Self::Stripe,
        Self::Google,
        Self::Npm,
        Self::Attune,
        Self::Jwt,
        Self::Unlabelled,
        Self::Password,
        Self::JsonKey,
        Self::Bearer,
        Self::UrlPassword,
        Self::Connection,
    ];

    /// Those of one line.
    pub const LINES: [Self; 22] = [
        Self::GitHub,
        Self::PublicIp,
        Self::Password,
        Self::GitLab,
        Self::UnixPath,
        Self::JsonKey,
        Self::Aws,
        Self::UrlPath,
        Self::Bearer,
        Self::Anthropic,
        Self::PrivateIp,
        Self::UrlPassword,
        Self::Slack,
        Self::WindowsPath,
        Self::Connection,
        Self::Stripe,
        Self::Google,
        Self::Encoded,
        Self::Npm,
        Self::Attune,
        Self::Jwt,
        Self::Unlabelled,
    ];

    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::GitHub,
        Self::PublicIp,
        Self::Password,
        Self::GitLab,
        Self::UnixPath,
        Self::JsonKey,
        Self::Aws,
        Self::UrlPath,
        Self::Bearer,
        Self::Anthropic,
        Self::PrivateIp,
        Self::UrlPassword,
        Self::Slack,
        Self::WindowsPath,
        Self::Connection,
        Self::Stripe,
        Self::Pem,
        Self::Google,
        Self::Encoded,
        Self::Npm,
        Self::Attune,
        Self::Jwt,
        Self::Unlabelled,
    ];
}

/// Makes one secret of a kind. One of a single word stands in a sentence only where the caller
/// puts it into one.
pub(super) fn forge(shape: Shape, random: &mut StdRng) -> Forged {
    match word(shape, random) {
        Some(needle) => Forged {
            text: needle.clone(),
            needle,
        },
        None => surrounded(shape, random),
    }
}

fn word(shape: Shape, random: &mut StdRng) -> Option<String> {
    let mut run = |alphabet: &[u8], length: usize| of(random, alphabet, length);
    Some(match shape {
        Shape::GitHub => format!("ghp_{}", run(ALPHANUMERIC, 36)),
        Shape::GitLab => format!("glpat-{}", run(ALPHANUMERIC, 20)),
        Shape::Aws => format!("AKIA{}", run(UPPER, 16)),
        Shape::Anthropic => format!("sk-ant-api03-{}", run(ALPHANUMERIC, 93)),
        Shape::Slack => format!(
            "xoxb-{}-{}-{}",
            run(b"123456789", 12),
            run(b"123456789", 13),
            run(ALPHANUMERIC, 24)
        ),
        Shape::Stripe => format!("sk_live_{}", run(ALPHANUMERIC, 24)),
        Shape::Google => format!("AIza{}", run(ALPHANUMERIC, 35)),
        Shape::Npm => format!("npm_{}", run(ALPHANUMERIC, 36)),
        Shape::Attune => format!(
            "at_operator_{}_{}_{}",
            run(HEX, 12),
            run(HEX, 64),
            run(HEX, 8)
        ),
        Shape::Jwt => format!(
            "eyJhbGciOiJIUzI1NiJ9.{}.{}",
            URL_SAFE_NO_PAD.encode(format!("{{\"sub\":\"{}\"}}", run(LETTERS, 12))),
            run(ALPHANUMERIC, 43)
        ),
        Shape::Unlabelled => run(ALPHANUMERIC, 40),
        _ => return None,
    })
}

fn surrounded(shape: Shape, random: &mut StdRng) -> Forged {
    let mut run = |alphabet: &[u8], length: usize| of(random, alphabet, length);
    let (needle, before, after) = match shape {
        Shape::Password => (
            run(ALPHANUMERIC, 14),
            "login failed: password=",
            " was refused",
        ),
        Shape::JsonKey => (run(ALPHANUMERIC, 20), r#"sent {"api_key": ""#, r#""}"#),
        Shape::Bearer => (run(ALPHANUMERIC, 30), "Authorization: Bearer ", ""),
        Shape::UrlPassword => (
            run(ALPHANUMERIC, 16),
            "fetched https://deploy:",
            "@git.example.net",
        ),
        Shape::Connection => (
            run(ALPHANUMERIC, 16),
            "opened postgres://app:",
            "@db.example.net:5432/prod",
        ),
        Shape::Encoded => {
            let token = format!("token=ghp_{}", run(ALPHANUMERIC, 36));
            let encoded = base64::engine::general_purpose::STANDARD.encode(&token);
            (encoded, "the body was ", "")
        }
        Shape::PublicIp => (address(&mut run, "20"), "no route to ", " from here"),
        Shape::PrivateIp => (address(&mut run, "10"), "no route to ", " from here"),
        Shape::UnixPath => (
            format!("/home/{}/{}/notes.txt", run(LETTERS, 9), run(LETTERS, 8)),
            "cannot open ",
            "",
        ),
        Shape::WindowsPath => (
            format!(
                r"C:\Users\{}\{}\notes.txt",
                run(LETTERS, 9),
                run(LETTERS, 8)
            ),
            "cannot open ",
            "",
        ),
        Shape::UrlPath => (
            format!(
                "/{}/{}?page={}",
                run(LETTERS, 8),
                run(LETTERS, 9),
                run(LOWER, 6)
            ),
            "got 500 from https://shop.example.net",
            "",
        ),
        _ => return armoured(random),
    };
    Forged {
        text: format!("{before}{needle}{after}"),
        needle,
    }
}

/// Four numbers of three digits but the first, so that no version or time looks the same.
fn address(run: &mut impl FnMut(&[u8], usize) -> String, first: &str) -> String {
    let mut part = || format!("1{}", run(b"0123456789", 2));
    format!("{first}.{}.{}.{}", part(), part(), part())
}

fn armoured(random: &mut StdRng) -> Forged {
    let line = of(random, ALPHANUMERIC, 64);
    let more = of(random, ALPHANUMERIC, 64);
    let text = format!("-----BEGIN PRIVATE KEY-----\n{more}\n{line}\n-----END PRIVATE KEY-----");
    Forged { text, needle: line }
}

fn of(random: &mut StdRng, alphabet: &[u8], length: usize) -> String {
    (0..length)
        .map(|_| char::from(alphabet[random.random_range(0..alphabet.len())]))
        .collect()
}
