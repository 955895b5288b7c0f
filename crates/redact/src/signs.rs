//! Which signs occur in several lines at once, so that most lines need not be
//! searched for what is rare.

use memchr::memmem::Finder;
use memchr::{memchr, memchr3};

use crate::{addresses, commands, pem, urls};

/// The signs of some text; no line of it has another one.
#[derive(Clone, Copy)]
pub(crate) struct Signs {
    /// The start of armour.
    pub(crate) armour: bool,
    /// What stands behind the scheme of a URL.
    pub(crate) url: bool,
    /// Two colons in a row.
    pub(crate) double_colon: bool,
    /// An at sign.
    pub(crate) at: bool,
    /// A sign of the dollar.
    pub(crate) dollar: bool,
    /// A flag of a command.
    pub(crate) flag: bool,
    /// A flag in a list of arguments.
    pub(crate) quoted_flag: bool,
    /// What may start an escape.
    pub(crate) escape: bool,
}

impl Signs {
    /// The signs of text that was not looked at: any may be there.
    pub(crate) const UNKNOWN: Signs = Signs {
        armour: true,
        url: true,
        double_colon: true,
        at: true,
        dollar: true,
        flag: true,
        quoted_flag: true,
        escape: true,
    };

    /// The signs of `text`.
    pub(crate) fn of(text: &[u8]) -> Signs {
        let has = |finder: &Finder<'_>| finder.find(text).is_some();
        let escape = memchr3(b'%', b'&', b'\\', text).is_some();
        Signs {
            armour: has(&pem::BEGIN_FINDER),
            url: has(&urls::PLAIN_MARK) || (escape && has(&urls::ESCAPED_MARK)),
            double_colon: has(&addresses::DOUBLE_COLON),
            at: memchr(b'@', text).is_some(),
            dollar: memchr(b'$', text).is_some(),
            flag: has(&commands::FLAG_FINDER),
            quoted_flag: has(&commands::QUOTED_FLAG_FINDER),
            escape,
        }
    }
}
