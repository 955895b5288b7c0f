//! Whether a diff may become a change at all: typed rules, from a file that only people change.
//!
//! The default is to refuse. Both names of every rename, copy and deletion are judged; texts are
//! compared as they were and as they become, so that what was there before is no one's fault.

mod collisions;
mod content;
mod fold;
mod glob;
mod hidden;
mod links;
mod paths;
mod places;
mod rules;
mod secrets;
mod verdict;

use unidiff::{Base, Change, FilePatch, FileResult, Limits, Mode, Patch};

pub use rules::{Bounds, Policy, PolicyError, Rules};
pub use verdict::{Refusal, Verdict};

/// Whether the whole of `path` fits a path pattern: names, `*` inside a name, `**` for any number.
pub fn path_matches(pattern: &str, path: &str) -> bool {
    glob::matches(pattern, path)
}

/// Judges a diff against the tree that it changes. The results are there only when the diff is
/// accepted.
pub fn check(
    policy: &Policy,
    patch_text: &[u8],
    base: &impl Base,
) -> (Verdict, Option<Vec<FileResult>>) {
    let bounds = policy.rules().limits;
    let limits = Limits {
        patch_bytes: bounds.max_patch_bytes,
        files: bounds.max_files,
        line_bytes: bounds.max_line_bytes,
    };
    let patch = match unidiff::parse(patch_text, &limits) {
        Ok(patch) => patch,
        Err(fault) => {
            return (
                faulty(policy.digest(), Vec::new(), &fault, patch_text, base),
                None,
            );
        }
    };
    let mut refusals: Vec<Refusal> = judge_diff(policy, &patch);
    let results = match unidiff::apply(&patch, base) {
        Ok(results) => results,
        Err(fault) => {
            let mut verdict = faulty(policy.digest(), patch.paths(), &fault, patch_text, base);
            refusals.append(&mut verdict.refusals);
            return (
                Verdict {
                    refusals,
                    ..verdict
                },
                None,
            );
        }
    };
    refusals.extend(judge_results(policy, &patch, &results, base));
    conclude(policy.digest(), &patch, refusals, results)
}

/// Judges a diff by itself, without any policy: whether it is well formed and applies.
pub fn check_alone(patch_text: &[u8], base: &impl Base) -> (Verdict, Option<Vec<FileResult>>) {
    const NONE: &str = "none";
    let patch = match unidiff::parse(patch_text, &Limits::UNBOUNDED) {
        Ok(patch) => patch,
        Err(fault) => return (faulty(NONE, Vec::new(), &fault, patch_text, base), None),
    };
    match unidiff::apply(&patch, base) {
        Ok(results) => conclude(NONE, &patch, Vec::new(), results),
        Err(fault) => (faulty(NONE, patch.paths(), &fault, patch_text, base), None),
    }
}

fn conclude(
    digest: &str,
    patch: &Patch,
    refusals: Vec<Refusal>,
    results: Vec<FileResult>,
) -> (Verdict, Option<Vec<FileResult>>) {
    let accepted = refusals.is_empty();
    let verdict = Verdict {
        accepted,
        policy_digest: digest.to_owned(),
        paths: patch.paths(),
        refusals,
        suggested_patch: None,
    };
    (verdict, accepted.then_some(results))
}

/// The verdict on a diff that cannot be read or does not apply.
fn faulty(
    digest: &str,
    paths: Vec<String>,
    fault: &unidiff::Fault,
    patch_text: &[u8],
    base: &impl Base,
) -> Verdict {
    Verdict {
        accepted: false,
        policy_digest: digest.to_owned(),
        paths,
        refusals: vec![Refusal::from(fault)],
        suggested_patch: unidiff::suggest(patch_text, &Limits::default(), base, fault),
    }
}

/// What can be judged before the diff is applied: names, modes, added lines.
fn judge_diff(policy: &Policy, patch: &Patch) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for path in patch.paths() {
        refusals.extend(paths::check(policy.rules(), &path));
    }
    for file in &patch.files {
        refusals.extend(check_mode(file));
        refusals.extend(hidden::check(file));
        refusals.extend(secrets::check(file, policy.redactor()));
    }
    refusals
}

fn check_mode(file: &FilePatch) -> Option<Refusal> {
    let changes =
        file.new_mode.is_some() && file.change != Change::Add && file.old_mode != file.new_mode;
    let is_new_and_executable =
        file.change == Change::Add && file.new_mode == Some(Mode::Executable);
    (changes || is_new_and_executable).then(|| {
        Refusal::new(
            "mode",
            file.path(),
            "modes may not change, and a new file is not executable",
        )
        .at_line(file.line)
    })
}

/// What is judged on the files as they become.
fn judge_results(
    policy: &Policy,
    patch: &Patch,
    results: &[FileResult],
    base: &impl Base,
) -> Vec<Refusal> {
    let mut refusals = collisions::check(results, base).unwrap_or_else(|error| {
        vec![Refusal::new(
            "base_unreadable",
            "",
            format!("the base could not be read: {error}"),
        )]
    });
    let judge = content::Judge::new(policy);
    for result in results {
        let file = patch
            .files
            .iter()
            .find(|file| file.new_path.as_deref() == Some(&result.path));
        match (file, &result.new) {
            (Some(file), Some(new)) => {
                let source = file
                    .old_path
                    .as_deref()
                    .and_then(|path| base.read(path).ok().flatten());
                refusals.extend(judge.check(file, source.as_ref(), new));
            }
            _ => refusals.extend(judge.check_removal(&result.path)),
        }
    }
    refusals
}
