//! What the gateway does, one use case per file.

mod change;
mod evaluate;
mod open;
mod queue;
mod told;
mod truth;

use std::{sync::Arc, time::Duration};

use clients::Observer;
use service_kit::{Clock, redaction::CountingRedactor};

use crate::{
    domain::{truth::RuleSet, watch::Rules, window::OnDegraded},
    store::Store,
};

pub(crate) use change::ChangeWindowError;
pub(crate) use open::OpenWindowError;
pub(crate) use told::Told;

/// The gateway's use cases and what they work with.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) observer: Observer,
    pub(crate) clock: Clock,
    pub(crate) redactor: CountingRedactor,
    pub(crate) rules: Arc<Rules>,
    pub(crate) on_degraded: OnDegraded,
    pub(crate) baseline: Duration,
    pub(crate) truth: Arc<RuleSet>,
}
