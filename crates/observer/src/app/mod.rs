//! What the observer does, one use case per file.

mod analyse;
mod corrections;
mod extract;
mod index;
mod metrics;
mod observe;
mod propose;
mod schedule;
mod series;
mod tallies;

use std::{path::Path, sync::Arc};

use clients::{PatchApply, ProposalService};
use service_kit::{Clock, redaction::CountingRedactor, settings::PlaceSettings};
use tokio::sync::Mutex;

use crate::{ingest::Intake, settings::ObserverSettings, store::Store, upstream::Upstream};

pub(crate) use analyse::{Job, JobError, JobReport};
pub(crate) use corrections::CorrectionsError;
pub(crate) use extract::ExtractError;
pub(crate) use index::{Feed, IndexError, Indexer};
pub(crate) use metrics::AgentMetrics;
pub(crate) use observe::Call;
pub(crate) use propose::Proposed;
pub(crate) use schedule::{Cycles, JobInfo};
pub(crate) use tallies::{ScenarioCall, SharedTallies, Tallies};

/// The observer's use cases and what they work with.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) intake: Intake,
    pub(crate) clock: Clock,
    pub(crate) redactor: CountingRedactor,
    pub(crate) settings: Arc<ObserverSettings>,
    pub(crate) places: Arc<Vec<PlaceSettings>>,
    pub(crate) indexer: Arc<Mutex<Indexer>>,
    pub(crate) tallies: Arc<SharedTallies>,
    /// Where the daily files are.
    pub(crate) telemetry_dir: Arc<Path>,
    /// Held by whoever reads the corrections file.
    pub(crate) correcting: Arc<Mutex<()>>,
    pub(crate) cycles: Cycles,
    pub(crate) patch_apply: PatchApply,
    pub(crate) proposals: ProposalService,
    pub(crate) upstream: Upstream,
}
