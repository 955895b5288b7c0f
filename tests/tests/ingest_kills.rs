//! `kill -9` of the observer under load: what was acknowledged is there, once.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should say so at once"
)]

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use rand::{RngExt as _, SeedableRng, rngs::StdRng};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use stack_tests::{
    load::{Connection, Request},
    lone::Lone,
};
use testkit::{Backend, Place};
use tokio::task::JoinSet;
use types::Service;

/// How often the observer is killed on each database.
const KILLS: usize = if cfg!(feature = "soak") { 100 } else { 5 };
/// How many clients send at once; every second one sends batches.
const CLIENTS: usize = 16;
const BATCH: u64 = 10;

/// What clients know of the events that they sent.
#[derive(Debug, Default)]
struct Sent {
    acknowledged: BTreeSet<String>,
    /// Sent when the power went: they may be there or not, and are sent again.
    in_doubt: Vec<Vec<String>>,
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_counted_twice_on_sqlite() {
    survive(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_counted_twice_on_postgresql() {
    survive(Backend::Postgres).await;
}

async fn survive(backend: Backend) {
    let place = Place::on(backend).await;
    let mut settings = "[limits]\nrequests_per_second = 4000000\n".to_owned();
    if let Some(url) = &place.common.database.url {
        settings += &format!("\n[database]\nurl = \"{}\"\n", url.expose_secret());
    }
    let mut observer = Lone::start(Service::Observer, &settings).await;
    let sent = Arc::new(Mutex::new(Sent::default()));
    let mut chance = StdRng::seed_from_u64(9);
    for kill in 0..KILLS {
        let clients = start_clients(&observer, kill, &sent);
        tokio::time::sleep(Duration::from_millis(chance.random_range(20..600))).await;
        observer.kill();
        clients.join_all().await;
        observer.restart().await;
        send_again(&observer, &sent).await;
    }
    let sent = std::mem::take(&mut *sent.lock().unwrap());
    println!(
        "{KILLS} kills, {} events acknowledged",
        sent.acknowledged.len()
    );
    assert!(KILLS < sent.acknowledged.len(), "there was a load");
    assert_there_once(&observer, &sent.acknowledged).await;
}

fn start_clients(observer: &Lone, kill: usize, sent: &Arc<Mutex<Sent>>) -> JoinSet<()> {
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (address, key) = (observer.address, observer.key.clone());
        let sent = Arc::clone(sent);
        clients.spawn(async move {
            let mut connection = Connection::open(address).await.unwrap();
            for turn in 0_u64.. {
                let count = if client % 2 == 0 { 1 } else { BATCH };
                let ids: Vec<String> = (0..count)
                    .map(|number| format!("{kill}-{client}-{turn}-{number}"))
                    .collect();
                match connection.ask(&request(&key, &ids)).await {
                    Ok(200) => sent.lock().unwrap().acknowledged.extend(ids),
                    Ok(status) => panic!("{status}"),
                    Err(_) => return sent.lock().unwrap().in_doubt.push(ids),
                }
            }
        });
    }
    clients
}

fn request(key: &str, ids: &[String]) -> Request {
    match ids {
        [one] => Request::post(
            "/event",
            key,
            "application/json",
            event(one).to_string().as_bytes(),
        ),
        many => {
            let lines: Vec<String> = many.iter().map(|id| event(id).to_string()).collect();
            Request::post(
                "/events",
                key,
                "application/x-ndjson",
                lines.join("\n").as_bytes(),
            )
        }
    }
}

fn event(id: &str) -> Value {
    json!({"event_id": id, "event_type": "tool_call", "agent": "worker", "tool": "search",
        "success": false, "error_message": "request timed out", "session_id": id})
}

async fn send_again(observer: &Lone, sent: &Arc<Mutex<Sent>>) {
    let in_doubt = std::mem::take(&mut sent.lock().unwrap().in_doubt);
    let mut connection = Connection::open(observer.address).await.unwrap();
    for ids in in_doubt {
        let status = connection.ask(&request(&observer.key, &ids)).await.unwrap();
        assert_eq!(status, 200);
        sent.lock().unwrap().acknowledged.extend(ids);
    }
}

/// Every id is listed once, and every one was counted once.
async fn assert_there_once(observer: &Lone, expected: &BTreeSet<String>) {
    let api = observer.api();
    let mut listed = Vec::new();
    let mut path = "/ops?limit=1000".to_owned();
    loop {
        let page = api.get(&path).await.json(200);
        let ids = page["data"].as_array().unwrap().iter();
        listed.extend(ids.map(|it| it["event_id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/ops?limit=1000&cursor={cursor}"),
            None => break,
        }
    }
    let distinct: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(distinct.len(), listed.len(), "some are listed twice");
    assert_eq!(&distinct, expected);
    let stats = api.get("/stats").await.json(200);
    assert_eq!(stats["total"], json!(expected.len()));
    let findings = api.get("/findings?at_least=1").await.json(200);
    assert_eq!(findings["data"][0]["count"], json!(expected.len()));
}
