//! Secrets of vendors that do not exist, in contexts that do: names, shapes and
//! places are drawn from a seed, so that every run draws the same.

mod contexts;
mod lots;

use contexts::{Case, LABELLED, UNLABELLED};
use lots::Lots;

/// A text with a secret in it.
pub(crate) struct Row {
    /// Where the secret stands.
    pub(crate) context: &'static str,
    /// The text around it.
    pub(crate) text: String,
    /// What must not survive.
    pub(crate) secret: String,
}

/// `count` rows for each context.
pub(crate) fn rows(seed: u64, count: usize) -> impl Iterator<Item = Row> {
    let mut lots = Lots::new(seed);
    let labelled = LABELLED.iter().map(|context| (context, true));
    let unlabelled = UNLABELLED.iter().map(|context| (context, false));
    labelled
        .chain(unlabelled)
        .flat_map(move |(&(context, case, template), is_labelled)| {
            (0..count).map(move |_| (context, case, template, is_labelled))
        })
        .map(move |(context, case, template, is_labelled)| {
            let vendor = vendor(&mut lots);
            let secret = if is_labelled {
                labelled_secret(&mut lots, &vendor)
            } else {
                bare_secret(&mut lots, &vendor)
            };
            let text = template
                .replace("{name}", &name(&mut lots, &vendor, case))
                .replace("{vendor}", &vendor)
                .replace("{secret}", &secret);
            Row {
                context,
                text,
                secret,
            }
        })
}

const SYLLABLES: [&str; 24] = [
    "ac", "bel", "cor", "dra", "en", "fin", "gro", "hy", "in", "jo", "ku", "lum", "mar", "nex",
    "or", "pel", "qui", "ros", "sta", "tri", "um", "vel", "wex", "zon",
];

fn vendor(lots: &mut Lots) -> String {
    let length = 2 + lots.below(2);
    (0..length).map(|_| *lots.one_of(&SYLLABLES)).collect()
}

const NOUNS: [&[&str]; 14] = [
    &["api", "key"],
    &["api", "token"],
    &["access", "token"],
    &["auth", "token"],
    &["client", "secret"],
    &["secret", "key"],
    &["secret"],
    &["token"],
    &["password"],
    &["webhook", "secret"],
    &["private", "key"],
    &["signing", "secret"],
    &["refresh", "token"],
    &["access", "key"],
];

/// The name of a secret, with or without the vendor's.
fn name(lots: &mut Lots, vendor: &str, case: Case) -> String {
    let mut words = Vec::new();
    if lots.below(4) != 0 {
        words.push(vendor);
    }
    words.extend(*lots.one_of(&NOUNS));
    case.join(&words)
}

const HEX: &str = "0123456789abcdef";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ANY: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const URL_SAFE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const LENGTHS: [usize; 10] = [16, 20, 22, 24, 28, 32, 36, 40, 48, 64];

/// A secret that its name gives away, of any shape.
fn labelled_secret(lots: &mut Lots, vendor: &str) -> String {
    let length = *lots.one_of(&LENGTHS);
    match lots.below(9) {
        0 => lots.text(HEX, length),
        1 => lots.text(LOWER, length),
        2 => lots.text(UPPER, length),
        3 => lots.text(ANY, length),
        4 => inside(lots, URL_SAFE, length),
        5 => inside(lots, BASE64, length),
        6 => uuid(lots),
        7 => format!("{}_{}", &vendor[..3], lots.text(ANY, length)),
        _ => lots.groups(UPPER, 4, 5, "-"),
    }
}

/// A secret that only its own shape gives away: what could be a hash, an id or
/// a word is none.
fn bare_secret(lots: &mut Lots, vendor: &str) -> String {
    let length = (*lots.one_of(&LENGTHS)).max(20);
    match lots.below(7) {
        0 => lots.text(LOWER, length.max(24)),
        1 => lots.text(UPPER, length.max(24)),
        2 => lots.text(ANY, length),
        3 => inside(lots, URL_SAFE, length),
        4 => inside(lots, BASE64, length),
        5 => format!("{}_{}", &vendor[..3], lots.text(ANY, length)),
        _ => format!("{}_live_{}", &vendor[..3], lots.text(LOWER, length.max(24))),
    }
}

/// Marks at either end would belong to the text around.
fn inside(lots: &mut Lots, alphabet: &str, length: usize) -> String {
    [
        lots.text(ANY, 1),
        lots.text(alphabet, length - 2),
        lots.text(ANY, 1),
    ]
    .concat()
}

fn uuid(lots: &mut Lots) -> String {
    [8, 4, 4, 4, 12]
        .map(|length| lots.text(HEX, length))
        .join("-")
}
