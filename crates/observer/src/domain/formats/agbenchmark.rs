//! Reports of agbenchmark: one run a line, with a tree of tests and how each went.

use std::{fmt, marker::PhantomData, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;
use types::{
    Timestamp,
    event::{EventType, Operation},
};

use super::{Decode, Output, text::content_text};
use crate::domain::{event::blank, identity::event_id};

pub(super) struct Reports;

#[derive(Deserialize)]
struct Report {
    agent: String,
    run: String,
    benchmark_start_time: String,
    tests: Ordered<Test>,
}

#[derive(Deserialize)]
struct Test {
    tests: Option<Ordered<Test>>,
    #[serde(default)]
    metrics: Metrics,
    #[serde(default)]
    reached_cutoff: Option<bool>,
}

#[derive(Default, Deserialize)]
struct Metrics {
    #[serde(default)]
    attempted: Option<bool>,
    #[serde(default)]
    success: Option<bool>,
    run_time: Option<String>,
    #[serde(default)]
    fail_reason: Value,
}

/// A map in the order of the document: tests ran one after another.
struct Ordered<T>(Vec<(String, T)>);

impl Decode for Reports {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>) {
        let Ok(report) = serde_json::from_slice::<Report>(unit) else {
            return output.skip("not a report");
        };
        let Some(mut time) = start(&report.benchmark_start_time) else {
            return output.skip("report without a start");
        };
        let session = format!("{}/{}", report.agent, report.run);
        let mut tests = Vec::new();
        collect_leaves(&report.tests, &mut tests);
        for (name, test) in tests {
            if test.metrics.attempted != Some(true) {
                output.skip("test that was not run");
                continue;
            }
            let latency_ms = run_time_ms(test.metrics.run_time.as_deref());
            time = time.plus(Duration::from_millis(latency_ms.unwrap_or(0.0) as u64));
            output.emit(Operation {
                event_id: event_id(&["agbenchmark", &session, name]),
                agent: report.agent.clone(),
                tool: Some(format!("run_task:{name}")),
                latency_ms,
                session_id: Some(session.clone()),
                source: "collect".to_owned(),
                ..outcome(name, test, time)
            });
        }
    }
}

fn outcome(name: &str, test: &Test, time: Timestamp) -> Operation {
    if test.metrics.success == Some(true) {
        return blank(time);
    }
    let cut_off = test.reached_cutoff == Some(true);
    Operation {
        event_type: EventType::TaskFailure,
        success: false,
        error_code: cut_off.then(|| "TIMEOUT".to_owned()),
        error_message: Some(content_text(&test.metrics.fail_reason)),
        task_name: Some(name.to_owned()),
        error_category: Some(if cut_off { "timeout" } else { "assertion" }.to_owned()),
        retry_count: Some(0),
        ..blank(time)
    }
}

fn collect_leaves<'a>(tests: &'a Ordered<Test>, leaves: &mut Vec<(&'a str, &'a Test)>) {
    for (name, test) in &tests.0 {
        match &test.tests {
            Some(inner) => collect_leaves(inner, leaves),
            None => leaves.push((name, test)),
        }
    }
}

/// Early reports wrote `2023-08-17-00:02`, later ones a full timestamp.
fn start(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let date = text.get(..10)?;
    let time = text.get(11..16)?;
    format!("{date}T{time}:00Z").parse().ok()
}

/// `162.25 seconds` in whole milliseconds.
fn run_time_ms(text: Option<&str>) -> Option<f64> {
    let seconds: f64 = text?.split_whitespace().next()?.parse().ok()?;
    Some((seconds * 1000.0).round()).filter(|ms| 0.0 <= *ms)
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Ordered<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Reader};
    use super::*;
    use std::path::Path;

    #[test]
    fn tests_that_ran_follow_each_other_in_the_order_of_the_report() {
        let text = r#"{"agent":"A","run":"r1","benchmark_start_time":"2023-08-17-00:02","tests":{"Z":{"metrics":{"attempted":true,"success":true,"run_time":"2.5 seconds"}},"Group":{"tests":{"B":{"metrics":{"attempted":true,"success":false,"run_time":"1 seconds","fail_reason":"assert 1 in []"},"reached_cutoff":true},"C":{"metrics":{"attempted":false}}}}}}"#;
        let mut reader = Reader::new(
            Format::AgBenchmark,
            Path::new("A.jsonl"),
            Timestamp::from_micros(0),
        );
        let mut parsed = Vec::new();
        reader.feed(text.as_bytes(), &mut parsed);
        reader.finish(&mut parsed);

        assert_eq!(parsed.len(), 2);
        let (first, second) = (&parsed[0].operation, &parsed[1].operation);
        assert_eq!(first.tool.as_deref(), Some("run_task:Z"));
        assert_eq!(first.timestamp.to_string(), "2023-08-17T00:02:02.5Z");
        assert_eq!(second.timestamp.to_string(), "2023-08-17T00:02:03.5Z");
        assert_eq!(second.error_code.as_deref(), Some("TIMEOUT"));
        assert_eq!(second.event_type, EventType::TaskFailure);
        assert_eq!(parsed[1].index, 1);
    }
}
