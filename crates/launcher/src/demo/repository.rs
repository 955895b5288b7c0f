//! The target repository that the demo starts from: a small fleet's settings, prompts and tools.

/// Where the fleet's personas stand.
pub const AGENTS_FILE: &str = "agents/agents.yaml";

macro_rules! embedded {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../demo/repository/", $path)))),+]
    };
}

/// The files of the first commit, by path from the root of the repository.
pub fn files() -> &'static [(&'static str, &'static str)] {
    embedded![
        ".env.example",
        "README.md",
        "SYSTEM_CONTRACT.md",
        "agents/agents.yaml",
        "agents/generate_api_key.py",
        "agents/provision.py",
        "docker-compose.yml",
        "docs/incidents.md",
        "docs/operations.md",
        "docs/runbook.md",
        "docs/topics.md",
        "proposals/templates/bugfix.md",
        "proposals/templates/enhancement.md",
        "proposals/templates/optimization.md",
        "rag-ingestion/ingest.py",
        "scheduler/scheduled_tasks.yaml",
        "scripts/deploy.sh",
        "telemetry/extract.sh",
        "tools-gateway/actions.yaml",
        "tools-gateway/main.py",
    ]
}

/// The text of agents.yaml in the first commit.
pub fn agents_yaml() -> &'static str {
    files()
        .iter()
        .find(|(path, _)| *path == AGENTS_FILE)
        .map_or("", |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::IgnoredAny;

    use super::*;

    #[derive(Deserialize)]
    struct Agents {
        agents: BTreeMap<String, BTreeMap<String, IgnoredAny>>,
    }

    #[test]
    fn every_yaml_file_parses() {
        let yaml = files()
            .iter()
            .filter(|(path, _)| path.ends_with(".yaml") || path.ends_with(".yml"));
        for (path, text) in yaml {
            let parsed = serde_saphyr::from_str::<BTreeMap<String, IgnoredAny>>(text);
            assert!(parsed.is_ok(), "{path}: {:?}", parsed.err());
        }
    }

    #[test]
    fn every_agent_has_a_persona_a_prompt_and_extensions() {
        let parsed: Agents = serde_saphyr::from_str(agents_yaml()).unwrap();
        let names: Vec<&str> = parsed.agents.keys().map(String::as_str).collect();
        let expected = [
            "EvalAgent",
            "PlannerAgent",
            "ResearchAgent",
            "WriterAgent",
            "claude-code",
        ];
        assert_eq!(names, expected);
        for (name, agent) in &parsed.agents {
            for field in ["persona", "prompt", "extensions"] {
                assert!(agent.contains_key(field), "{name} has no {field}");
            }
        }
    }

    #[test]
    fn every_file_ends_with_one_newline_and_has_no_tabs_or_trailing_spaces() {
        for (path, text) in files() {
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path}");
            for line in text.lines() {
                assert!(
                    !line.contains('\t') && line.trim_end() == line,
                    "{path}: {line}"
                );
            }
        }
    }
}
