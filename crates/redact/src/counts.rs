//! What was found, by kind, without ever keeping the match itself.

/// A kind of text that does not stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A key, token, password or other credential.
    Key,
    /// An address inside private networks.
    InternalIp,
    /// A public address.
    ExternalIp,
    /// An absolute file path outside the allowed prefixes.
    Path,
    /// Path, query and fragment of a URL; the host stays.
    Url,
    /// An e-mail address.
    Email,
    /// A match of one of the deployment's own patterns.
    Pattern,
    /// A field or line that went as a whole.
    Field,
}

impl Kind {
    /// Every kind, in the order counters are listed.
    pub const ALL: [Kind; 8] = [
        Kind::Key,
        Kind::InternalIp,
        Kind::ExternalIp,
        Kind::Path,
        Kind::Url,
        Kind::Email,
        Kind::Pattern,
        Kind::Field,
    ];

    /// The kind as a metric label.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Key => "key",
            Kind::InternalIp => "internal_ip",
            Kind::ExternalIp => "external_ip",
            Kind::Path => "path",
            Kind::Url => "url",
            Kind::Email => "email",
            Kind::Pattern => "pattern",
            Kind::Field => "field",
        }
    }

    /// The fixed text that stands where something of this kind was.
    pub fn marker(self) -> &'static str {
        match self {
            Kind::Key => "[REDACTED_KEY]",
            Kind::InternalIp => "192.168.x.x",
            Kind::ExternalIp => "[EXTERNAL_IP]",
            Kind::Path => "[PATH]",
            Kind::Url => "",
            Kind::Email => "[EMAIL]",
            Kind::Pattern => "[REDACTED]",
            Kind::Field => crate::REDACTED_FIELD,
        }
    }
}

/// How often each kind was taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; Kind::ALL.len()]);

impl Counts {
    /// Counts one more of `kind`.
    pub fn add(&mut self, kind: Kind) {
        self.0[kind as usize] += 1;
    }

    /// Adds all of `other` to these counts.
    pub fn merge(&mut self, other: &Counts) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    /// How many of `kind` were taken out.
    pub fn get(&self, kind: Kind) -> u64 {
        self.0[kind as usize]
    }

    /// Every kind that occurred, with how often.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, u64)> + '_ {
        Kind::ALL
            .into_iter()
            .map(|kind| (kind, self.get(kind)))
            .filter(|(_, count)| 0 < *count)
    }

    /// Whether nothing was taken out.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|count| *count == 0)
    }
}
