//! Jobs with a schedule, and replicas that look at the same clock.

use std::time::Duration;

use futures_util::future::join_all;
use service_kit::{
    Act, Clock,
    db::Db,
    jobs::{self, Schedule},
};
use testkit::Backend;
use types::Service;

use crate::notes::Notes;

const NAME: &str = "extract";
const LEASE: Duration = Duration::from_secs(3_600);
const HOUR: Duration = Duration::from_secs(3_600);

struct Job {
    notes: Notes,
    schedule: Schedule,
}

impl Job {
    /// At noon, due at one in the night.
    async fn start_on(backend: Backend) -> Self {
        let job = Self {
            notes: Notes::start_on(backend).await,
            schedule: "0 1 * * *".parse().unwrap(),
        };
        jobs::align(job.db(), &job.act(), NAME, &job.schedule)
            .await
            .unwrap();
        job
    }

    fn db(&self) -> &Db {
        &self.notes.relay.db
    }

    fn clock(&self) -> &Clock {
        &self.notes.place.clock
    }

    fn act(&self) -> Act {
        Act::of_service(Service::Observer, self.clock())
    }

    /// How many of eight replicas that look at once may run it.
    async fn taken(&self) -> usize {
        let looks = (0..8).map(|_| async {
            jobs::take_if_due(self.db(), &self.act(), NAME, &self.schedule, LEASE).await
        });
        let taken = join_all(looks).await;
        taken
            .into_iter()
            .filter(|taken| *taken.as_ref().unwrap())
            .count()
    }

    async fn finish(&self) {
        jobs::finish(self.db(), &self.act(), NAME, "ok")
            .await
            .unwrap();
    }

    async fn next_run(&self) -> String {
        let state = jobs::state(self.db(), NAME).await.unwrap().unwrap();
        state.next_run.to_string()
    }
}

#[tokio::test]
async fn one_replica_runs_a_job_when_it_is_due() {
    for backend in Backend::ALL {
        let job = Job::start_on(backend).await;
        assert_eq!(job.taken().await, 0);
        job.clock().advance(HOUR * 13);
        assert_eq!(job.taken().await, 1);
        job.finish().await;
        assert_eq!(job.taken().await, 0);
        assert_eq!(job.next_run().await, "2026-01-12T01:00:00Z");
    }
}

#[tokio::test]
async fn a_job_that_was_missed_several_times_runs_once() {
    for backend in Backend::ALL {
        let job = Job::start_on(backend).await;
        job.clock().advance(HOUR * 24 * 5);
        assert_eq!(job.taken().await, 1);
        job.finish().await;
        assert_eq!(job.taken().await, 0);
        assert_eq!(job.next_run().await, "2026-01-16T01:00:00Z");
    }
}

#[tokio::test]
async fn a_job_whose_runner_died_is_taken_again_when_its_lease_is_over() {
    for backend in Backend::ALL {
        let job = Job::start_on(backend).await;
        job.clock().advance(HOUR * 13);
        assert_eq!(job.taken().await, 1);
        job.clock().advance(LEASE);
        assert_eq!(job.taken().await, 0);
        job.clock().advance(Duration::from_secs(1));
        assert_eq!(job.taken().await, 1);
    }
}

#[tokio::test]
async fn a_job_that_runs_is_not_begun_by_hand() {
    for backend in Backend::ALL {
        let job = Job::start_on(backend).await;
        let now = || async {
            jobs::take_now(job.db(), &job.act(), NAME, LEASE)
                .await
                .unwrap()
        };
        assert!(now().await);
        assert!(!now().await);
        job.finish().await;
        assert!(now().await);
        let other = jobs::take_now(job.db(), &job.act(), "other", LEASE)
            .await
            .unwrap();
        assert!(other);
    }
}

#[tokio::test]
async fn a_schedule_that_was_changed_counts_from_then_on() {
    for backend in Backend::ALL {
        let mut job = Job::start_on(backend).await;
        assert_eq!(job.next_run().await, "2026-01-11T01:00:00Z");
        job.schedule = "0 6 * * SUN".parse().unwrap();
        jobs::align(job.db(), &job.act(), NAME, &job.schedule)
            .await
            .unwrap();
        assert_eq!(job.next_run().await, "2026-01-11T06:00:00Z");
        // What is due stays due.
        job.clock().advance(HOUR * 24);
        jobs::align(job.db(), &job.act(), NAME, &job.schedule)
            .await
            .unwrap();
        assert_eq!(job.taken().await, 1);
    }
}
