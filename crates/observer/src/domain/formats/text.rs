//! Small readings that several formats share.

use std::{path::Path, time::Duration};

use serde_json::Value;
use types::Timestamp;

/// Times for sources that record none: order is kept, a minute apart, or, for what is read as it
/// happens, the moment of reading.
pub(super) struct AssumedClock {
    at: Timestamp,
    step: Duration,
}

impl AssumedClock {
    pub(super) fn starting(at: Timestamp) -> Self {
        Self {
            at,
            step: Duration::from_secs(60),
        }
    }

    pub(super) fn happening(now: Timestamp) -> Self {
        Self {
            at: now,
            step: Duration::ZERO,
        }
    }

    pub(super) fn next(&mut self) -> Timestamp {
        self.at = self.at.plus(self.step);
        self.at
    }

    pub(super) fn last(&self) -> Timestamp {
        self.at
    }
}

/// The file's name without folder and last extension.
pub(super) fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// The name of the folder that the file lies in.
pub(super) fn folder(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    folder.to_string_lossy().into_owned()
}

/// A content field as text: as it is, or the text blocks of a list.
pub(super) fn content_text(content: &Value) -> String {
    match content {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(blocks) => blocks
            .iter()
            .filter(|block| block.is_object())
            .map(|block| block["text"].as_str().unwrap_or_default())
            .collect::<Vec<_>>()
            .join("\n"),
        other => other.to_string(),
    }
}
