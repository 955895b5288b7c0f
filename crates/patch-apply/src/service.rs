//! Where the rooms meet.

use std::{sync::Arc, time::Duration};

use actix_web::web::{Data, ServiceConfig};
use anyhow::Context;
use clients::TuneGateway;
use service_kit::{
    Act, Clock, Kit,
    db::Durability,
    http::{Http, Running},
    settings::Settings,
    steps::Relay,
};
use types::Service;
use utoipa::OpenApi;

use crate::{
    app::{App, Replies, public_url},
    git::Repository,
    http,
    settings::PatchApplySettings,
    store::{SCHEMA, Store},
};

/// How often runs are looked at, in real time.
const DRIVE_EVERY: Duration = Duration::from_millis(250);
/// How often old keys and messages are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);

/// Starts patch-apply; it is ready when this returns. A target that does not answer is no reason
/// not to start: what needs it waits and says so.
///
/// # Errors
/// Says which setting, file, address or database stands in the way.
pub async fn start(
    settings: Settings<PatchApplySettings>,
    clock: Clock,
) -> anyhow::Result<Running> {
    let policy = settings.own.checked_policy()?;
    let own = settings.own;
    let kit = Kit::open(
        Service::PatchApply,
        settings.common,
        clock,
        SCHEMA,
        Durability::Full,
    )
    .await?;
    let repository = open_repository(&kit).await?;
    let app = App {
        store: Store::new(kit.db.clone()),
        repository,
        target: kit.settings.target.clone(),
        policy: Arc::new(policy.with_redactor(kit.redactor.inner().clone())),
        public_url: public_url(&own, &kit.caller),
        settings: Arc::new(own),
        data_dir: kit.settings.server.data_dir.clone().into(),
        gateway: TuneGateway::new(kit.caller.clone()),
        redactor: kit.redactor.clone(),
        clock: kit.clock.clone(),
    };
    app.store
        .release_all(&Act::of_service(kit.service, &kit.clock))
        .await?;
    start_loops(&kit, &app);
    let data = Data::new(app);
    kit.serve(Http {
        endpoints: http::endpoints(),
        openapi: http::Api::openapi(),
        readiness: vec![],
        configure: move |config: &mut ServiceConfig| {
            config.app_data(data.clone());
        },
    })
    .await
    .context("patch-apply cannot listen")
}

async fn open_repository(kit: &Kit) -> anyhow::Result<Option<Repository>> {
    let target = &kit.settings.target;
    if target.repository.is_none() {
        tracing::info!("no target repository is set: nothing can be proposed or applied");
        return Ok(None);
    }
    let folder = kit.settings.server.data_dir.join("patch-apply");
    let repository = Repository::open(&folder, target)
        .await
        .context("the mirror of the target repository cannot be opened")?;
    if let Err(error) = repository.refresh(&target.branch).await {
        tracing::warn!(error = %error, "the target repository is tried again later: {error}");
    }
    Ok(Some(repository))
}

fn start_loops(kit: &Kit, app: &App) {
    let relay = Relay {
        db: kit.db.clone(),
        caller: kit.caller.clone(),
        clock: kit.clock.clone(),
        service: kit.service,
        receiver: Arc::new(Replies),
    };
    kit.tasks.start(relay.clone().run(kit.tasks.stop()));
    if app.repository.is_some() {
        let driver = app.clone();
        kit.tasks.repeat("runs", DRIVE_EVERY, move || {
            let app = driver.clone();
            async move { app.drive_all().await }
        });
    }
    kit.tasks.repeat("forget", FORGET_EVERY, move || {
        let relay = relay.clone();
        async move { relay.forget().await }
    });
}
