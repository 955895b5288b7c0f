//! Text on its way in: redacted, and what went is counted.

mod known;
mod wording;

use std::{borrow::Cow, sync::Arc};

use redact::{Counts, Redactor};
use serde_json::Value;
use types::{Digest, Service};

pub use known::{OwnSecrets, worth_knowing};
pub use wording::{presentable, without_values};

/// How much of a digest stands for an id that may not be kept.
const SEALED_DIGITS: usize = 32;

/// A redactor of one service, which counts in `attune_redacted_total` what it takes out.
#[derive(Clone, Debug)]
pub struct CountingRedactor {
    redactor: Redactor,
    service: Option<Service>,
    seal: Arc<str>,
}

impl CountingRedactor {
    /// A redactor that counts for `service`. Ids that may not be kept are replaced by digests
    /// that nobody without `seal` can compute.
    pub fn new(redactor: Redactor, service: Service, seal: &Digest) -> Self {
        Self {
            redactor,
            service: Some(service),
            seal: seal.as_str().into(),
        }
    }

    /// A redactor for work outside of any service, which counts nowhere.
    pub fn uncounted(redactor: Redactor) -> Self {
        Self {
            redactor,
            service: None,
            seal: "".into(),
        }
    }

    /// What does the work.
    pub fn inner(&self) -> &Redactor {
        &self.redactor
    }

    /// The text without what goes; borrowed when all of it stays.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut counts = Counts::default();
        let redacted = self.redactor.redact_counting(text, &mut counts);
        self.count(&counts);
        redacted
    }

    /// As [`CountingRedactor::redact`], for a text that is owned already.
    pub fn redact_owned(&self, text: String) -> String {
        match self.redact(&text) {
            Cow::Borrowed(same) if same.len() == text.len() => text,
            changed => changed.into_owned(),
        }
    }

    /// Redacts every text inside `value`, names of fields included.
    pub fn redact_json(&self, value: &mut Value) {
        let counts = self.redactor.redact_json(value);
        self.count(&counts);
    }

    /// Whether nothing would be taken out. A text that is refused for it counts as taken out.
    pub fn is_clean(&self, text: &str) -> bool {
        self.redact(text) == text
    }

    /// An id that somebody else chose: as it is, or a digest in its place where it may not be
    /// kept. The same id always becomes the same digest, so that what it tells apart stays apart.
    pub fn id<'t>(&self, id: &'t str) -> Cow<'t, str> {
        let is_kept = match trace_and_span(id) {
            Some((trace, span)) => self.is_clean(trace) && self.is_clean(span),
            None => self.is_clean(id),
        };
        if is_kept {
            return Cow::Borrowed(id);
        }
        let digest = Digest::of(format!("{}:{id}", self.seal));
        let digits = digest.as_str().get(..SEALED_DIGITS).unwrap_or_default();
        Cow::Owned(format!("sealed:{digits}"))
    }

    fn count(&self, counts: &Counts) {
        let Some(service) = self.service else {
            return;
        };
        for (kind, count) in counts.iter() {
            metrics::counter!(
                "attune_redacted_total",
                "service" => service.name(), "kind" => kind.as_str()
            )
            .increment(count);
        }
    }
}

/// The two parts of an id made of a trace's and a span's, which together look like a key.
fn trace_and_span(id: &str) -> Option<(&str, &str)> {
    let is_hex = |part: &str, digits: usize| {
        part.len() == digits
            && part
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    id.split_once('-')
        .filter(|(trace, span)| is_hex(trace, 32) && is_hex(span, 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> CountingRedactor {
        CountingRedactor::new(
            Redactor::standard(),
            Service::Observer,
            &Digest::of("the key of the services"),
        )
    }

    #[test]
    fn an_id_that_may_not_be_kept_stays_distinct_without_being_kept() {
        let redactor = redactor();
        let (one, other) = (redactor.id("10.1.2.3"), redactor.id("10.1.2.4"));
        assert_ne!(one, other);
        assert_eq!(one, redactor.id("10.1.2.3"));
        assert!(!one.contains("10.1.2.3"), "{one}");
        // Who reads it again, keeps it.
        assert_eq!(redactor.id(&one), one);
    }

    #[test]
    fn an_id_cannot_be_guessed_without_the_key() {
        let elsewhere = CountingRedactor::new(
            Redactor::standard(),
            Service::Observer,
            &Digest::of("another key"),
        );
        assert_ne!(elsewhere.id("10.1.2.3"), redactor().id("10.1.2.3"));
    }

    #[test]
    fn ordinary_ids_stay_as_they_are() {
        for id in [
            "session-42",
            "0191f0c2-f8f0-7cc2-a1d3-e4f5a6b7c8d9",
            "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "e1",
        ] {
            assert_eq!(redactor().id(id), id);
        }
    }

    #[test]
    fn an_owned_text_is_changed_only_where_something_goes() {
        let redactor = redactor();
        assert_eq!(redactor.redact_owned("plain".to_owned()), "plain");
        assert_eq!(
            redactor.redact_owned("from 10.1.2.3".to_owned()),
            "from 192.168.x.x"
        );
    }
}
