//! How fast the observer takes operations in, durable, with redaction and key check: the figures of
//! `make bench`. The observer runs on one processor, the clients on the other. In the same run: what
//! HTTP alone costs here and now, Redis with a sync before each answer, and the observer on
//! PostgreSQL, whose own time on the processors is not counted.
//!
//! usage: ingest_bench [SECONDS [ROUNDS [PART OF A NAME]]]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on should say so at once"
)]

mod floor;
mod redis;

use std::{fmt::Write as _, net::SocketAddr, sync::Arc, time::Duration};

use prost::Message;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use stack_tests::{
    load::{self, Outcome, Request},
    lone::Lone,
};
use testkit::{Backend, Place, otlp::calls};
use types::Service;

use floor::Floor;
use redis::Redis;

/// The rate limit per key and the log must not be what is measured.
const SETTINGS: &str = "[limits]\nrequests_per_second = 4000000\n\n[log]\nlevel = \"warn\"\n";
/// How many events are in a batch.
const BATCH: usize = 100;

/// What the observer that this one descends from does on a quiet machine of two processors,
/// without ever syncing: requests a second, and microseconds of processor time each.
const FORERUNNER: (f64, f64) = (26_500.0, 38.0);

struct Measured {
    rate: f64,
    cpu_micros: f64,
}

/// What is to be measured.
struct Plan {
    span: Duration,
    rounds: usize,
    /// Only what has this in its name.
    part: String,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |number: usize| arguments.get(number).map(String::as_str);
    if argument(0) == Some(floor::ARGUMENT) {
        return floor::serve(argument(1).unwrap());
    }
    let plan = Plan {
        span: Duration::from_secs_f64(argument(0).unwrap_or("5").parse().unwrap()),
        rounds: argument(1).unwrap_or("3").parse().unwrap(),
        part: argument(2).unwrap_or("").to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(plan.measure());
}

impl Plan {
    async fn measure(&self) {
        let (rate, cpu) = FORERUNNER;
        println!("forerunner, POST /event, never synced    {rate:>9.0}/s  {cpu:>6.1} us (stated)");
        let span = self.span;
        for connections in [32, 256] {
            let name = format!("HTTP alone, {connections} connections");
            self.report(&name, 1, || bare(connections, span)).await;
        }
        for connections in [32, 256] {
            let name = format!("Redis, XADD, {connections} connections");
            self.report(&name, 1, || in_redis(connections, span)).await;
        }
        for connections in [1, 32, 256] {
            let name = format!("POST /event, {connections} connections");
            self.report(&name, 1, || async {
                let observer = start(SETTINGS).await;
                steady(&observer, connections, span, single(&observer.key)).await
            })
            .await;
        }
        self.report("POST /events, 100 a batch", BATCH, || async {
            let observer = start(SETTINGS).await;
            steady(&observer, 8, span, vec![batch(&observer.key)]).await
        })
        .await;
        self.report("the same, until all is indexed", BATCH, || async {
            let observer = start(SETTINGS).await;
            let request = batch(&observer.key);
            indexed(&observer, span, |_, _| Arc::clone(&request)).await
        })
        .await;
        self.report("OTLP, 100 spans a request, all indexed", BATCH, || async {
            let observer = start(SETTINGS).await;
            indexed(&observer, span, |connection, turn| {
                let first = (connection as u64 * 1_000_000 + turn) * BATCH as u64;
                Arc::new(Request::post(
                    "/v1/traces",
                    &observer.key,
                    "application/x-protobuf",
                    &calls(first, BATCH as u64).encode_to_vec(),
                ))
            })
            .await
        })
        .await;
        for connections in [32, 256] {
            let name = format!("PostgreSQL: POST /event, {connections}");
            self.report(&name, 1, || async {
                let place = Place::on(Backend::Postgres).await;
                let observer = start(&on_postgres(&place)).await;
                steady(&observer, connections, span, single(&observer.key)).await
            })
            .await;
        }
        self.report("PostgreSQL: POST /events, 100 a batch", BATCH, || async {
            let place = Place::on(Backend::Postgres).await;
            let observer = start(&on_postgres(&place)).await;
            steady(&observer, 8, span, vec![batch(&observer.key)]).await
        })
        .await;
        self.report("GET /stats, 8 connections", 1, || async {
            let observer = start(SETTINGS).await;
            let request = Request::get("/stats", &observer.key);
            steady(&observer, 8, span, vec![Arc::new(request)]).await
        })
        .await;
        if "memory".contains(&self.part) {
            memory().await;
        }
    }

    /// Prints medians over some rounds; `per_request` is how many events a request carries.
    async fn report<F>(&self, name: &str, per_request: usize, run: impl Fn() -> F)
    where
        F: Future<Output = Measured>,
    {
        if !name.contains(&self.part) {
            return;
        }
        let (mut rates, mut cpus) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            let one = run().await;
            rates.push(one.rate * per_request as f64);
            cpus.push(one.cpu_micros / per_request as f64);
        }
        let (rate, cpu) = (median(rates), median(cpus));
        println!(
            "{name:<40} {rate:>9.0}/s  {cpu:>6.1} us   {:>5.2} times the forerunner's rate, {:.2} of its time",
            rate / FORERUNNER.0,
            cpu / FORERUNNER.1
        );
    }
}

