//! The one place where time and chance come from.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tokio::sync::Notify;
use types::Timestamp;
use uuid::Uuid;

/// Tells the time, makes ids and waits.
///
/// In production it is the system's clock. For trials it runs faster by a `scale`, and in tests it
/// stands still until it is moved. Time limits of the network never go by this clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    System,
    Scaled {
        scale: f64,
        origin: Timestamp,
        started: Instant,
        started_at: Timestamp,
    },
    Still {
        now_micros: AtomicI64,
        moved: Notify,
    },
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Arc::new(Source::System))
    }

    /// A clock that agreed with the system's at `origin` and runs `scale` times as fast since.
    pub fn scaled(scale: f64, origin: Timestamp) -> Self {
        let source = Source::Scaled {
            scale,
            origin,
            started: Instant::now(),
            started_at: system_now(),
        };
        Self(Arc::new(source))
    }

    /// A clock that stands at `now` until a test moves it.
    pub fn still(now: Timestamp) -> Self {
        let now_micros = AtomicI64::new(now.as_micros());
        Self(Arc::new(Source::Still {
            now_micros,
            moved: Notify::new(),
        }))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Source::System => system_now(),
            Source::Scaled {
                scale,
                origin,
                started,
                started_at,
            } => {
                let real = started_at.plus(started.elapsed());
                let passed = (real.as_micros() - origin.as_micros()) as f64 * scale;
                Timestamp::from_micros(origin.as_micros().saturating_add(passed as i64))
            }
            Source::Still { now_micros, .. } => {
                Timestamp::from_micros(now_micros.load(Ordering::SeqCst))
            }
        }
    }

    /// How many times as fast as the system's clock it runs.
    pub fn scale(&self) -> f64 {
        match &*self.0 {
            Source::Scaled { scale, .. } => *scale,
            Source::System | Source::Still { .. } => 1.0,
        }
    }

    /// Whether this is a clock for trials and tests.
    pub fn is_for_trials(&self) -> bool {
        !matches!(&*self.0, Source::System)
    }

    /// Moves a still clock forward; any other clock is left alone.
    pub fn advance(&self, span: Duration) {
        if let Source::Still { now_micros, moved } = &*self.0 {
            let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
            now_micros.fetch_add(micros, Ordering::SeqCst);
            moved.notify_waiters();
        }
    }

    /// Waits until `span` has passed on this clock.
    pub async fn sleep(&self, span: Duration) {
        match &*self.0 {
            Source::System => tokio::time::sleep(span).await,
            Source::Scaled { scale, .. } => tokio::time::sleep(span.div_f64(scale.max(1e-3))).await,
            Source::Still { moved, .. } => {
                let end = self.now().plus(span);
                loop {
                    let movement = moved.notified();
                    if end <= self.now() {
                        return;
                    }
                    movement.await;
                }
            }
        }
    }

    /// A random id, whose first digits tell it apart.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the place the ban points to"
    )]
    pub fn random_id(&self) -> Uuid {
        Uuid::new_v4()
    }

    /// An id that sorts by the time it was made.
    pub fn ordered_id(&self) -> Uuid {
        let now = self.now();
        let seconds = u64::try_from(now.as_seconds()).unwrap_or(0);
        let nanos = u32::try_from(now.as_micros().rem_euclid(1_000_000) * 1_000).unwrap_or(0);
        Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the place the ban points to"
)]
fn system_now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_still_clock_wakes_sleepers_only_when_it_is_moved() {
        let clock = Clock::still(Timestamp::from_micros(0));
        let sleeper = clock.clone();
        let sleep = sleeper.sleep(Duration::from_secs(60));
        tokio::pin!(sleep);
        assert!(futures_util::poll!(&mut sleep).is_pending());
        clock.advance(Duration::from_secs(60));
        sleep.await;
        assert_eq!(clock.now().as_seconds(), 60);
    }

    #[test]
    fn a_scaled_clock_agrees_with_the_system_at_its_origin() {
        let origin = system_now();
        let clock = Clock::scaled(360.0, origin);
        let passed = clock.now().since(origin);
        assert!(passed < Duration::from_secs(360), "{passed:?}");
    }
}
