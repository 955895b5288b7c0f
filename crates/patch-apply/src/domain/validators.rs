//! Whether a changed file is well formed, judged in process by its name and text alone.

pub mod json;
pub mod python;
pub mod shell;
pub mod yaml;

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Flaw {
    /// The line of the file, from 1, where one is known.
    pub line: Option<usize>,
    /// The flaw in words.
    pub message: String,
}

impl Flaw {
    fn new(line: Option<usize>, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }
}

/// What a file's name says about its language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `.yaml`, `.yml`
    Yaml,
    /// `.json`
    Json,
    /// `.sh`
    Shell,
    /// `.py`
    Python,
}

impl Language {
    /// The language of a path, by the end of its name, in any case.
    pub fn of(path: &str) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "sh" => Some(Self::Shell),
            "py" => Some(Self::Python),
            _ => None,
        }
    }
}

/// Checks one file; a file in no known language is well formed.
pub fn validate(path: &str, text: &str, limits: yaml::Limits) -> Result<(), Flaw> {
    match Language::of(path) {
        Some(Language::Yaml) => yaml::read(text, limits).map(drop),
        Some(Language::Json) => json::read(text).map(drop),
        Some(Language::Shell) => shell::check(text),
        Some(Language::Python) => python::check(text),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_told_by_the_end_of_the_name() {
        let table = [
            ("a/b.YAML", Some(Language::Yaml)),
            ("b.yml", Some(Language::Yaml)),
            ("x.json", Some(Language::Json)),
            ("x.Sh", Some(Language::Shell)),
            ("x.py", Some(Language::Python)),
            ("x.md", None),
            ("Makefile", None),
        ];
        for (path, expected) in table {
            assert_eq!(Language::of(path), expected, "{path}");
        }
    }
}
