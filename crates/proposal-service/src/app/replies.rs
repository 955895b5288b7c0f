//! The chain of steps at patch-apply: each reply sends the next.

mod outcome;

use service_kit::{
    caller::Reply,
    db::{DbError, Tx},
    steps::{Message, Receive, Receiving, Sent, Settlement},
};
use types::{
    ProposalId, Service,
    patch::{OpenPull, Pull, ValidateBranch, ValidationReport, WrittenPatch},
    proposal::{ProposalStatus, Stage},
};

use super::{App, approve::WRITE_PATCH, report::Report, revert::REVERT, save::subject};
use crate::{
    domain::{case::Case, event::Event, markdown},
    store,
};

const VALIDATE_BRANCH: &str = "validate_branch";
const OPEN_PULL: &str = "open_pr";

impl Receive for App {
    fn receive<'a>(&'a self, tx: &'a mut Tx, sent: &'a Sent, reply: &'a Reply) -> Receiving<'a> {
        Box::pin(self.take_reply(tx, sent, reply))
    }
}

impl App {
    async fn take_reply(
        &self,
        tx: &mut Tx,
        sent: &Sent,
        reply: &Reply,
    ) -> Result<Settlement, DbError> {
        let id = sent
            .subject
            .strip_prefix("proposal/")
            .and_then(|id| id.parse().ok());
        let Some(case) = self.case_of(tx, id).await? else {
            return Ok(Settlement::Dead(format!("{} is no proposal", sent.subject)));
        };
        match sent.kind.as_str() {
            REVERT => self.revert_answered(tx, case, reply).await,
            // A run that was stopped meanwhile does not go on.
            _ if case.proposal.status != ProposalStatus::Approved => Ok(Settlement::Done),
            WRITE_PATCH => self.patch_written(tx, case, reply).await,
            VALIDATE_BRANCH => self.branch_validated(tx, case, reply).await,
            OPEN_PULL => self.pull_opened(tx, case, reply).await,
            other => Ok(Settlement::Dead(format!("{other} is no step"))),
        }
    }

    async fn case_of(&self, tx: &mut Tx, id: Option<ProposalId>) -> Result<Option<Case>, DbError> {
        match id {
            Some(id) => store::proposal::lock(tx, id).await,
            None => Ok(None),
        }
    }

    async fn patch_written(
        &self,
        tx: &mut Tx,
        before: Case,
        reply: &Reply,
    ) -> Result<Settlement, DbError> {
        if !reply.is_success() {
            return self.stopped(tx, before, Stage::Branch, reply).await;
        }
        let Ok(written) = reply.json::<WrittenPatch>() else {
            return self.unreadable(tx, before, Stage::Branch, reply).await;
        };
        if written.digest != before.proposal.digest {
            let why = format!("patch-apply wrote another diff, {}", written.digest);
            return self.failed(tx, before, Stage::Branch, why).await;
        }
        let mut after = before.clone();
        after.proposal.branch = Some(written.branch.clone());
        let message = format!("the diff is on branch {}", written.branch);
        let case = self
            .advance(tx, before, after, Stage::Branch, message)
            .await?;
        let body = ValidateBranch {
            branch: written.branch,
        };
        send(
            tx,
            VALIDATE_BRANCH,
            &case,
            "/actions/validate_branch",
            &body,
        )
        .await
    }

    async fn branch_validated(
        &self,
        tx: &mut Tx,
        before: Case,
        reply: &Reply,
    ) -> Result<Settlement, DbError> {
        if !reply.is_success() {
            return self.stopped(tx, before, Stage::Validated, reply).await;
        }
        let Ok(report) = reply.json::<ValidationReport>() else {
            return self.unreadable(tx, before, Stage::Validated, reply).await;
        };
        if !report.passed {
            return self
                .failed(tx, before, Stage::Validated, failed_checks(&report))
                .await;
        }
        let message = format!("policy and {} checks passed", report.checks.len());
        let after = before.clone();
        let case = self
            .advance(tx, before, after, Stage::Validated, message)
            .await?;
        let body = OpenPull {
            branch: report.branch,
            proposal_id: case.proposal.id,
            body: markdown::proposal(&case),
        };
        send(tx, OPEN_PULL, &case, "/actions/open_pr", &body).await
    }

    async fn pull_opened(
        &self,
        tx: &mut Tx,
        before: Case,
        reply: &Reply,
    ) -> Result<Settlement, DbError> {
        if !reply.is_success() {
            return self.stopped(tx, before, Stage::PrOpen, reply).await;
        }
        let Ok(pull) = reply.json::<Pull>() else {
            return self.unreadable(tx, before, Stage::PrOpen, reply).await;
        };
        let mut after = before.clone();
        after.proposal.pull_number = Some(pull.number);
        after.proposal.pull_url = Some(pull.html_url);
        let message = format!("waits for a person to merge pull request #{}", pull.number);
        self.advance(tx, before, after, Stage::PrOpen, message)
            .await?;
        Ok(Settlement::Done)
    }

    async fn revert_answered(
        &self,
        tx: &mut Tx,
        before: Case,
        reply: &Reply,
    ) -> Result<Settlement, DbError> {
        if reply.is_success() {
            return Ok(Settlement::Done);
        }
        let report = Report::new(Event::RevertFailed, reply.refusal());
        let after = before.clone();
        self.take_report(tx, &before, after, report).await?;
        Ok(Settlement::Done)
    }
}

async fn send(
    tx: &mut Tx,
    kind: &'static str,
    case: &Case,
    path: &'static str,
    body: &(impl serde::Serialize + Sync),
) -> Result<Settlement, DbError> {
    tx.send(Message::post(
        kind,
        subject(case),
        Service::PatchApply,
        path,
        body,
    )?)
    .await?;
    Ok(Settlement::Done)
}

fn failed_checks(report: &ValidationReport) -> String {
    let failed: Vec<String> = report
        .checks
        .iter()
        .filter(|check| !check.passed)
        .map(|check| {
            let file = check.file.as_deref().unwrap_or("the change");
            format!("{} of {file}: {}", check.name, check.message)
        })
        .collect();
    if failed.is_empty() {
        return "validation failed without naming a check".to_owned();
    }
    format!("validation failed: {}", failed.join("; "))
}
