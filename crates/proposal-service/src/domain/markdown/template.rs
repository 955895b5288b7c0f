//! Empty proposals to start from.

use types::analysis::ProposalCategory;

/// The template of a category.
pub(crate) fn template(category: ProposalCategory) -> String {
    let (problem, evidence, solution) = match category {
        ProposalCategory::Bugfix => (
            "<What is broken>",
            "- Telemetry event count: <X> failures in <Y> hours\n- Error pattern: <redacted error>",
            "<What to change, so that it no longer fails>",
        ),
        ProposalCategory::Optimization => (
            "<What fails because it is slow or costly>",
            "- Telemetry event count: <X> slow or repeated calls in <Y> hours\n\
             - Latency: <p95 before>, expected <p95 after>",
            "<What to change, and what it saves>",
        ),
        ProposalCategory::Enhancement => (
            "<What is missing, and which failure it would prevent>",
            "- Telemetry event count: <X> failures in <Y> hours that it would prevent",
            "<What to add>",
        ),
    };
    format!(
        "# Proposal: <title>\n\n**ID**: <uuid>\n**Created**: <timestamp>\n**Status**: pending\n\
         **Category**: {}\n**Severity**: critical | high | medium | low\n**Author**: <name>\n\n\
         ---\n\n## Problem Statement\n{problem}\n\n## Evidence\n{evidence}\n\
         - Affected agent(s): <list>\n\n## Root Cause Analysis\n<Why this is happening>\n\n\
         ## Proposed Solution\n{solution}\n\n## Unified Diff\n```diff\n\
         --- a/path/to/file.yaml\n+++ b/path/to/file.yaml\n@@ -10,2 +10,2 @@\n existing line\n\
         -removed line\n+added line\n```\n\n## Affected Files\n- `path/to/file.yaml`\n\n\
         ## Risk Assessment\n<What could go wrong>\n\n## Rollback Plan\n```bash\n\
         git revert <commit-sha>\n```\n\n## Validation Checklist\n- [ ] yamllint passes\n\
         - [ ] JSON schema valid (if applicable)\n- [ ] Policy tests pass\n\
         - [ ] No forbidden paths modified\n\n---\n\n## Review\n\n**Reviewed by**:\n\
         **Reviewed at**:\n**Decision**: approved | rejected\n**Notes**:\n\n---\n\n\
         ## Implementation Log\n",
        category.name()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_category_has_a_template_that_names_it() {
        for category in ProposalCategory::ALL {
            let text = template(category);
            assert!(
                text.contains(&format!("**Category**: {}\n", category.name())),
                "{text}"
            );
            assert_eq!(text.matches("\n## ").count(), 11);
        }
    }
}
