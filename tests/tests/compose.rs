//! The loop through the published ports of an installation that was started elsewhere.
//!
//! `ATTUNE_ENDPOINTS` names a file with the addresses, `ATTUNE_KEY` holds an admin's key; the
//! installation is empty, runs on a fast clock and improves the repository of the demo.
#![cfg(feature = "compose")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should say so at once"
)]

use std::{collections::BTreeMap, fs, net::SocketAddr};

use service_kit::{Clock, settings::variable};
use stack_tests::{
    course::{self, Nobody},
    fleet::{Deployed, Fleet},
    site::Site,
    target::Worker,
};
use types::{Service, Timestamp, key::Role, proposal::ProposalStatus};

const WORKER: Worker = Worker {
    agent: "ResearchAgent",
    tool: "web_search",
};

#[tokio::test(flavor = "multi_thread")]
async fn the_loop_ends_right_through_the_published_ports() {
    let site = published().await;
    let mira = site.register(Role::Operator, "mira", None).await;
    let patches = site.patches();
    let first = patches.head(None).await.unwrap();
    let fleet = Fleet::start(&site, Deployed::Branch(patches.clone()), 3);
    fleet.begin(WORKER);

    let proposal = course::proposed_against(&site, WORKER).await;
    let kept = course::bring_to_an_end(&site, &mira, &proposal, &mut Nobody).await;
    assert_eq!(kept.status, ProposalStatus::Implemented, "{:#?}", kept.log);
    let after_good = patches.head(None).await.unwrap();
    assert_ne!(after_good.commit, first.commit);
    let root = patches.tree(after_good.commit.as_str(), "").await.unwrap();

    let harm = course::propose_harm(&site, &mira, WORKER).await;
    let gone = course::bring_to_an_end(&site, &mira, &harm, &mut Nobody).await;
    assert_eq!(gone.status, ProposalStatus::Reverted, "{:#?}", gone.log);
    let tip = patches.head(None).await.unwrap();
    let restored = patches.tree(tip.commit.as_str(), "").await.unwrap();
    assert_eq!(restored.entries, root.entries);
    site.assert_journals_hold().await;
}

async fn published() -> Site {
    let wanted = |name: &str| {
        variable(name)
            .unwrap()
            .unwrap_or_else(|| panic!("{name} is not set; `make test-compose` sets it"))
    };
    let text = fs::read_to_string(wanted("ATTUNE_ENDPOINTS")).unwrap();
    let named: BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
    let addresses: BTreeMap<Service, SocketAddr> = named
        .into_iter()
        .map(|(name, url)| {
            let address = url.trim_start_matches("http://").trim_end_matches('/');
            (name.parse().unwrap(), address.parse().unwrap())
        })
        .collect();
    let key = wanted("ATTUNE_KEY").trim().to_owned();
    let asking = Site::new(addresses.clone(), Clock::system(), key.clone());
    let clock = clock_of(&asking).await;
    Site::new(addresses, clock, key)
}

/// The clock that the services go by, from what their probe says of it.
async fn clock_of(site: &Site) -> Clock {
    let health = site.shared(Service::Observer).health().await.unwrap();
    let scale = health["clock"]["scale"]
        .as_f64()
        .expect("the installation runs on a trial clock");
    let shown: Timestamp = health["clock"]["now"].as_str().unwrap().parse().unwrap();
    let real = Clock::system().now().as_micros() as f64;
    let origin = (real * scale - shown.as_micros() as f64) / (scale - 1.0);
    Clock::scaled(scale, Timestamp::from_micros(origin as i64))
}
