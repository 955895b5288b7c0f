//! Which hosts a change newly links to.

mod link;
mod scan;
mod unescape;

use std::collections::BTreeSet;

pub(super) use link::Link;

use super::rules::Policy;
use super::verdict::Refusal;

/// Every link in these texts: the raw file and its decoded scalars.
pub(super) fn collect<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<Link> {
    let mut links = BTreeSet::new();
    for text in texts {
        scan::scan(text, &mut links);
        for variant in unescape::variants(text) {
            scan::scan(&variant, &mut links);
        }
    }
    links
}

/// Judges the links that a file has and had not.
pub(super) fn check(
    policy: &Policy,
    path: &str,
    old: &BTreeSet<Link>,
    new: &BTreeSet<Link>,
) -> Vec<Refusal> {
    let was_there = |host: &str| {
        old.iter()
            .any(|link| link.host == host && !link.is_ambiguous)
    };
    let judge = |link: &Link| {
        let reason = link.fault().or_else(|| {
            let is_known = policy.allows_host(&link.host) || was_there(&link.host);
            (!is_known).then_some("its host is not on the list of allowed hosts")
        })?;
        Some(Refusal::new(
            "url_not_allowed",
            path,
            format!("new link {:?}: {reason}", link.shown),
        ))
    };
    new.difference(old).filter_map(judge).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(old: &str, new: &str) -> bool {
        let policy = Policy::shipped().expect("a policy");
        check(&policy, "docs/a.md", &collect([old]), &collect([new])).is_empty()
    }

    #[test]
    fn links_to_listed_hosts_and_text_without_links_pass() {
        for text in [
            "https://github.com/x/y",
            "HTTPS://GitHub.COM/x",
            "see https://github.com.",
            "(https://github.com), <https://github.com/a?b=c@d>; \"https://api.openai.com\"",
            "https://github.com:443/x",
            "`https://github.com` and **https://github.com** and _https://github.com_",
            "${X:-https://github.com}",
            "[x](https://github.com/x)|https://github.com|",
            "\"https:\\/\\/github.com\\/x\"",
            "begins with https:// or http://, as in `https://`",
            "note: this // is a comment",
            "a//b/c.d 7//2 path/to//file.md",
            "time 12:30, ratio 3:4, key:value, C: drive, data: none, file: a.md",
            "javascript: the language; mailto: a person",
            "mail ops@example.com: please",
            "std::fmt::Display, a::b.c",
            "https://github.com\\n and https://github.com/a\\n",
            "<https://github.com>\n- next",
            "AT&T &amp; R&D",
        ] {
            assert!(accepted("", text), "{text}");
        }
    }

    #[test]
    fn new_links_to_anywhere_else_are_refused_in_every_spelling() {
        for text in [
            "http://evil.example/x",
            "https://evil.example",
            "HTTPS://EVIL.EXAMPLE",
            "hTTp://github.com",
            "ftp://github.com/x",
            "wss://github.com",
            "git+https://github.com/x",
            "ssh://git@github.com/x",
            "git@evil.example:x/y.git",
            "https://github.com@evil.example/x",
            "https://user:pw@github.com/x",
            "https://github.com:8443/x",
            "https://github.com.evil.example",
            "https://xgithub.com",
            "https://api.github.com",
            "https://github.com./x",
            "https://github.com\\@evil.example",
            "https://github.com#@evil.example",
            "https://github.com?@evil.example",
            "https://github.com%40evil.example",
            "https://github.com%2eevil.example/",
            "https://%65vil.example",
            "https:evil.example",
            "https:@evil.example",
            "https:/evil.example",
            "https:\\\\evil.example",
            "https:/\\evil.example",
            "https:///evil.example",
            "https:\t//evil.example",
            "ht\ttps://evil.example",
            "//evil.example/x",
            "(//evil.example)",
            "src=\"//evil.example\"",
            "\\\\evil.example\\share",
            "/\\evil.example",
            "://evil.example",
            "www.evil.example",
            "https://github.com\u{3002}evil.example",
            "https://\u{ff45}vil.example",
            "https://g\u{456}thub.com",
            "https://[::1]/x",
            "https://2130706433/",
            "https://127.0.0.1",
            "https://localhost:3000",
            "https://$HOST/x",
            "https://github.com$X",
            "https://github.com${X}",
            "https://{host}/x",
            "javascript:alert(1)",
            "data:text/html,x",
            "data:text/html;base64,eA",
            "file:///etc/passwd",
            "file:/etc/passwd",
            "vbscript:x",
            "mailto:a@evil.example",
            "https&colon;//evil.example",
            "https:&#47;&#x2f;evil.example",
            "https&#58//evil.example",
            "https://github.com&#46;evil.example",
            "[x](https\\://evil.example)",
            "https://github.com\\x2eevil.example",
            "https://github.com\\\n.evil.example",
            "https://github.com\t.evil.example",
            "https://github.com'@evil.example",
            "<https://github.com,.evil.example/>",
            "https://github.com+x.evil.example/y",
        ] {
            assert!(!accepted("", text), "{text}");
        }
    }

    #[test]
    fn a_link_that_the_file_had_may_stay_and_its_host_may_be_used_over_https() {
        let old = "see http://old.example.net/x";
        assert!(accepted(
            old,
            "see http://old.example.net/y twice http://old.example.net/x"
        ));
        assert!(accepted(old, "see https://old.example.net/x"));
        assert!(accepted(old, ""));
        assert!(!accepted(old, "see ftp://old.example.net/x"));
        assert!(!accepted(old, "see http://old.example.net:81/x"));
        assert!(!accepted(
            "https://old.example.net",
            "http://old.example.net"
        ));
    }
}
