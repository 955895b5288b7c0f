//! Where the rooms meet.

use std::{sync::Arc, time::Duration};

use actix_web::web::Data;
use clients::PatchApply;
use service_kit::{
    Clock, Kit,
    db::Durability,
    http::{Http, Running},
    settings::Settings,
    steps::Relay,
};
use types::Service;
use utoipa::OpenApi;

use crate::{app::App, http, jobs, settings::ProposalSettings, store::SCHEMA};

/// How often keys and messages that are too old are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);

/// Starts the service.
///
/// # Errors
/// Says which file, address or setting stands in the way.
pub async fn start(settings: Settings<ProposalSettings>, clock: Clock) -> anyhow::Result<Running> {
    let service = Service::ProposalService;
    let proposals_branch = settings.common.target.proposals_branch.clone();
    let kit = Kit::open(service, settings.common, clock, SCHEMA, Durability::Full).await?;
    let app = Arc::new(App {
        db: kit.db.clone(),
        clock: kit.clock.clone(),
        redactor: kit.redactor.clone(),
        patch_apply: PatchApply::new(kit.caller.clone()),
        settings: settings.own,
        proposals_branch,
    });
    let relay = Relay {
        db: kit.db.clone(),
        caller: kit.caller.clone(),
        clock: kit.clock.clone(),
        service,
        receiver: Arc::clone(&app) as _,
    };
    let forgetful = relay.clone();
    kit.tasks.repeat("forget", FORGET_EVERY, move || {
        let relay = forgetful.clone();
        async move { relay.forget().await }
    });
    kit.tasks.start(relay.run(kit.tasks.stop()));
    jobs::start(&kit.tasks, &app);
    let app = Data::from(app);
    let http = Http {
        endpoints: http::endpoints(),
        openapi: http::Api::openapi(),
        readiness: Vec::new(),
        configure: move |config: &mut actix_web::web::ServiceConfig| {
            config.app_data(app.clone());
        },
    };
    Ok(kit.serve(http).await?)
}
