//! Findings, playbooks and jobs.

use actix_web::{HttpResponse, web::Data};
use serde::Deserialize;
use service_kit::{
    Problem,
    http::{Authorised, Body, Fields, PathValues},
};
use types::analysis::{FindingPage, NewPlaybook, Playbook, PlaybookPage};
use utoipa::IntoParams;

use crate::app::{App, Job, JobInfo, JobReport};

/// Which findings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FindingQuery {
    /// Only those of this agent.
    agent: Option<String>,
    /// All that were seen so often; when absent, those that are worth a proposal.
    #[param(minimum = 1)]
    at_least: Option<i64>,
}

/// What keeps failing, the most frequent first.
#[utoipa::path(get, path = "/findings", tag = "analysis", params(FindingQuery),
    responses((status = 200, body = FindingPage)))]
pub(super) async fn findings(
    app: Data<App>,
    Fields(query): Fields<FindingQuery>,
) -> Result<HttpResponse, Problem> {
    let at_least = query.at_least.map(|count| match u64::try_from(count) {
        Ok(count @ 1..) => Ok(count),
        _ => Err(Problem::invalid_field(
            "at_least",
            "expected a number from 1",
        )),
    });
    let at_least = at_least.transpose()?;
    app.catch_up().await?;
    let agent = query.agent.map(|agent| app.redactor.redact_owned(agent));
    let data = app.findings(agent.as_deref(), at_least).await?;
    Ok(HttpResponse::Ok().json(FindingPage { data }))
}

/// How many playbooks are listed.
const PLAYBOOKS: i64 = 500;

/// What worked, the newest first.
#[utoipa::path(get, path = "/playbooks", tag = "analysis",
    responses((status = 200, body = PlaybookPage)))]
pub(super) async fn playbooks(app: Data<App>) -> Result<HttpResponse, Problem> {
    let data = app.store.playbooks(PLAYBOOKS).await?;
    Ok(HttpResponse::Ok().json(PlaybookPage { data }))
}

/// Takes a playbook entry from outside.
#[utoipa::path(post, path = "/log", tag = "analysis", request_body = NewPlaybook,
    responses((status = 201, body = Playbook)))]
pub(super) async fn log(
    app: Data<App>,
    act: Authorised,
    Body(entry): Body<NewPlaybook>,
) -> Result<HttpResponse, Problem> {
    if entry.operation.trim().is_empty() {
        return Err(Problem::invalid_field(
            "/operation",
            "expected at least one character",
        ));
    }
    let clean = |text: String| app.redactor.redact_owned(text);
    let entry = NewPlaybook {
        operation: clean(entry.operation),
        approach: clean(entry.approach),
        result: clean(entry.result),
        context: clean(entry.context),
    };
    Ok(HttpResponse::Created().json(app.store.log_playbook(&entry, &act).await?))
}

/// The jobs, when they run and how they went last.
#[utoipa::path(get, path = "/analysis", tag = "analysis",
    responses((status = 200, body = [JobInfo])))]
pub(super) async fn jobs(app: Data<App>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.jobs().await?))
}

/// Runs a job now.
#[utoipa::path(post, path = "/analysis/{job}/run", tag = "analysis",
    params(("job" = String, Path)), responses((status = 200, body = JobReport)))]
pub(super) async fn run(
    app: Data<App>,
    _act: Authorised,
    PathValues(job): PathValues<String>,
) -> Result<HttpResponse, Problem> {
    let known = Job::ALL.into_iter().find(|known| known.name() == job);
    let Some(job) = known else {
        let names = Job::ALL.map(Job::name).join(", ");
        return Err(Problem::not_found(
            "JOB_NOT_FOUND",
            format!("the jobs are {names}"),
        ));
    };
    Ok(HttpResponse::Ok().json(app.run_now(job).await?))
}
