//! A fresh place for services to run in.

use std::{collections::BTreeMap, fs, net::SocketAddr};

use secrecy::SecretString;
use service_kit::{
    Clock,
    auth::KeyText,
    caller::Caller,
    settings::{CommonSettings, Settings},
};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;
use types::{Service, key::Role};

use crate::Api;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file in the place's folder.
    Sqlite,
    /// A database of its own on the server that `ATTUNE_TEST_POSTGRES` names.
    Postgres,
}

impl Backend {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// A folder that vanishes, settings that point into it, and a clock that stands still.
#[derive(Debug)]
pub struct Place {
    /// The folder.
    pub folder: TempDir,
    /// A clock that the test moves; it stands at 2026-01-10T12:00:00Z.
    pub clock: Clock,
    /// The shared settings: port 0, one worker, data in the folder.
    pub common: CommonSettings,
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

impl Place {
    /// A place with SQLite.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::still("2026-01-10T12:00:00Z".parse().unwrap());
        let mut common = CommonSettings::default();
        common.server.listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        common.server.data_dir = folder.path().join("data");
        common.server.grace_seconds = 5;
        Self {
            folder,
            clock,
            common,
        }
    }

    /// A place with the given database.
    pub async fn on(backend: Backend) -> Self {
        let mut place = Self::new();
        if backend == Backend::Postgres {
            place.common.database.url = Some(fresh_database().await);
        }
        place
    }

    /// The place's settings with a section of a service's own.
    pub fn settings<S>(&self, own: S) -> Settings<S> {
        Settings {
            common: self.common.clone(),
            own,
        }
    }

    /// Tells the services of this place where one of them listens.
    pub fn introduce(&mut self, service: Service, address: SocketAddr) {
        let url = Some(format!("http://{address}").parse().unwrap());
        let peers = &mut self.common.peers;
        match service {
            Service::TuneGateway => peers.tune_gateway = url,
            Service::Observer => peers.observer = url,
            Service::ProposalService => peers.proposal_service = url,
            Service::PatchApply => peers.patch_apply = url,
        }
    }

    /// The text of the first key of a role, admin or service.
    pub fn key(&self, role: Role) -> String {
        service_kit::auth::first_keys(&self.common.server.data_dir)
            .map(|keys| match role {
                Role::Service => keys.service,
                _ => keys.admin,
            })
            .map(|key: KeyText| key.expose().to_owned())
            .unwrap()
    }

    /// Plain HTTP to a service under the owner's key.
    pub fn api(&self, address: SocketAddr) -> Api {
        Api::new(address, &self.key(Role::Admin))
    }

    /// Plain HTTP to a service as another service.
    pub fn api_as_service(&self, address: SocketAddr) -> Api {
        Api::new(address, &self.key(Role::Service))
    }

    /// Typed calls under the owner's key.
    pub fn caller(&self, peers: &[(Service, SocketAddr)]) -> Caller {
        let peers: BTreeMap<_, _> = peers
            .iter()
            .map(|(service, address)| (*service, format!("http://{address}").parse().unwrap()))
            .collect();
        let key = SecretString::from(self.key(Role::Admin));
        Caller::new(None, peers, key, Clock::system()).unwrap()
    }

    /// Every byte that the services wrote into their data folder.
    pub fn all_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    out.extend(fs::read(&path).unwrap_or_default());
                }
            }
        }
        out
    }
}

/// A new, empty database on the test server.
async fn fresh_database() -> SecretString {
    let server = service_kit::settings::variable("ATTUNE_TEST_POSTGRES")
        .unwrap()
        .expect("ATTUNE_TEST_POSTGRES must name a PostgreSQL server; `make test` starts one");
    let name = format!("attune_{}", Clock::system().random_id().simple());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    connection
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .unwrap();
    connection.close().await.unwrap();
    let mut url: url::Url = server.parse().unwrap();
    url.set_path(&name);
    SecretString::from(url.to_string())
}
