//! Background tasks, and how they end.

use std::{future::Future, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::warn;

/// Says that it is time to stop.
#[derive(Clone, Debug, Default)]
pub struct Stop(CancellationToken);

impl Stop {
    /// Whether it was said.
    pub fn is_set(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until it is said.
    pub async fn wait(&self) {
        self.0.cancelled().await;
    }

    /// Says it.
    pub fn set(&self) {
        self.0.cancel();
    }
}

/// The tasks of one service.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: Stop,
}

impl Tasks {
    /// What ends the tasks.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Starts a task; it ends by itself soon after [`Stop`] is set.
    pub fn start<F>(&self, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tracker.spawn(task);
    }

    /// Starts a loop that calls `tick` every `pause` of real time until it is to stop.
    ///
    /// A tick that fails is logged under `name` and tried again at the next turn.
    pub fn repeat<T, F, E>(&self, name: &'static str, pause: Duration, tick: T)
    where
        T: Fn() -> F + Send + 'static,
        F: Future<Output = Result<(), E>> + Send,
        E: std::fmt::Display + Send,
    {
        let stop = self.stop();
        self.start(async move {
            while !stop.is_set() {
                if let Err(error) = tick().await {
                    warn!(job = name, error = %error, "{name} failed and is tried again: {error}");
                }
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = stop.wait() => {}
                }
            }
        });
    }

    /// Tells all tasks to end and waits for them, at most `grace`.
    pub async fn end(&self, grace: Duration) {
        self.stop.set();
        self.tracker.close();
        if tokio::time::timeout(grace, self.tracker.wait())
            .await
            .is_err()
        {
            warn!("{} tasks did not end in time", self.tracker.len());
        }
    }
}
