//! Counting requests.

use std::{
    collections::BTreeMap,
    sync::{OnceLock, PoisonError, RwLock},
    time::Duration,
};

use metrics::{Counter, Histogram, counter, histogram};
use types::Service;

/// Counts the requests of one method of one route by status, and how long they took.
///
/// Its counters are looked up once each: doing so for every request would take longer than
/// counting it.
#[derive(Debug)]
pub(super) struct Meter {
    service: Service,
    method: &'static str,
    route: String,
    seconds: OnceLock<Histogram>,
    by_status: RwLock<BTreeMap<u16, Counter>>,
}

impl Meter {
    pub(super) fn new(service: Service, method: &'static str, route: String) -> Self {
        Self {
            service,
            method,
            route,
            seconds: OnceLock::new(),
            by_status: RwLock::default(),
        }
    }

    pub(super) fn method(&self) -> &'static str {
        self.method
    }

    pub(super) fn route(&self) -> &str {
        &self.route
    }

    /// Counts one request.
    pub(super) fn count(&self, status: u16, took: Duration) {
        let service = self.service.name();
        let seconds = self.seconds.get_or_init(|| {
            let route = self.route.clone();
            histogram!("attune_http_request_seconds", "service" => service, "route" => route)
        });
        seconds.record(took.as_secs_f64());
        let known = self
            .by_status
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = known.get(&status) {
            counter.increment(1);
            return;
        }
        drop(known);
        let mut known = self
            .by_status
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let counter = known.entry(status).or_insert_with(|| {
            counter!(
                "attune_http_requests_total",
                "service" => service, "method" => self.method, "route" => self.route.clone(),
                "status" => status.to_string()
            )
        });
        counter.increment(1);
    }
}
