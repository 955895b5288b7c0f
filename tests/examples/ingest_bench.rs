//! How fast the observer takes operations in, durable, with redaction and key check: the figures of
//! `make bench`. The observer runs on one processor, the clients on the other.
//!
//! usage: ingest_bench [SECONDS [ROUNDS]]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on should say so at once"
)]

use std::{fmt::Write as _, sync::Arc, time::Duration};

use serde_json::{Value, json};
use stack_tests::{
    load::{self, Outcome, Request},
    lone::Lone,
};
use types::Service;

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

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().map_or(5.0, |text| text.parse().unwrap());
    let rounds: usize = arguments.next().map_or(3, |text| text.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure(Duration::from_secs_f64(seconds), rounds));
}

async fn measure(span: Duration, rounds: usize) {
    let (rate, cpu) = FORERUNNER;
    println!("forerunner, POST /event, never synced    {rate:>9.0}/s  {cpu:>6.1} us (stated)");
    for connections in [1, 32, 256] {
        let name = format!("POST /event, {connections} connections");
        report(&name, 1, rounds, || async {
            let observer = start(SETTINGS).await;
            let body = event(0).to_string();
            let request =
                Request::post("/event", &observer.key, "application/json", body.as_bytes());
            steady(&observer, connections, span, request).await
        })
        .await;
    }
    report(
        "POST /events, NDJSON, 100 a batch",
        BATCH,
        rounds,
        || async {
            let observer = start(SETTINGS).await;
            let mut body = String::new();
            for number in 0..BATCH {
                writeln!(body, "{}", event(number)).unwrap();
            }
            let request = Request::post(
                "/events",
                &observer.key,
                "application/x-ndjson",
                body.as_bytes(),
            );
            steady(&observer, 8, span, request).await
        },
    )
    .await;
    report("the same, until all is indexed", BATCH, rounds, || async {
        let observer = start(SETTINGS).await;
        indexed(&observer, span).await
    })
    .await;
    report("GET /stats, 8 connections", 1, rounds, || async {
        let observer = start(SETTINGS).await;
        let request = Request::get("/stats", &observer.key);
        steady(&observer, 8, span, request).await
    })
    .await;
    memory().await;
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

async fn steady(observer: &Lone, connections: usize, span: Duration, request: Request) -> Measured {
    let request = Arc::new(request);
    let warm = Arc::clone(&request);
    load::run(observer.address, connections, span / 5, move |_, _| {
        Arc::clone(&warm)
    })
    .await;
    let before = observer.cpu_seconds();
    let outcome = load::run(observer.address, connections, span, move |_, _| {
        Arc::clone(&request)
    })
    .await;
    measured(&outcome, observer.cpu_seconds() - before)
}

fn measured(outcome: &Outcome, cpu_seconds: f64) -> Measured {
    assert_eq!(outcome.refused, 0, "nothing may be refused here");
    Measured {
        rate: outcome.rate(),
        cpu_micros: 1e6 * cpu_seconds / outcome.answered as f64,
    }
}

/// Batches as fast as they are taken, and then the time until the last one is counted.
async fn indexed(observer: &Lone, span: Duration) -> Measured {
    let mut body = String::new();
    for number in 0..BATCH {
        writeln!(body, "{}", event(number)).unwrap();
    }
    let request = Arc::new(Request::post(
        "/events",
        &observer.key,
        "application/x-ndjson",
        body.as_bytes(),
    ));
    let before = observer.cpu_seconds();
    let began = std::time::Instant::now();
    let mut outcome = load::run(observer.address, 8, span, move |_, _| Arc::clone(&request)).await;
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

/// Prints medians over some rounds; `per_request` is how many events a request carries.
async fn report<F>(name: &str, per_request: usize, rounds: usize, run: impl Fn() -> F)
where
    F: Future<Output = Measured>,
{
    let (mut rates, mut cpus) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
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

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
