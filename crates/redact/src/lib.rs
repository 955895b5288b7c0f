//! Takes secrets, addresses, paths and personal mail out of text before it is
//! stored, logged or shown to a model.
//!
//! A [`Redactor`] works line by line: cheap triggers find the places worth a
//! look, anchored checks decide there, and fixed markers replace what goes.
//! Nothing is allocated for text that stays as it is.
//!
//! ```
//! let redactor = redact::Redactor::standard();
//! assert_eq!(redactor.redact("client=10.1.2.3"), "client=192.168.x.x");
//! ```

mod addresses;
mod below;
mod bytes;
mod calls;
mod certainty;
mod chosen;
mod codes;
mod commands;
mod commonness;
mod counts;
mod cues;
mod decoding;
mod directives;
mod encodings;
mod faults;
mod fixpoint;
mod formats;
mod hashes;
mod hosts;
mod json;
mod keys;
mod labels;
mod line;
mod links;
mod long_runs;
mod mail;
mod markup;
mod names;
mod objects;
mod operands;
mod options;
mod paths;
mod pem;
mod pipes;
mod placeholders;
mod prose;
mod quotes;
mod randomness;
mod redactor;
mod references;
mod runs;
mod shapes;
mod signs;
mod slashes;
mod spans;
mod sql;
mod stems;
mod stream;
mod urls;
mod values;
mod vendors;
mod word_list;
mod words;
mod wrappings;

pub use counts::{Counts, Kind};
pub use options::{Options, OptionsError};
pub use redactor::Redactor;
pub use stream::StreamRedactor;

/// What stands where a whole field or line had to go.
pub const REDACTED_FIELD: &str = "[REDACTED_FIELD]";

/// Lines longer than this are not examined; they go as a whole.
pub const MAX_LINE_BYTES: usize = 4 * 1024 * 1024;
