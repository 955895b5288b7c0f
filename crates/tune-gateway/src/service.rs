//! Where the rooms meet.

use std::{path::Path, sync::Arc, time::Duration};

use actix_web::web::{Data, ServiceConfig};
use anyhow::Context;
use clients::Observer;
use service_kit::{
    Clock, Kit,
    db::{Durability, Schema},
    http::{Http, Running},
    settings::Settings,
    steps::Relay,
};
use sqlx::migrate::Migrator;
use types::Service;
use utoipa::OpenApi;

use crate::{
    app::{App, Told},
    domain::truth::RuleSet,
    http,
    settings::TuneGatewaySettings,
    store::Store,
};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
const SCHEMA: Schema = Schema {
    name: "tune_gateway",
    sqlite: &SQLITE,
    postgres: &POSTGRES,
};

/// How often the evidence is looked at, in real time. What is looked at goes by the clock's
/// minutes, so that looking more often changes nothing.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often old keys and messages are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);

/// Starts the tune gateway; it is ready when this returns.
///
/// # Errors
/// Says which setting, file, address or database stands in the way.
pub async fn start(
    settings: Settings<TuneGatewaySettings>,
    clock: Clock,
) -> anyhow::Result<Running> {
    let rules = settings.own.rules()?;
    let truth = settings
        .own
        .truth_rules
        .as_deref()
        .map_or(Ok(RuleSet::default()), load_rules)?;
    let kit = Kit::open(
        Service::TuneGateway,
        settings.common,
        clock,
        SCHEMA,
        Durability::Full,
    )
    .await?;
    let app = App {
        store: Store::new(kit.db.clone()),
        observer: Observer::new(kit.caller.clone()),
        clock: kit.clock.clone(),
        redactor: kit.redactor.clone(),
        rules: Arc::new(rules),
        on_degraded: settings.own.on_degraded,
        baseline: settings.own.baseline(),
        truth: Arc::new(truth),
    };
    start_loops(&kit, &app);
    let data = Data::new(app);
    let running = kit
        .serve(Http {
            endpoints: http::endpoints(),
            openapi: http::Api::openapi(),
            readiness: vec![],
            configure: move |config: &mut ServiceConfig| {
                config.app_data(data.clone());
            },
        })
        .await
        .context("tune-gateway cannot listen")?;
    Ok(running)
}

fn start_loops(kit: &Kit, app: &App) {
    let relay = Relay {
        db: kit.db.clone(),
        caller: kit.caller.clone(),
        clock: kit.clock.clone(),
        service: kit.service,
        receiver: Arc::new(Told),
    };
    kit.tasks.start(relay.clone().run(kit.tasks.stop()));
    let looking = app.clone();
    kit.tasks.repeat("monitoring", LOOK_EVERY, move || {
        let app = looking.clone();
        async move { app.tick().await }
    });
    kit.tasks.repeat("forget", FORGET_EVERY, move || {
        let relay = relay.clone();
        async move { relay.forget().await }
    });
}

fn load_rules(path: &Path) -> anyhow::Result<RuleSet> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!(
            "setting tune_gateway.truth_rules: {} cannot be read",
            path.display()
        )
    })?;
    let value = serde_json::from_str(&text)
        .with_context(|| format!("the truth rules in {} are not JSON", path.display()))?;
    RuleSet::load(&value).with_context(|| format!("the truth rules in {}", path.display()))
}
