//! Starting the services together, and stopping them.

use std::{future::Future, pin::Pin};

use anyhow::Context;
use futures_util::future::join_all;
use observer::settings::ObserverSettings;
use patch_apply::PatchApplySettings;
use proposal_service::ProposalSettings;
use service_kit::{
    Clock, http,
    settings::{CommonSettings, Layers, PeerSettings, Settings, SettingsError},
};
use tune_gateway::settings::TuneGatewaySettings;
use types::Service;
use url::Url;

use super::{Endpoints, Folder, Ports};
use crate::failure::Failure;

/// The settings of all services.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServiceSettings {
    /// What they share.
    pub(crate) common: CommonSettings,
    /// `[tune_gateway]`
    pub(crate) tune_gateway: TuneGatewaySettings,
    /// `[observer]`
    pub(crate) observer: ObserverSettings,
    /// `[proposal_service]`
    pub(crate) proposal_service: ProposalSettings,
    /// `[patch_apply]`
    pub(crate) patch_apply: PatchApplySettings,
}

impl ServiceSettings {
    /// Takes each service's section from the layers.
    pub(crate) fn read(layers: &Layers) -> Result<Self, SettingsError> {
        Ok(Self {
            common: layers.common()?,
            tune_gateway: layers.section("tune_gateway")?,
            observer: layers.section("observer")?,
            proposal_service: layers.section("proposal_service")?,
            patch_apply: layers.section("patch_apply")?,
        })
    }
}

/// The services of this process, up.
pub(crate) struct Running {
    /// Where they listen.
    pub(crate) endpoints: Endpoints,
    /// In the order in which they stop.
    services: Vec<http::Running>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Running")
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

impl Running {
    /// Stops them in order: whoever begins something before whoever finishes it.
    pub(crate) async fn stop(self) {
        for service in &self.services {
            service.kit().tasks.stop().set();
        }
        for service in self.services {
            service.stop().await;
        }
    }
}

type Starting = Pin<Box<dyn Future<Output = anyhow::Result<http::Running>>>>;

/// Starts them side by side; all answer when this returns, and the folder says where.
pub(crate) async fn start(
    settings: ServiceSettings,
    folder: &Folder,
    ports: &Ports,
    clock: Clock,
) -> Result<Running, Failure> {
    ports.check_free()?;
    let endpoints = endpoints(ports)?;
    let mut common = settings.common;
    common.server.data_dir = folder.path().to_owned();
    common.peers = peers(&endpoints);
    let common = |service: Service| {
        let mut common = common.clone();
        common.server.listen = Some(ports.address(service));
        common
    };
    let starting: Vec<(Service, Starting)> = vec![
        (
            Service::Observer,
            Box::pin(observer::start(
                with(common(Service::Observer), settings.observer),
                clock.clone(),
            )),
        ),
        (
            Service::ProposalService,
            Box::pin(proposal_service::start(
                with(common(Service::ProposalService), settings.proposal_service),
                clock.clone(),
            )),
        ),
        (
            Service::PatchApply,
            Box::pin(patch_apply::start(
                with(common(Service::PatchApply), settings.patch_apply),
                clock.clone(),
            )),
        ),
        (
            Service::TuneGateway,
            Box::pin(tune_gateway::start(
                with(common(Service::TuneGateway), settings.tune_gateway),
                clock,
            )),
        ),
    ];
    let services = all_or_none(starting).await?;
    let running = Running {
        endpoints,
        services,
    };
    if let Err(error) = folder.write_endpoints(&running.endpoints) {
        running.stop().await;
        return Err(error.into());
    }
    Ok(running)
}

/// Waits for every start; when one fails, stops the others and says why.
async fn all_or_none(starting: Vec<(Service, Starting)>) -> anyhow::Result<Vec<http::Running>> {
    let starts = starting.into_iter().map(|(service, start)| async move {
        start
            .await
            .with_context(|| format!("{service} cannot start"))
    });
    let mut services = Vec::new();
    let mut fault = None;
    for started in join_all(starts).await {
        match started {
            Ok(service) => services.push(service),
            Err(error) => fault = fault.or(Some(error)),
        }
    }
    let Some(fault) = fault else {
        return Ok(services);
    };
    for service in services {
        service.stop().await;
    }
    Err(fault)
}

fn with<S>(common: CommonSettings, own: S) -> Settings<S> {
    Settings { common, own }
}

fn endpoints(ports: &Ports) -> Result<Endpoints, Failure> {
    let address = |service: Service| {
        let text = format!("http://{}", ports.address(service));
        let url = text.parse::<Url>();
        url.map(|url| (service, url))
            .map_err(|error| Failure::failed(format!("{text}: {error}")))
    };
    Service::ALL.into_iter().map(address).collect()
}

fn peers(endpoints: &Endpoints) -> PeerSettings {
    let address = |service| endpoints.get(&service).cloned();
    PeerSettings {
        tune_gateway: address(Service::TuneGateway),
        observer: address(Service::Observer),
        proposal_service: address(Service::ProposalService),
        patch_apply: address(Service::PatchApply),
    }
}
