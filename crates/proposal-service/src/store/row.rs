//! What rows mean.

use service_kit::db::{DbError, FromRow, Row};
use types::{
    ProposalId,
    analysis::Breaker,
    proposal::{Decision, LogLine, Proposal, ProposalSummary},
};

use super::{
    breaker::Known,
    notice::{Due, Shown},
    proposal::Rejection,
    record::Record,
};
use crate::domain::{case::Case, markdown::IndexLine};

impl FromRow for Case {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            proposal: proposal(row)?,
            version: row.get("version")?,
            author_is_person: row.get("author_is_person")?,
            taking_back: row.get("taking_back")?,
        })
    }
}

/// The proposal without its decisions and its log, which are rows of their own.
fn proposal(row: &Row) -> Result<Proposal, DbError> {
    Ok(Proposal {
        id: row.get("id")?,
        revision: row.get("revision")?,
        status: row.name("status")?,
        stage: row.name_optional("stage")?,
        stage_reason: row.get("stage_reason")?,
        stage_deadline: row.get("stage_deadline")?,
        finding_id: row.get("finding_id")?,
        title: row.get("title")?,
        category: row.name("category")?,
        severity: row.name("severity")?,
        author: row.get("author")?,
        agents: row.json("agents")?,
        problem: row.get("problem")?,
        evidence: row.get("evidence")?,
        root_cause: row.get("root_cause")?,
        solution: row.get("solution")?,
        patch: row.get("patch")?,
        digest: row.get("digest")?,
        base_commit: row.get("base_commit")?,
        result_tree: row.get("result_tree")?,
        policy_digest: row.get("policy_digest")?,
        paths: row.json("paths")?,
        risk: row.get("risk")?,
        rollback: row.get("rollback")?,
        markdown_path: row.get("markdown_path")?,
        decisions: Vec::new(),
        log: Vec::new(),
        branch: row.get("branch")?,
        pull_number: row.get("pull_number")?,
        pull_url: row.get("pull_url")?,
        merge_commit: row.get("merge_commit")?,
        revert_commit: row.get("revert_commit")?,
        window_id: row.get("window_id")?,
        verdict: row.name_optional("verdict")?,
        effect: row.name_optional("effect")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// A summary from its columns alone: lists do not read diffs.
pub(super) struct Summary(pub(super) ProposalSummary);

impl FromRow for Summary {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self(ProposalSummary {
            id: row.get("id")?,
            status: row.name("status")?,
            stage: row.name_optional("stage")?,
            stage_reason: row.get("stage_reason")?,
            finding_id: row.get("finding_id")?,
            title: row.get("title")?,
            category: row.name("category")?,
            severity: row.name("severity")?,
            agents: row.json("agents")?,
            author: row.get("author")?,
            digest: row.get("digest")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        }))
    }
}

/// A decision from its row.
pub(super) struct DecisionRow(pub(super) Decision);

impl FromRow for DecisionRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self(Decision {
            kind: row.name("kind")?,
            person: row.get("person")?,
            at: row.get("at")?,
            digest: row.get("digest")?,
            revision: row.get("revision")?,
            notes: row.get("notes")?,
        }))
    }
}

/// A line of the log from its row.
pub(super) struct LogRow(pub(super) LogLine);

impl FromRow for LogRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self(LogLine {
            at: row.get("at")?,
            text: row.get("text")?,
        }))
    }
}

impl FromRow for IndexLine {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get("id")?,
            status: row.name("status")?,
            severity: row.name("severity")?,
            category: row.name("category")?,
            title: row.get("title")?,
            markdown_path: row.get("markdown_path")?,
            created_at: row.get("created_at")?,
        })
    }
}

impl FromRow for Rejection {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            proposal_id: row.get("proposal_id")?,
            at: row.get("at")?,
            reason: row.get("notes")?,
        })
    }
}

impl FromRow for Known {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            breaker: Breaker {
                name: row.get("name")?,
                open: false,
                reason: row.get("reason")?,
                tripped_at: row.get("tripped_at")?,
                until: row.get("until")?,
                reset_by: row.get("reset_by")?,
            },
            reset_at: row.get("reset_at")?,
        })
    }
}

impl FromRow for Record {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            sequence: row.get("sequence")?,
            path: row.get("path")?,
            markdown: row.get("markdown")?,
            message: row.get("message")?,
            author: row.get("author")?,
        })
    }
}

impl FromRow for Due {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.get("kind")?,
            severity: row.name("severity")?,
        })
    }
}

impl FromRow for Shown {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.get("kind")?,
            severity: row.name("severity")?,
            proposal_id: row.get::<Option<ProposalId>>("proposal_id")?,
            text: row.get("text")?,
            at: row.get("at")?,
            shown_at: row.get("shown_at")?,
        })
    }
}
