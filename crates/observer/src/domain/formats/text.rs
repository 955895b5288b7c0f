//! Small readings that several formats share.

use std::{path::Path, time::Duration};

use serde_json::Value;
use types::Timestamp;

/// Times for sources that record none: order is kept, a minute apart.
pub(super) struct AssumedClock(Timestamp);

impl AssumedClock {
    pub(super) fn starting(at: Timestamp) -> Self {
        Self(at)
    }

    pub(super) fn next(&mut self) -> Timestamp {
        self.0 = self.0.plus(Duration::from_secs(60));
        self.0
    }

    pub(super) fn last(&self) -> Timestamp {
        self.0
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
