//! Looking at the evidence, minute by minute, and ending windows.

use service_kit::{Act, db::DbError};
use tracing::{info, warn};
use types::{
    Service, Timestamp,
    series::{Metric, Series, SeriesQuery},
    window::{Evaluation, MonitoringWindow, WindowStatus},
};

use super::App;
use crate::{
    domain::{
        effect::effect,
        watch::{Baseline, Outcome, Watch},
        window::{Step, step},
    },
    store::{Change, Evidence, StoredWindow, closed},
};

/// Why a look at the evidence failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookError {
    /// The observer.
    #[error("the observer's series cannot be read: {0}")]
    Observer(#[from] clients::ClientError),
    /// Counts that cannot be.
    #[error("the observer's series holds counts that cannot be: {0}")]
    Counts(#[from] crate::domain::verdict::InvalidCounts),
}

impl App {
    /// Looks at the active window, and at one that was released, and does what follows.
    pub(crate) async fn tick(&self) -> Result<(), DbError> {
        let mut watched = self.store.active().await?;
        if watched.is_empty() {
            watched.extend(self.store.released().await?);
        }
        for stored in watched {
            self.look_at(stored).await?;
        }
        Ok(())
    }

    async fn look_at(&self, stored: StoredWindow) -> Result<(), DbError> {
        let now = self.clock.now();
        let (looked, failure) = match self.gather(&stored, now).await {
            Ok(evidence) => (evidence, None),
            Err(error) => {
                warn!(window.id = %stored.window.id, "a look was not possible: {error}");
                (stored.evidence.clone(), Some(error.to_string()))
            }
        };
        let Some(change) = self.conclude(&stored, looked, failure, now) else {
            return Ok(());
        };
        let act = Act::of_service(Service::TuneGateway, &self.clock);
        if self.store.change(&change, &act).await? && change.action.is_some() {
            let verdict = change
                .to
                .verdict
                .map_or("extended", |verdict| verdict.name());
            info!(
                window.id = %change.to.id,
                "window {}: {verdict}; {}", change.to.id, change.to.why.as_deref().unwrap_or("")
            );
        }
        Ok(())
    }

    /// The evidence up to the last settled minute; `None` before the first one.
    async fn gather(
        &self,
        stored: &StoredWindow,
        now: Timestamp,
    ) -> Result<Option<Evidence>, LookError> {
        let window = &stored.window;
        let evidence = match stored.evidence.clone() {
            Some(evidence) => evidence,
            None => self.baseline_of(window).await?,
        };
        let from = Timestamp::from_minute(evidence.watch.next_minute()).max(window.deployed_at);
        if now <= from {
            return Ok(Some(evidence));
        }
        let changed = self.series(window, &evidence, false, from, now).await?;
        let unchanged = self.series(window, &evidence, true, from, now).await?;
        let settled = changed.settled_until.min(unchanged.settled_until).minute();
        let watch = evidence.watch.clone().advance(
            &self.rules,
            &evidence.baseline,
            &changed.rows,
            &unchanged.rows,
            settled,
        )?;
        Ok(Some(Evidence { watch, ..evidence }))
    }

    async fn baseline_of(&self, window: &MonitoringWindow) -> Result<Evidence, LookError> {
        let agents = window.agents.join(",");
        let mut query = SeriesQuery {
            agents: agents.clone(),
            except: None,
            from: window.deployed_at.minus(self.baseline),
            to: window.deployed_at,
            bucket: Some(60),
            started_from: None,
            slow_over_ms: None,
            quality_bound: None,
            finding_id: window.finding_id.clone(),
        };
        let first = self.observer.series(&query).await?;
        query.slow_over_ms = first.p95_latency_ms;
        let changed = self.observer.series(&query).await?;
        query.agents = "*".to_owned();
        query.except = Some(agents);
        query.finding_id = None;
        let unchanged = self.observer.series(&query).await?;
        Ok(Evidence {
            baseline: Baseline::of_rows(&changed.rows, &unchanged.rows)?,
            slow_over_ms: first.p95_latency_ms,
            watch: Watch::new(window.deployed_at),
        })
    }

    async fn series(
        &self,
        window: &MonitoringWindow,
        evidence: &Evidence,
        others: bool,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Series, LookError> {
        let agents = window.agents.join(",");
        let (agents, except) = if others {
            ("*".to_owned(), Some(agents))
        } else {
            (agents, None)
        };
        let query = SeriesQuery {
            agents,
            except,
            from,
            to,
            bucket: Some(60),
            started_from: Some(window.deployed_at),
            slow_over_ms: evidence.slow_over_ms,
            quality_bound: evidence.baseline.quality_bound(),
            finding_id: if others {
                None
            } else {
                window.finding_id.clone()
            },
        };
        Ok(self.observer.series(&query).await?)
    }

    /// What a look comes to: nothing new, new figures, a longer window, or its end.
    fn conclude(
        &self,
        stored: &StoredWindow,
        evidence: Option<Evidence>,
        failure: Option<String>,
        now: Timestamp,
    ) -> Option<Change> {
        let outcome = evidence
            .as_ref()
            .map_or(Outcome::Open, |known| known.watch.outcome());
        let next = step(&stored.state(), outcome, self.on_degraded, now);
        let mut to = stored.window.clone();
        let evaluation = self.describe(stored, evidence.as_ref(), &mut to, now);
        if let (Some(failure), Step::Close(_)) = (failure, next) {
            let known = to.why.take().map(|why| format!("; before that: {why}"));
            to.why = Some(format!("{failure}{}", known.unwrap_or_default()));
        }
        let action = match next {
            Step::Wait => None,
            Step::Extend(until) => {
                to.expires_at = until;
                Some("window.extend")
            }
            Step::Close(closing) => {
                to = closed(&to, closing, now);
                Some("window.close")
            }
        };
        if evaluation.is_none() && action.is_none() && to == stored.window {
            return None;
        }
        Some(Change {
            from: stored.clone(),
            to,
            evidence,
            evaluation,
            action,
        })
    }

    /// Brings the window's figures up to the evidence; a look to be recorded if a minute passed.
    fn describe(
        &self,
        stored: &StoredWindow,
        evidence: Option<&Evidence>,
        to: &mut MonitoringWindow,
        now: Timestamp,
    ) -> Option<Evaluation> {
        let evidence = evidence?;
        let seen = stored
            .evidence
            .as_ref()
            .map(|known| known.watch.next_minute());
        if seen == Some(evidence.watch.next_minute()) {
            return None;
        }
        let Evidence {
            baseline, watch, ..
        } = evidence;
        let ruling = watch.ruling(&self.rules, baseline, now);
        let reading = effect(
            baseline.of(Metric::Finding),
            watch.standing(Metric::Finding).after,
        );
        let mut figures = ruling.figures;
        figures.effect_ratio = reading.ratio;
        if ruling.no_data && stored.window.status == WindowStatus::Active {
            warn!(window.id = %to.id, "no session of {} was seen since the change", to.agent_name);
            metrics_no_data();
        }
        to.effect = Some(reading.effect);
        to.figures = Some(figures.clone());
        to.why = Some(ruling.why.clone());
        to.pre_quality = to.pre_quality.or(baseline.quality());
        to.pre_stall_rate = to.pre_stall_rate.or(baseline.of(Metric::Stall).rate());
        to.pre_affinity_rate = to
            .pre_affinity_rate
            .or(affinity(baseline.of(Metric::NotAffine)));
        to.post_quality = watch.standing(Metric::Quality).quality();
        to.post_stall_rate = watch.standing(Metric::Stall).after.rate();
        to.post_affinity_rate = affinity(watch.standing(Metric::NotAffine).after);
        Some(Evaluation {
            at: now,
            test: ruling.outcome.name().to_owned(),
            figures,
            why: ruling.why,
        })
    }
}

fn affinity(not_affine: crate::domain::verdict::Counts) -> Option<f64> {
    not_affine.rate().map(|rate| 1.0 - rate)
}

fn metrics_no_data() {
    metrics::counter!("attune_window_no_data_total").increment(1);
}
