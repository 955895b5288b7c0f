//! patch-apply.

use service_kit::caller::Caller;
use types::{
    CommitSha, ProposalId, Service,
    patch::{
        CheckPatch, CommitFiles, Committed, GitFile, GitHead, GitTree, HeadQuery, MergeOutcome,
        MergePull, PatchReport, PathQuery, Pull, PullPage, Run,
    },
};

use crate::error::{ClientError, expect};

const SERVICE: Service = Service::PatchApply;

/// Typed calls to patch-apply.
#[derive(Clone, Debug)]
pub struct PatchApply(Caller);

impl PatchApply {
    /// Calls by `caller`.
    pub fn new(caller: Caller) -> Self {
        Self(caller)
    }

    /// The tip of a branch; the target branch when none is named.
    pub async fn head(&self, branch: Option<&str>) -> Result<GitHead, ClientError> {
        let query = HeadQuery {
            branch: branch.map(str::to_owned),
        };
        expect(&self.0.get(SERVICE, "/git/head", &query).await?)
    }

    /// A file at a commit or branch.
    pub async fn file(&self, rev: &str, path: &str) -> Result<GitFile, ClientError> {
        let query = PathQuery {
            rev: rev.to_owned(),
            path: path.to_owned(),
        };
        expect(&self.0.get(SERVICE, "/git/files", &query).await?)
    }

    /// A folder at a commit or branch.
    pub async fn tree(&self, rev: &str, path: &str) -> Result<GitTree, ClientError> {
        let query = PathQuery {
            rev: rev.to_owned(),
            path: path.to_owned(),
        };
        expect(&self.0.get(SERVICE, "/git/tree", &query).await?)
    }

    /// Whether a diff would be accepted.
    pub async fn check(&self, check: &CheckPatch) -> Result<PatchReport, ClientError> {
        expect(&self.0.post(SERVICE, "/policy/check", check).await?)
    }

    /// Commits whole files onto the proposals branch.
    pub async fn commit(&self, files: &CommitFiles) -> Result<Committed, ClientError> {
        expect(&self.0.post(SERVICE, "/git/commits", files).await?)
    }

    /// All pull requests, the newest first.
    pub async fn pulls(&self) -> Result<PullPage, ClientError> {
        expect(&self.0.get(SERVICE, "/pulls", &()).await?)
    }

    /// One pull request.
    pub async fn pull(&self, number: u64) -> Result<Pull, ClientError> {
        expect(
            &self
                .0
                .get(SERVICE, &format!("/pulls/{number}"), &())
                .await?,
        )
    }

    /// Merges a pull request whose head was read.
    pub async fn merge(
        &self,
        number: u64,
        expected_head: CommitSha,
    ) -> Result<MergeOutcome, ClientError> {
        let path = format!("/pulls/{number}/merge");
        expect(
            &self
                .0
                .post(SERVICE, &path, &MergePull { expected_head })
                .await?,
        )
    }

    /// The record of a proposal's run.
    pub async fn run(&self, id: ProposalId) -> Result<Run, ClientError> {
        expect(&self.0.get(SERVICE, &format!("/runs/{id}"), &()).await?)
    }
}
