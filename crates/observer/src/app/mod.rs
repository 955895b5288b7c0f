//! What the observer does, one use case per file.

mod analyse;
mod index;
mod metrics;
mod propose;
mod series;

use std::sync::Arc;

use clients::{PatchApply, ProposalService};
use redact::Redactor;
use service_kit::{Clock, settings::PlaceSettings};
use tokio::sync::Mutex;

use crate::{ingest::Intake, settings::ObserverSettings, store::Store};

pub(crate) use analyse::{Job, JobError, JobReport};
pub(crate) use index::Indexer;
pub(crate) use metrics::AgentMetrics;
pub(crate) use propose::Proposed;

/// The observer's use cases and what they work with.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) intake: Intake,
    pub(crate) clock: Clock,
    pub(crate) redactor: Redactor,
    pub(crate) settings: Arc<ObserverSettings>,
    pub(crate) places: Arc<Vec<PlaceSettings>>,
    pub(crate) indexer: Arc<Mutex<Indexer>>,
    pub(crate) patch_apply: PatchApply,
    pub(crate) proposals: ProposalService,
}
