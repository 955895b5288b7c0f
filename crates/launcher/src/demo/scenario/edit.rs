//! A minimal edit of agents.yaml, as text: nothing but the lines that are added changes.

/// Why a persona could not be added to.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// There is no such agent in the file.
    #[error("agents.yaml has no agent {0}")]
    NoAgent(String),
    /// The agent has no persona.
    #[error("{0} has no persona in agents.yaml")]
    NoPersona(String),
    /// The persona is not written as a block, so a line cannot be added to it.
    #[error("the persona of {0} is not a block of text that begins with | or >")]
    NoBlock(String),
}

/// The widest line that is written.
const WIDTH: usize = 80;

/// The text with `sentence` as the last lines of the agent's persona.
pub fn append_to_persona(
    agents_yaml: &str,
    agent: &str,
    sentence: &str,
) -> Result<String, EditError> {
    let lines: Vec<&str> = agents_yaml.split_inclusive('\n').collect();
    let none = || EditError::NoAgent(agent.to_owned());
    let agents = child(&lines, 0..lines.len(), "agents").ok_or_else(none)?;
    let entry = child(&lines, body(&lines, agents), agent).ok_or_else(none)?;
    let persona = child(&lines, body(&lines, entry), "persona")
        .ok_or_else(|| EditError::NoPersona(agent.to_owned()))?;
    let block = body(&lines, persona);
    let first = lines[block.clone()]
        .iter()
        .find(|line| !line.trim().is_empty());
    let (true, Some(first)) = (is_block_header(lines[persona]), first) else {
        return Err(EditError::NoBlock(agent.to_owned()));
    };
    let margin = &first[..indent(first)];
    let end = block.start + block.len() - blank_lines_at_end(&lines[block]);
    let mut edited = lines[..end].concat();
    if !edited.ends_with('\n') {
        edited.push('\n');
    }
    for line in wrapped(sentence, WIDTH - margin.len()) {
        edited.extend([margin, &line, "\n"]);
    }
    edited.push_str(&lines[end..].concat());
    Ok(edited)
}

/// The line within `range` that holds this key, one level below what the range belongs to.
fn child(lines: &[&str], range: std::ops::Range<usize>, key: &str) -> Option<usize> {
    let level = range
        .clone()
        .map(|at| lines[at])
        .find(|line| is_content(line))
        .map(indent)?;
    range.into_iter().find(|at| {
        let line = lines[*at];
        let rest = line.trim_start().strip_prefix(key);
        indent(line) == level && rest.is_some_and(|rest| rest.starts_with(':'))
    })
}

/// The lines below a key: blank ones and those that are indented further.
fn body(lines: &[&str], key: usize) -> std::ops::Range<usize> {
    let level = indent(lines[key]);
    let length = lines[key + 1..]
        .iter()
        .take_while(|line| line.trim().is_empty() || indent(line) > level)
        .count();
    key + 1..key + 1 + length
}

fn is_content(line: &str) -> bool {
    let text = line.trim();
    !text.is_empty() && !text.starts_with('#') && !text.starts_with("---")
}

fn is_block_header(line: &str) -> bool {
    let value = line.split_once(':').map_or("", |(_, value)| value.trim());
    value.starts_with(['|', '>'])
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn blank_lines_at_end(lines: &[&str]) -> usize {
    lines
        .iter()
        .rev()
        .take_while(|line| line.trim().is_empty())
        .count()
}

fn wrapped(sentence: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "agents:\n  A:\n    persona: |\n      One.\n\n      Two.\n\n  AB:\n    \
                        persona: plain\n  C:\n    tools: []\n";

    #[test]
    fn the_sentence_becomes_the_last_line_of_the_block() {
        let edited = append_to_persona(TEXT, "A", "Three.").unwrap();
        let expected = TEXT.replace("      Two.\n", "      Two.\n      Three.\n");
        assert_eq!(edited, expected);
    }

    #[test]
    fn a_block_at_the_end_of_the_file_is_added_to_though_no_newline_ends_it() {
        let edited = append_to_persona("agents:\n  A:\n    persona: >\n      One.", "A", "Two.");
        let expected = "agents:\n  A:\n    persona: >\n      One.\n      Two.\n";
        assert_eq!(edited.as_deref(), Ok(expected));
    }

    #[test]
    fn what_is_not_a_block_or_not_there_is_refused() {
        let refused = |agent: &str| append_to_persona(TEXT, agent, "Three.").unwrap_err();
        assert_eq!(refused("B"), EditError::NoAgent("B".to_owned()));
        assert_eq!(refused("AB"), EditError::NoBlock("AB".to_owned()));
        assert_eq!(refused("C"), EditError::NoPersona("C".to_owned()));
    }
}