/// The clients have the other processor; the script that starts this sees to that.
async fn start(settings: &str) -> Lone {
    Lone::start_on(Service::Observer, settings, Some(0)).await
}

/// An event of 439 bytes, as scenario clients send it.
fn event(number: usize) -> Value {
    json!({
        "timestamp": "2026-01-10T14:32:00.123Z", "source": "scenario", "success": !number.is_multiple_of(10),
        "staffer_id": "staffer-0042", "sig_hash": "9f86d081884c7d659a2feaa0c55ad015", "event_kind": "fill",
        "role": "welder", "city": "Toledo", "state": "OH", "count": 2, "duration_ms": 1234,
        "rescue_attempted": false, "rescue_succeeded": false,
        "input_summary": "fill welder×2 in Toledo, OH for the morning shift at the north plant",
        "output_summary": "filled with two welders from the pool", "task_class": "fill_shift",
    })
}

/// Requests of one event each, one in ten of a failure.
fn single(key: &str) -> Vec<Arc<Request>> {
    let request = |number| {
        let body = event(number).to_string();
        Arc::new(Request::post(
            "/event",
            key,
            "application/json",
            body.as_bytes(),
        ))
    };
    (0..10).map(request).collect()
}

/// One of the requests after the other, over each connection.
async fn load(
    address: SocketAddr,
    connections: usize,
    span: Duration,
    requests: Vec<Arc<Request>>,
) -> Outcome {
    let make = move |connection, turn| {
        let at = (connection + turn as usize) % requests.len();
        Arc::clone(&requests[at])
    };
    load::run(address, connections, span, make).await
}

async fn steady(
    observer: &Lone,
    connections: usize,
    span: Duration,
    requests: Vec<Arc<Request>>,
) -> Measured {
    load(observer.address, connections, span / 5, requests.clone()).await;
    let before = observer.cpu_seconds();
    let outcome = load(observer.address, connections, span, requests).await;
    measured(&outcome, observer.cpu_seconds() - before)
}

async fn in_redis(connections: usize, span: Duration) -> Measured {
    let server = Redis::start_on(0).await;
    let before = server.cpu_seconds();
    let outcome = server.load(connections, span, &event(1).to_string()).await;
    measured(&outcome, server.cpu_seconds() - before)
}

fn on_postgres(place: &Place) -> String {
    let url = place.common.database.url.as_ref().unwrap();
    format!(
        "{SETTINGS}\n[database]\nurl = \"{}\"\n",
        url.expose_secret()
    )
}

async fn bare(connections: usize, span: Duration) -> Measured {
    let server = Floor::start_on(0).await;
    let before = server.cpu_seconds();
    let outcome = load(server.address, connections, span, single("none")).await;
    measured(&outcome, server.cpu_seconds() - before)
}

fn measured(outcome: &Outcome, cpu_seconds: f64) -> Measured {
    assert_eq!(outcome.refused, 0, "nothing may be refused here");
    Measured {
        rate: outcome.rate(),
        cpu_micros: 1e6 * cpu_seconds / outcome.answered as f64,
    }
}

/// A batch of events as NDJSON.
fn batch(key: &str) -> Arc<Request> {
    let mut body = String::new();
    for number in 0..BATCH {
        writeln!(body, "{}", event(number)).unwrap();
    }
    let body = body.as_bytes();
    Arc::new(Request::post("/events", key, "application/x-ndjson", body))
}

/// Batches as fast as they are taken, and then the time until the last one is counted.
async fn indexed(
    observer: &Lone,
    span: Duration,
    make: impl Fn(usize, u64) -> Arc<Request>,
) -> Measured {
    let before = observer.cpu_seconds();
    let began = std::time::Instant::now();
    let mut outcome = load::run(observer.address, 8, span, make).await;
    let expected = outcome.answered * BATCH as u64;
    loop {
        let stats = observer.api().get("/stats").await.json(200);
        if stats["total"].as_u64() == Some(expected) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    outcome.elapsed = began.elapsed();
    measured(&outcome, observer.cpu_seconds() - before)
}

/// How much memory 300 events of a megabyte at once take.
async fn memory() {
    let observer = start(SETTINGS).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (idle, _) = observer.memory_mib();
    let mut big = event(0);
    big["output_summary"] = "the quick brown fox jumps over the lazy dog "
        .repeat(23_000)
        .into();
    let body = big.to_string();
    assert!(body.len() < 1024 * 1024, "within the limit of a body");
    let request = Arc::new(Request::post(
        "/event",
        &observer.key,
        "application/json",
        body.as_bytes(),
    ));
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..300 {
        let (address, request) = (observer.address, Arc::clone(&request));
        clients.spawn(async move {
            load::Connection::open(address)
                .await
                .unwrap()
                .ask(&request)
                .await
                .unwrap()
        });
    }
    let answers = clients.join_all().await;
    let taken = answers.iter().filter(|status| **status == 200).count();
    let (after, most) = observer.memory_mib();
    println!(
        "memory: {idle:.0} MiB idle, {most:.0} MiB at most under 300 events of 1 MB at once \
         ({taken} taken, the others told to come again), {after:.0} MiB after"
    );
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
