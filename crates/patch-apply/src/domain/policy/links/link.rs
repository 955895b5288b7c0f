//! One link, reduced to what the policy asks about it.

use url::Url;

/// Where a link leads and whether every reader agrees on that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain::policy) struct Link {
    /// Lower case; empty where there is none.
    pub(super) scheme: String,
    /// As a browser would look it up; empty where it cannot be read.
    pub(super) host: String,
    port: Option<u16>,
    userinfo: String,
    /// Readers may disagree on the host.
    pub(super) is_ambiguous: bool,
    /// The text to show.
    pub(super) shown: String,
}

impl Link {
    /// A link whose authority is `authority`; `doubtful` when what follows it may extend it.
    pub(super) fn new(scheme: &str, authority: &str, doubtful: bool) -> Self {
        let scheme = scheme.to_ascii_lowercase();
        let as_https = Url::parse(&format!("https://{authority}/")).ok();
        let host = as_https
            .as_ref()
            .and_then(Url::host_str)
            .unwrap_or_default()
            .to_owned();
        let userinfo = authority.rsplit_once('@').map(|(user, _)| user.to_owned());
        Self {
            shown: format!("{scheme}://{authority}"),
            port: as_https.as_ref().and_then(Url::port),
            is_ambiguous: doubtful || as_https.is_none(),
            userinfo: userinfo.unwrap_or_default(),
            scheme,
            host,
        }
        .with_normal_text()
    }

    /// A link without a host, such as `javascript:` or `data:`.
    pub(super) fn opaque(scheme: &str) -> Self {
        Self {
            scheme: scheme.to_ascii_lowercase(),
            host: String::new(),
            port: None,
            userinfo: String::new(),
            is_ambiguous: false,
            shown: format!("{}:", scheme.to_ascii_lowercase()),
        }
    }

    /// Two spellings of one link are one link.
    fn with_normal_text(mut self) -> Self {
        if !self.is_ambiguous && self.userinfo.is_empty() && !self.host.is_empty() {
            let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
            self.shown = format!("{}://{}{port}", self.scheme, self.host);
        }
        self
    }

    /// What is wrong with the link, whatever its host.
    pub(super) fn fault(&self) -> Option<&'static str> {
        if self.is_ambiguous || (self.host.is_empty() && self.scheme == "https") {
            return Some("readers may disagree on its host; write a plain one");
        }
        if self.scheme != "https" {
            return Some("only https links may be added");
        }
        if !self.userinfo.is_empty() {
            return Some("a link may not carry a user name");
        }
        self.port
            .is_some()
            .then_some("a link may only use the default port")
    }
}
