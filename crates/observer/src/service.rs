//! Where the rooms meet.

use std::{sync::Arc, time::Duration};

use actix_web::web::{Data, ServiceConfig};
use anyhow::Context;
use clients::{PatchApply, ProposalService};
use service_kit::{
    Clock, Kit,
    db::{Durability, Schema},
    http::{Http, Running},
    settings::Settings,
    steps::Relay,
};
use sqlx::migrate::Migrator;
use tokio::sync::Mutex;
use types::Service;
use utoipa::OpenApi;

use crate::{
    app::{App, Cycles, Feed, Indexer, Job, Proposed},
    http,
    ingest::Intake,
    segments,
    settings::ObserverSettings,
    store::{Snapshot, Store},
    upstream::Upstream,
};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
const SCHEMA: Schema = Schema {
    name: "observer",
    sqlite: &SQLITE,
    postgres: &POSTGRES,
};

/// How often the index is brought up to date. Many operations at once take far less time than each
/// by itself.
const INDEX_EVERY: Duration = Duration::from_millis(250);
/// How many operations a retry is compared with right after a start.
const KNOWN_AT_START: i64 = 10_000;
/// How often old keys and messages are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);
/// A cycle never comes more often than this in real time, however fast the clock runs.
const SHORTEST_CYCLE: Duration = Duration::from_millis(500);
/// How often is looked for jobs that are due by the calendar.
const LOOK_FOR_JOBS: Duration = Duration::from_secs(1);

/// Starts the observer; it is ready when this returns.
///
/// # Errors
/// Says which setting, file, address or database stands in the way.
pub async fn start(settings: Settings<ObserverSettings>, clock: Clock) -> anyhow::Result<Running> {
    settings.own.check()?;
    let kit = Kit::open(
        Service::Observer,
        settings.common,
        clock,
        SCHEMA,
        Durability::Full,
    )
    .await?;
    let store = Store::new(kit.db.clone());
    let snapshot = store.snapshot().await.context("the index cannot be read")?;
    let (intake, feed) = way_in(&kit, &store, &snapshot, settings.own.queue_bytes).await?;
    let app = App {
        store,
        intake,
        clock: kit.clock.clone(),
        redactor: kit.redactor.clone(),
        places: Arc::new(kit.settings.targets.clone()),
        tallies: Arc::default(),
        indexer: Arc::new(Mutex::new(Indexer::restore(snapshot, feed))),
        telemetry_dir: settings
            .own
            .telemetry_dir(&kit.settings.server.data_dir)
            .into(),
        correcting: Arc::default(),
        cycles: Cycles::default(),
        patch_apply: PatchApply::new(kit.caller.clone()),
        proposals: ProposalService::new(kit.caller.clone()),
        upstream: Upstream::new(&settings.own)?,
        settings: Arc::new(settings.own),
    };
    app.read_tallies()
        .await
        .context("the totals cannot be read")?;
    // What was durable before a stop is in the index before anybody asks.
    app.index_new()
        .await
        .context("the index cannot be brought up to date")?;
    app.align_jobs()
        .await
        .context("the jobs cannot be made known")?;
    start_loops(&kit, &app);
    let endpoints = http::endpoints(app.settings.batch_bytes);
    let data = Data::new(app);
    let running = kit
        .serve(Http {
            endpoints,
            openapi: http::Api::openapi(),
            readiness: vec![],
            configure: move |config: &mut ServiceConfig| {
                config.app_data(data.clone());
            },
        })
        .await
        .context("observer cannot listen")?;
    Ok(running)
}

/// The segment log where this process has the database for itself, otherwise the table.
async fn way_in(
    kit: &Kit,
    store: &Store,
    snapshot: &Snapshot,
    capacity_bytes: usize,
) -> anyhow::Result<(Intake, Feed)> {
    let clock = kit.clock.clone();
    if store.is_shared() {
        let intake = Intake::into_table(&kit.tasks, store.clone(), clock, capacity_bytes);
        return Ok((intake, Feed::Table));
    }
    let folder = kit.settings.server.data_dir.join("observer/segments");
    let disk = segments::Folder::open(&folder)
        .with_context(|| format!("the segment log {} cannot be used", folder.display()))?;
    let (appender, reader) = segments::open(Arc::new(disk), snapshot.position)
        .with_context(|| format!("the segment log {} cannot be opened", folder.display()))?;
    let known = store
        .newest_event_ids(KNOWN_AT_START)
        .await
        .context("the newest operations cannot be read")?;
    let intake = Intake::into_log(&kit.tasks, appender, &known, clock, capacity_bytes);
    Ok((intake, Feed::Log(Box::new(reader))))
}

fn start_loops(kit: &Kit, app: &App) {
    let relay = Relay {
        db: kit.db.clone(),
        caller: kit.caller.clone(),
        clock: kit.clock.clone(),
        service: kit.service,
        receiver: Arc::new(Proposed),
    };
    kit.tasks.start(relay.clone().run(kit.tasks.stop()));
    kit.tasks.repeat("forget", FORGET_EVERY, move || {
        let relay = relay.clone();
        async move { relay.forget().await }
    });

    let indexing = app.clone();
    kit.tasks.repeat("index", INDEX_EVERY, move || {
        let app = indexing.clone();
        async move { app.index_new().await }
    });

    let cycle = Duration::from_secs(app.settings.cycle_seconds).div_f64(kit.clock.scale());
    let cycle = cycle.max(SHORTEST_CYCLE);
    for job in [Job::Corrections, Job::ErrorAnalyser, Job::PlaybookBuilder] {
        let app = app.clone();
        kit.tasks.repeat(job.name(), cycle * job.cycles(), move || {
            let app = app.clone();
            async move { app.run_now(job).await.map(drop) }
        });
    }
    let scheduled = app.clone();
    kit.tasks.repeat("schedule", LOOK_FOR_JOBS, move || {
        let app = scheduled.clone();
        async move { app.run_due_jobs().await }
    });
}
