//! W3C trace context: one line of text that ties the logs of all services together.

use crate::clock::Clock;

/// A `traceparent` header value, version 00 (W3C Trace Context, section 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceParent {
    trace_id: String,
    sampled: bool,
}

impl TraceParent {
    /// A new trace.
    pub fn fresh(clock: &Clock) -> Self {
        Self {
            trace_id: clock.random_id().simple().to_string(),
            sampled: true,
        }
    }

    /// Reads a header; `None` when it is not one.
    pub fn parse(header: &str) -> Option<Self> {
        let mut parts = header.trim().split('-');
        let (version, trace_id, span_id, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_hex = |text: &str, digits: usize| {
            text.len() == digits
                && text
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let shaped = is_hex(version, 2)
            && version != "ff"
            && is_hex(trace_id, 32)
            && is_hex(span_id, 16)
            && is_hex(flags, 2);
        let zero =
            trace_id.bytes().all(|byte| byte == b'0') || span_id.bytes().all(|byte| byte == b'0');
        (shaped && !zero).then(|| Self {
            trace_id: trace_id.to_owned(),
            sampled: !flags.ends_with('0'),
        })
    }

    /// The id that all spans of the trace share.
    pub fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// The header for a call made within this trace.
    pub fn header(&self, clock: &Clock) -> String {
        let span = clock.random_id().simple().to_string();
        let span = span.get(..16).unwrap_or("0000000000000001");
        format!("00-{}-{span}-0{}", self.trace_id, u8::from(self.sampled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_headers_are_read() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(
            TraceParent::parse(good).map(|trace| trace.trace_id),
            Some("4bf92f3577b34da6a3ce929d0e0e4736".to_owned())
        );
        for bad in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceParent::parse(bad), None, "{bad}");
        }
    }
}
