//! Files of the record: what is written for people to read beside the target's own files.

use service_kit::redaction::{CountingRedactor, presentable};

/// The text as it may be committed. Diffs inside it keep their bytes, for that is what people
/// approve; a line that one adds and all that stands around it lose what is shaped like a
/// credential.
pub fn committable(text: &str, redactor: &CountingRedactor) -> String {
    let mut out = String::with_capacity(text.len());
    let mut around = String::new();
    let mut fence: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let Some(ticks) = fence else {
            around.push_str(line);
            fence = opened_by(line);
            continue;
        };
        if !around.is_empty() {
            out.push_str(&presentable(redactor.inner(), &around));
            around.clear();
        }
        if is_closed_by(line, ticks) {
            fence = None;
            around.push_str(line);
        } else if line.starts_with(['-', ' ']) {
            out.push_str(line);
        } else {
            out.push_str(&presentable(redactor.inner(), line));
        }
    }
    out.push_str(&presentable(redactor.inner(), &around));
    out
}

/// How many ticks open a fenced diff on this line.
fn opened_by(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches('`');
    let ticks = line.len() - rest.len();
    (3 <= ticks && rest.trim_end() == "diff").then_some(ticks)
}

fn is_closed_by(line: &str, ticks: usize) -> bool {
    let line = line.trim_end();
    ticks <= line.len() && line.bytes().all(|byte| byte == b'`')
}

#[cfg(test)]
mod tests {
    use redact::Redactor;

    use super::*;

    const SECRET: &str = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

    fn committed(text: &str) -> String {
        committable(text, &CountingRedactor::uncounted(Redactor::standard()))
    }

    #[test]
    fn a_diff_keeps_what_it_takes_out_of_a_file() {
        let text = format!(
            "# Proposal\n\nSee agents/agents.yaml.\n\n````diff\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-key: {SECRET}\n kept: {SECRET}\n+```\n````\n\nEnd\n"
        );
        assert_eq!(committed(&text), text);
    }

    #[test]
    fn what_a_diff_adds_and_what_stands_around_it_is_redacted() {
        let text =
            format!("key: {SECRET}\n```diff\n+key: {SECRET}\n```\nand {SECRET}\n/etc/hosts\n");
        let written = committed(&text);
        assert!(!written.contains(SECRET), "{written}");
        assert_eq!(written.lines().count(), text.lines().count());
    }

    #[test]
    fn addresses_and_links_stay_for_they_say_where_to_look() {
        let text = "Pull request: http://127.0.0.1:3820/pulls/3\n";
        assert_eq!(committed(text), text);
        assert_eq!(committed(""), "");
    }
}
