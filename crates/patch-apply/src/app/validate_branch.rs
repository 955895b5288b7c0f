//! Whether a branch may be shown to people as a pull request.

use service_kit::Act;
use types::{
    CommitSha, Digest,
    patch::{Check, ValidationReport},
    proposal::{RunOutcome, Stage},
};

use super::{ActionError, App, judge, report, to_proposal_service};
use crate::{
    domain::{
        policy::Policy,
        run::{Run, State},
        validators::{Language, validate, yaml},
    },
    git::{GitError, Objects},
    store::{Move, StepNote},
};

impl App {
    /// Checks a branch: policy on its difference to the target branch as that is now, and every
    /// changed file by its language. A branch that does not pass is an answer, not an error.
    ///
    /// # Errors
    /// When no run has the branch.
    pub async fn validate_branch(
        &self,
        act: &Act,
        branch: &str,
    ) -> Result<ValidationReport, ActionError> {
        let run = self.run_on(branch).await?;
        self.materialise(&run).await?;
        let tip = self.target_tip().await?;
        let (policy, subject) = (self.policy.clone(), run.clone());
        let checks: Vec<Check> = self
            .git()?
            .with_objects(move |objects| checks(&objects.in_memory(), &policy, &subject, &tip))
            .await
            .map_err(|error: GitError| error)?;
        // What a reader of files finds may quote them.
        let checks: Vec<Check> = checks
            .into_iter()
            .map(|check| Check {
                message: self.clean(&check.message),
                ..check
            })
            .collect();
        let reply = ValidationReport {
            branch: run.branch.clone(),
            commit_sha: run.change.commit.clone(),
            passed: checks.iter().all(|check| check.passed),
            policy_digest: policy_digest(&self.policy),
            checks,
        };
        self.record_validation(act, &run, &reply).await?;
        Ok(reply)
    }

    /// The run whose diff is on a branch.
    pub(super) async fn run_on(&self, branch: &str) -> Result<Run, ActionError> {
        self.git()?;
        let run = self.store.run_on(branch).await?;
        run.ok_or_else(|| ActionError::NoBranch(branch.to_owned()))
    }

    async fn record_validation(
        &self,
        act: &Act,
        run: &Run,
        reply: &ValidationReport,
    ) -> Result<(), ActionError> {
        let lines: Vec<String> = reply.checks.iter().map(line).collect();
        let output = self.clean(&lines.join("\n"));
        let (after, note, outcome, message) = match (run.state, reply.passed) {
            (State::Branch, true) => (
                run.to(State::Validated, Some("a pull request".to_owned())),
                StepNote::passed("validate", output),
                RunOutcome::Reached(Stage::Validated),
                "policy and validators passed".to_owned(),
            ),
            (State::Branch | State::Validated, false) => {
                let failed = reply.checks.iter().filter(|check| !check.passed).map(line);
                let why = self.clean(&failed.collect::<Vec<_>>().join("; "));
                (
                    run.to(State::Failed, Some(format!("validation failed: {why}"))),
                    StepNote::failed("validate", output),
                    RunOutcome::Failed(Stage::Validated),
                    format!("validation failed: {why}"),
                )
            }
            // A later look changes nothing; the merge looks again.
            _ => return Ok(()),
        };
        let after = Run {
            checks: reply.checks.clone(),
            ..after
        };
        let event = to_proposal_service(&report(&after, outcome, message))?;
        let step = Move::new("run.validate", Some(run), after)
            .note(note)
            .tell(event);
        self.store.answer(act, step, 200, reply).await?;
        Ok(())
    }
}

fn policy_digest(policy: &Policy) -> Digest {
    policy
        .digest()
        .parse()
        .unwrap_or_else(|_| Digest::of(policy.digest()))
}

fn line(check: &Check) -> String {
    let verdict = if check.passed { "passed" } else { "failed" };
    let place = check
        .file
        .as_deref()
        .map(|file| format!(" {file}"))
        .unwrap_or_default();
    format!("{}{place}: {verdict}: {}", check.name, check.message)
}

fn checks(
    objects: &Objects,
    policy: &Policy,
    run: &Run,
    tip: &CommitSha,
) -> Result<Vec<Check>, GitError> {
    let before = objects.tree_of_known(tip)?;
    let report = judge(policy, run.change.patch.as_bytes(), objects, &before)?;
    let is_same = report.digest.as_ref() == Some(&run.change.digest);
    let mut checks: Vec<Check> = report
        .refusals
        .iter()
        .map(|refusal| {
            failed(
                "policy",
                refusal.file.clone(),
                format!("{} ({})", refusal.message, refusal.code),
            )
        })
        .collect();
    if checks.is_empty() && is_same {
        let files = report.paths.len();
        checks.push(passed(
            "policy",
            None,
            format!("the diff of {files} files is within the policy"),
        ));
    } else if checks.is_empty() {
        let message = "the target branch has changed under the diff; it needs a new revision";
        checks.push(failed("policy", None, message.to_owned()));
    }
    let tree = objects.tree_of_known(&run.change.parent)?;
    for change in objects.difference(&tree, &run.change.tree)? {
        if let Some(file) = &change.new {
            checks.extend(check_file(policy, &change.path, &file.bytes));
        }
    }
    Ok(checks)
}

fn check_file(policy: &Policy, path: &str, bytes: &[u8]) -> Option<Check> {
    let name = match Language::of(path)? {
        Language::Yaml => "yaml",
        Language::Json => "json",
        Language::Shell => "shell",
        Language::Python => "python",
    };
    let file = Some(path.to_owned());
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Some(failed(name, file, "the file is not UTF-8 text".to_owned()));
    };
    let bounds = policy.rules().limits;
    let limits = yaml::Limits {
        depth: bounds.yaml_max_depth,
        nodes: bounds.yaml_max_nodes,
    };
    Some(match validate(path, text, limits) {
        Ok(()) => passed(name, file, "well formed".to_owned()),
        Err(flaw) => {
            let place = flaw
                .line
                .map(|line| format!("line {line}: "))
                .unwrap_or_default();
            failed(name, file, format!("{place}{}", flaw.message))
        }
    })
}

fn passed(name: &str, file: Option<String>, message: String) -> Check {
    Check {
        name: name.to_owned(),
        file,
        passed: true,
        message,
    }
}

fn failed(name: &str, file: Option<String>, message: String) -> Check {
    Check {
        name: name.to_owned(),
        file,
        passed: false,
        message,
    }
}
