//! Which jobs run when, and running them: by the calendar once among all replicas, by hand at any
//! time.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;
use service_kit::{
    Act,
    db::{Db, DbError},
    jobs::{self, JobState, Schedule},
};
use tracing::warn;
use types::{Service, Timestamp};
use utoipa::ToSchema;

use super::{App, Job, JobError, JobReport};

/// After so long without an end a job is taken to have died with its process.
const LEASE: Duration = Duration::from_secs(3_600);
const OK: &str = "ok";

/// The last runs of the jobs that run every few seconds, in this process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cycles(Arc<Mutex<BTreeMap<&'static str, Run>>>);

#[derive(Clone, Debug)]
struct Run {
    started: Timestamp,
    finished: Timestamp,
    outcome: String,
}

/// A job, and when it runs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobInfo {
    /// Its name.
    name: Job,
    /// When it runs, as a cron expression in UTC; absent for jobs that run every few seconds, or
    /// not by themselves.
    schedule: Option<String>,
    /// How often it runs, for jobs that run every few seconds.
    every_seconds: Option<u64>,
    /// When it is due.
    next_run: Option<Timestamp>,
    /// When it was begun last.
    last_started: Option<Timestamp>,
    /// When it was done last.
    last_finished: Option<Timestamp>,
    /// `ok`, or why it failed.
    last_outcome: Option<String>,
}

impl Cycles {
    fn note(&self, job: Job, run: Run) {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        runs.insert(job.name(), run);
    }

    fn last(&self, job: Job) -> Option<Run> {
        let runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        runs.get(job.name()).cloned()
    }
}

impl App {
    /// Makes the jobs with a schedule known, at the start.
    pub(crate) async fn align_jobs(&self) -> Result<(), DbError> {
        let act = Act::of_service(Service::Observer, &self.clock);
        for (job, schedule) in self.settings.schedules() {
            jobs::align(self.db(), &act, job.name(), &schedule).await?;
        }
        Ok(())
    }

    /// Runs the jobs that are due.
    pub(crate) async fn run_due_jobs(&self) -> Result<(), JobError> {
        for (job, schedule) in self.settings.schedules() {
            let now = self.clock.now();
            let is_due = jobs::state(self.db(), job.name())
                .await?
                .is_none_or(|state| state.is_due(now));
            if is_due && self.take(job, &schedule).await? {
                // A failure is kept with the job and must not hold up the others.
                if let Err(error) = self.run_taken(job, true).await {
                    warn!(job = job.name(), error = %error, "{} failed: {error}", job.name());
                }
            }
        }
        Ok(())
    }

    async fn take(&self, job: Job, schedule: &Schedule) -> Result<bool, DbError> {
        let act = Act::of_service(Service::Observer, &self.clock);
        jobs::take_if_due(self.db(), &act, job.name(), schedule, LEASE).await
    }

    /// Runs a job because somebody asks for it, or because its turn in the cycle has come.
    pub(crate) async fn run_now(&self, job: Job) -> Result<JobReport, JobError> {
        if job.is_of_cycle() {
            return self.run_in_cycle(job).await;
        }
        let act = Act::of_service(Service::Observer, &self.clock);
        match jobs::take_now(self.db(), &act, job.name(), LEASE).await? {
            true => self.run_taken(job, false).await,
            false => Err(JobError::Running(job.name())),
        }
    }

    async fn run_taken(&self, job: Job, by_schedule: bool) -> Result<JobReport, JobError> {
        let done = match job {
            // What runs by itself proposes only where that is allowed.
            Job::SelfEval if by_schedule && !self.settings.propose => {
                self.run_job(Job::ErrorAnalyser).await
            }
            _ => self.run_job(job).await,
        };
        let act = Act::of_service(Service::Observer, &self.clock);
        jobs::finish(self.db(), &act, job.name(), &outcome(&done)).await?;
        done
    }

    async fn run_in_cycle(&self, job: Job) -> Result<JobReport, JobError> {
        let started = self.clock.now();
        let done = self.run_job(job).await;
        let run = Run {
            started,
            finished: self.clock.now(),
            outcome: outcome(&done),
        };
        self.cycles.note(job, run);
        done
    }

    /// The jobs, when they run and how they went.
    pub(crate) async fn jobs(&self) -> Result<Vec<JobInfo>, DbError> {
        let schedules: BTreeMap<&str, &str> = self.settings.schedule_texts().into_iter().collect();
        let mut infos = Vec::new();
        for job in Job::ALL {
            let schedule = schedules.get(job.name()).copied();
            infos.push(match job.is_of_cycle() {
                true => self.cycle_info(job),
                false => info(job, schedule, jobs::state(self.db(), job.name()).await?),
            });
        }
        Ok(infos)
    }

    fn cycle_info(&self, job: Job) -> JobInfo {
        let every = self.settings.cycle_seconds * u64::from(job.cycles());
        let last = self.cycles.last(job);
        let next = last
            .as_ref()
            .map(|run| run.finished.plus(Duration::from_secs(every)));
        JobInfo {
            name: job,
            schedule: None,
            every_seconds: Some(every),
            next_run: next,
            last_started: last.as_ref().map(|run| run.started),
            last_finished: last.as_ref().map(|run| run.finished),
            last_outcome: last.map(|run| run.outcome),
        }
    }

    fn db(&self) -> &Db {
        self.store.db()
    }
}

fn info(job: Job, schedule: Option<&str>, state: Option<JobState>) -> JobInfo {
    let next = state.as_ref().map(|state| state.next_run);
    JobInfo {
        name: job,
        schedule: schedule.map(str::to_owned),
        every_seconds: None,
        next_run: next.filter(|_| schedule.is_some()),
        last_started: state.as_ref().and_then(|state| state.last_started),
        last_finished: state.as_ref().and_then(|state| state.last_finished),
        last_outcome: state.and_then(|state| state.last_outcome),
    }
}

fn outcome(done: &Result<JobReport, JobError>) -> String {
    done.as_ref()
        .map_or_else(ToString::to_string, |_| OK.to_owned())
}
