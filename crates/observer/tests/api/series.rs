//! Sessions by minute.

use serde_json::{Value, json};
use testkit::Backend;

use crate::helpers::{Observer, call};

fn end(id: &str, session: &str, at: &str) -> Value {
    json!({ "event_id": id, "timestamp": at, "event_type": "session_end", "agent": "writer",
        "session_id": session })
}

fn row<'a>(series: &'a Value, metric: &str) -> Vec<&'a Value> {
    series["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["metric"] == metric)
        .collect()
}

#[tokio::test]
async fn sessions_are_counted_once_at_their_end_before_or_after() {
    for backend in Backend::ALL {
        let observer = Observer::start_on(backend).await;
        let mut failed = call("a2", "a", "2026-01-10T10:00:30Z", None);
        failed["event_type"] = json!("task_failure");
        failed["success"] = json!(false);
        observer
            .send(&[
                call("a1", "a", "2026-01-10T10:00:10Z", None),
                failed,
                end("a3", "a", "2026-01-10T10:01:00Z"),
                call("b1", "b", "2026-01-10T10:00:50Z", None),
                end("b2", "b", "2026-01-10T10:01:30Z"),
                call("c1", "c", "2026-01-10T10:02:10Z", None),
                end("c2", "c", "2026-01-10T10:03:30Z"),
            ])
            .await
            .json(200);
        observer.until("/stats", |stats| stats["total"] == 7).await;

        let all = "/series?agents=writer&from=2026-01-10T10:00:00Z&to=2026-01-10T11:00:00Z";
        let series: Value = observer.api.get(all).await.json(200);
        let failures = row(&series, "failure");
        assert_eq!(failures.len(), 2);
        assert_eq!(
            (&failures[0]["n"], &failures[0]["x"]),
            (&json!(2), &json!(1))
        );
        assert_eq!(
            (&failures[1]["n"], &failures[1]["x"]),
            (&json!(1), &json!(0))
        );

        // b straddles a deployment at 10:01 and counts for neither side.
        let before = "/series?agents=writer&from=2026-01-10T09:00:00Z&to=2026-01-10T10:01:30Z";
        let series: Value = observer.api.get(before).await.json(200);
        assert_eq!(row(&series, "failure")[0]["n"], json!(1));
        let after = format!("{all}&started_from=2026-01-10T10:01:00Z");
        let series: Value = observer.api.get(&after).await.json(200);
        assert_eq!(row(&series, "failure")[0]["n"], json!(1));
        observer.stop().await;
    }
}

#[tokio::test]
async fn others_are_everyone_but_those_who_changed() {
    let observer = Observer::start().await;
    let mut other = call("p1", "p", "2026-01-10T10:00:10Z", None);
    other["agent"] = json!("planner");
    observer
        .send(&[call("a1", "a", "2026-01-10T10:00:10Z", None), other])
        .await
        .json(200);
    observer.until("/stats", |stats| stats["total"] == 2).await;
    let path = "/series?agents=*&except=writer&from=2026-01-10T10:00:00Z&to=2026-01-10T11:00:00Z";
    let series: Value = observer.api.get(path).await.json(200);
    assert_eq!(row(&series, "failure")[0]["n"], json!(1));
    let metrics: Value = observer
        .api
        .get("/agents/planner/metrics?from=2026-01-10T00:00:00Z&to=2026-01-11T00:00:00Z")
        .await
        .json(200);
    assert_eq!(
        (&metrics["count"], &metrics["error_rate"]),
        (&json!(1), &json!(0.0))
    );
    observer.stop().await;
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused() {
    let observer = Observer::start().await;
    for query in [
        "agents=writer",
        "agents=writer&from=now&to=later",
        "agents=writer&from=2026-01-11T00:00:00Z&to=2026-01-10T00:00:00Z",
        "agents=writer&from=2026-01-10T00:00:00Z&to=2026-01-11T00:00:00Z&bucket=5",
        "agents=writer&from=2026-01-10T00:00:00Z&to=2026-01-11T00:00:00Z&colour=red",
    ] {
        let answer = observer.api.get(&format!("/series?{query}")).await;
        answer.assert_problem(422, "INVALID_INPUT");
    }
    observer.stop().await;
}
