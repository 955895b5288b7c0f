//! Loops without a caller.

mod freshness;
mod notice;
mod record;

pub(crate) use record::Recorder;

use std::{sync::Arc, time::Duration};

use service_kit::tasks::Tasks;

use crate::app::App;

/// Starts all loops.
pub(crate) fn start(tasks: &Tasks, app: &Arc<App>) {
    tasks.start(Recorder::new(Arc::clone(app)).run(tasks.stop()));
    let notices = Arc::clone(app);
    tasks.repeat("notices", Duration::from_millis(500), move || {
        let app = Arc::clone(&notices);
        async move { notice::tick(&app).await }
    });
    let freshness = Arc::clone(app);
    tasks.repeat("freshness", Duration::from_secs(2), move || {
        let app = Arc::clone(&freshness);
        async move { freshness::tick(&app).await }
    });
}
