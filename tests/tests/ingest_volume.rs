//! Very many operations in one go: memory stays flat, and what is asked is answered soon.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so at once"
)]

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use stack_tests::{
    load::{Connection, Request},
    lone::Lone,
    wait::until,
};
use tokio::task::JoinSet;
use types::Service;

/// How many operations come in.
const OPERATIONS: u64 = if cfg!(feature = "soak") {
    10_000_000
} else {
    40_000
};
const BATCH: u64 = 500;
const CLIENTS: usize = 4;
/// One in so many is of an agent, a session and a tool that are rare.
const RARE_EVERY: u64 = OPERATIONS / 20;
/// How much more memory the last three quarters may take than the first one did, in MiB.
const GROWTH_MIB: f64 = 48.0;

static NEXT: AtomicU64 = AtomicU64::new(0);

#[tokio::test(flavor = "multi_thread")]
async fn memory_stays_flat_and_pages_come_soon() {
    let limits = "[limits]\nrequests_per_second = 4000000\n\n[log]\nlevel = \"warn\"\n";
    let observer = Lone::start(Service::Observer, limits).await;
    let began = Instant::now();
    send_until(&observer, OPERATIONS / 4).await;
    let (_, first_mib) = observer.memory_mib();
    send_until(&observer, OPERATIONS).await;
    let taken = began.elapsed();
    until("all are counted", Duration::from_secs(3_600), || async {
        let stats = observer.api().get("/stats").await.json(200);
        (stats["total"] == json!(OPERATIONS)).then_some(())
    })
    .await;
    let (_, most_mib) = observer.memory_mib();
    println!(
        "{OPERATIONS} operations acknowledged after {taken:.1?}, indexed after {:.1?}; at most \
         {first_mib:.0} MiB in the first quarter, {most_mib:.0} MiB in all",
        began.elapsed()
    );
    assert!(
        most_mib <= first_mib + GROWTH_MIB,
        "memory grew from {first_mib:.0} to {most_mib:.0} MiB"
    );
    ask(&observer).await;
}

/// Sends batches until so many operations were sent.
async fn send_until(observer: &Lone, count: u64) {
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(send(observer.address, observer.key.clone(), count));
    }
    clients.join_all().await;
}

async fn send(address: std::net::SocketAddr, key: String, count: u64) {
    let mut connection = Connection::open(address).await.unwrap();
    loop {
        let first = NEXT.fetch_add(BATCH, Ordering::Relaxed);
        if count <= first {
            NEXT.fetch_sub(BATCH, Ordering::Relaxed);
            return;
        }
        let mut body = String::new();
        for number in first..first + BATCH {
            writeln!(body, "{}", operation(number)).unwrap();
        }
        let kind = "application/x-ndjson";
        let request = Request::post("/events", &key, kind, body.as_bytes());
        while connection.ask(&request).await.unwrap() == 503 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn operation(number: u64) -> Value {
    let is_rare = number.is_multiple_of(RARE_EVERY);
    let named = |common: &str| match is_rare {
        true => format!("rare-{common}"),
        false => format!("{common}-{}", number % 7),
    };
    json!({
        "event_id": format!("e-{number}"), "event_type": "tool_call", "source": "mcp",
        "timestamp": "2026-01-10T14:32:00.123Z", "agent": named("agent"), "tool": named("tool"),
        "session_id": match is_rare {
            true => "rare-session".to_owned(),
            false => format!("session-{}", number / 20),
        },
        "success": !number.is_multiple_of(10), "latency_ms": number % 1_000,
        "error_message": number.is_multiple_of(10).then_some("Request timed out after 30 s"),
        "input_summary": "looked for the opening hours of a shop in the centre of the town",
    })
}

/// Asks for pages by every filter, and says how long each took.
async fn ask(observer: &Lone) {
    let rare = OPERATIONS / RARE_EVERY;
    for (query, expected) in [
        ("", 100),
        ("?agent=agent-3", 100),
        ("?agent=rare-agent", rare),
        ("?tool=rare-tool", rare),
        ("?session_id=rare-session", rare),
        ("?session_id=session-5", 20),
        ("?event_id=e-77", 1),
        ("?success=false", 100),
        ("?agent=agent-3&tool=tool-3", 100),
        // No operation fits both: a page says so, or how far it has looked.
        ("?agent=agent-3&tool=tool-4", 0),
        ("?source=nobody", 0),
    ] {
        let (page, took) = timed(observer, &format!("/ops{query}")).await;
        let found = page["data"].as_array().unwrap().len() as u64;
        println!("{took:>9.1?}  /ops{query}");
        assert_eq!(found, expected, "/ops{query}");
    }
    let (_, took) = timed(observer, "/stats").await;
    println!("{took:>9.1?}  /stats");
}

/// What was answered, and the median of how long that took.
async fn timed(observer: &Lone, path: &str) -> (Value, Duration) {
    let api = observer.api();
    let mut times = Vec::new();
    let mut last = Value::Null;
    for _ in 0..5 {
        let began = Instant::now();
        last = api.get(path).await.json(200);
        times.push(began.elapsed());
    }
    times.sort_unstable();
    (last, times[2])
}
