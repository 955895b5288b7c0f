//! An installation as its users reach it: four addresses, a clock, keys.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use clients::{Observer, PatchApply, ProposalService, Shared, TuneGateway};
use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;
use service_kit::{Clock, auth::KeyText, caller::Caller};
use testkit::{Answer, Api};
use types::{
    Service, Timestamp,
    key::{NewKey, Role},
};

use crate::wait::until;

/// How long a service that is being restarted may leave a caller waiting.
const PATIENCE: Duration = Duration::from_secs(60);

/// Four services and the key of their owner.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where the services listen.
    pub addresses: BTreeMap<Service, SocketAddr>,
    /// The clock that they go by.
    pub clock: Clock,
    key: String,
}

/// Somebody with a key of their own.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The name that decisions record.
    pub name: String,
    /// The text of the key.
    pub key: String,
    /// The part of the key that names it.
    pub id: String,
}

impl Site {
    /// The services at these addresses, under the owner's key.
    pub fn new(addresses: BTreeMap<Service, SocketAddr>, clock: Clock, key: String) -> Self {
        Self {
            addresses,
            clock,
            key,
        }
    }

    /// Typed calls under the owner's key.
    pub fn caller(&self) -> Caller {
        let peers = self
            .addresses
            .iter()
            .map(|(service, address)| (*service, format!("http://{address}").parse().unwrap()))
            .collect();
        let key = SecretString::from(self.key.clone());
        Caller::new(None, peers, key, Clock::system()).unwrap()
    }

    /// The observer.
    pub fn observer(&self) -> Observer {
        Observer::new(self.caller())
    }

    /// The proposal service.
    pub fn proposals(&self) -> ProposalService {
        ProposalService::new(self.caller())
    }

    /// patch-apply.
    pub fn patches(&self) -> PatchApply {
        PatchApply::new(self.caller())
    }

    /// The tune gateway.
    pub fn gateway(&self) -> TuneGateway {
        TuneGateway::new(self.caller())
    }

    /// What all services answer to.
    pub fn shared(&self, service: Service) -> Shared {
        Shared::new(self.caller(), service)
    }

    /// Plain HTTP under the owner's key.
    pub fn api(&self, service: Service) -> Api {
        Api::new(self.addresses[&service], &self.key)
    }

    /// Plain HTTP under somebody's key.
    pub fn api_of(&self, service: Service, holder: &Holder) -> Api {
        Api::new(self.addresses[&service], &holder.key)
    }

    /// Makes a key and registers it with all four services.
    pub async fn register(&self, role: Role, name: &str, expires_at: Option<Timestamp>) -> Holder {
        let key = KeyText::generate(role).unwrap();
        let new = NewKey {
            id: key.id.clone(),
            hash: key.hash(),
            role,
            person: name.to_owned(),
            expires_at,
        };
        for service in Service::ALL {
            self.shared(service).create_key(&new).await.unwrap();
        }
        Holder {
            name: name.to_owned(),
            key: key.expose().to_owned(),
            id: key.id,
        }
    }

    /// Posts under one idempotency key until there is an answer that stands: as a client does that
    /// meets a restart.
    pub async fn post_for_sure(
        &self,
        service: Service,
        holder: &Holder,
        path: &str,
        body: &impl Serialize,
    ) -> Answer {
        let api = self.api_of(service, holder);
        let key = self.clock.random_id().to_string();
        until(path, PATIENCE, || async {
            let request = api.request(Method::POST, path);
            let sent = request.header("idempotency-key", &key).json(body).send();
            let reply = sent.await.ok()?;
            let answer = Answer {
                status: reply.status().as_u16(),
                headers: Vec::new(),
                body: reply.bytes().await.ok()?.to_vec(),
            };
            let unsettled = answer.status == 503
                || (answer.status == 409 && answer.text().contains("IDEMPOTENCY_KEY_IN_FLIGHT"));
            (!unsettled).then_some(answer)
        })
        .await
    }

    /// Checks the journal's chain of every service.
    pub async fn assert_journals_hold(&self) {
        for service in Service::ALL {
            let check = self.shared(service).verify_journal().await.unwrap();
            assert!(check.intact, "{service}: {:?}", check.fault);
            assert!(0 < check.entries, "{service} has recorded nothing");
        }
    }
}
