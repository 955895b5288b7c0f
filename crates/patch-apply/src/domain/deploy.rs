//! Deploy steps: which of them a change needs, and their arguments.

use serde::{Deserialize, Serialize};

use super::policy::path_matches;

/// One program that brings the target branch into production: `[[patch_apply.deploy]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployStep {
    /// What it is called in the record; each name once.
    pub name: String,
    /// The program and its arguments, in which `{commit}`, `{mirror}` and `{data_dir}` are replaced.
    pub run: Vec<String>,
    /// Only when one of these paths is touched; always when empty.
    #[serde(default)]
    pub when_paths: Vec<String>,
    /// How long it may take, in seconds.
    #[serde(default = "default_timeout_seconds")]
    pub timeout_seconds: u64,
}

fn default_timeout_seconds() -> u64 {
    60
}

/// What the placeholders stand for.
#[derive(Clone, Debug)]
pub struct Values {
    /// The commit that is deployed.
    pub commit: String,
    /// The folder of the mirror, a bare repository.
    pub mirror: String,
    /// The data folder.
    pub data_dir: String,
}

impl DeployStep {
    /// Whether a change of these paths needs the step.
    pub fn is_needed(&self, paths: &[String]) -> bool {
        let touches = |pattern: &String| paths.iter().any(|path| path_matches(pattern, path));
        self.when_paths.is_empty() || self.when_paths.iter().any(touches)
    }

    /// The program and its arguments with the placeholders filled in.
    pub fn arguments(&self, values: &Values) -> Vec<String> {
        let fill = |argument: &String| {
            argument
                .replace("{commit}", &values.commit)
                .replace("{mirror}", &values.mirror)
                .replace("{data_dir}", &values.data_dir)
        };
        self.run.iter().map(fill).collect()
    }
}

/// The first step that a change of these paths needs and that has not passed yet.
pub fn next_step<'a>(
    steps: &'a [DeployStep],
    paths: &[String],
    passed: &[String],
) -> Option<&'a DeployStep> {
    steps
        .iter()
        .find(|step| !passed.contains(&step.name) && step.is_needed(paths))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, when_paths: &[&str]) -> DeployStep {
        DeployStep {
            name: name.to_owned(),
            run: vec![
                "run".to_owned(),
                "--at={commit}".to_owned(),
                "{mirror}".to_owned(),
            ],
            when_paths: when_paths.iter().map(|path| (*path).to_owned()).collect(),
            timeout_seconds: 60,
        }
    }

    #[test]
    fn steps_run_in_order_where_their_paths_are_touched() {
        let steps = [step("copy", &[]), step("provision", &["agents/**"])];
        let agents = ["agents/agents.yaml".to_owned()];
        let docs = ["docs/a.md".to_owned()];
        for (paths, passed, expected) in [
            (&agents, vec![], Some("copy")),
            (&agents, vec!["copy".to_owned()], Some("provision")),
            (
                &agents,
                vec!["copy".to_owned(), "provision".to_owned()],
                None,
            ),
            (&docs, vec!["copy".to_owned()], None),
        ] {
            let next = next_step(&steps, paths, &passed).map(|step| step.name.as_str());
            assert_eq!(next, expected, "{paths:?} {passed:?}");
        }
    }

    #[test]
    fn placeholders_are_filled_in_every_argument() {
        let values = Values {
            commit: "c0".to_owned(),
            mirror: "/m".to_owned(),
            data_dir: "/d".to_owned(),
        };
        assert_eq!(step("x", &[]).arguments(&values), ["run", "--at=c0", "/m"]);
    }
}
