//! Logs: JSON or pretty, and never with a secret in them.

use std::{
    io::{self, Write},
    sync::OnceLock,
};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use redact::Redactor;
use tracing_subscriber::{
    EnvFilter, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::settings::{LogFormat, LogSettings, SettingsError};

/// Sends all logs of this process to stderr, each line redacted first.
///
/// Only the first call in a process counts: the services of one process share their logs.
pub fn start_logs(settings: &LogSettings, redactor: &Redactor) -> Result<(), SettingsError> {
    let filter = EnvFilter::try_new(&settings.level)
        .map_err(|error| SettingsError::Invalid(format!("log.level: {error}")))?;
    let writer = Redacted(redactor.clone());
    let registry = tracing_subscriber::registry().with(filter);
    let _another_came_first = match settings.format {
        LogFormat::Json => {
            let layer = tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_current_span(true)
                .with_span_list(false)
                .with_writer(writer);
            registry.with(layer).try_init()
        }
        LogFormat::Pretty => {
            let layer = tracing_subscriber::fmt::layer()
                .compact()
                .with_target(false)
                .with_ansi(false)
                .with_writer(writer);
            registry.with(layer).try_init()
        }
    };
    Ok(())
}

#[derive(Clone)]
struct Redacted(Redactor);

impl<'writer> MakeWriter<'writer> for Redacted {
    type Writer = Line<'writer>;

    fn make_writer(&'writer self) -> Line<'writer> {
        Line {
            redactor: &self.0,
            text: Vec::new(),
        }
    }
}

struct Line<'writer> {
    redactor: &'writer Redactor,
    text: Vec<u8>,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let text = String::from_utf8_lossy(&self.text);
        let clean = self.redactor.redact(&text);
        // There is nowhere left to report that stderr is gone.
        let _gone = io::stderr().lock().write_all(clean.as_bytes());
    }
}

static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts counting, once per process.
pub fn start_metrics() {
    METRICS.get_or_init(|| PrometheusBuilder::new().install_recorder().ok());
}

/// All metrics of this process in the text form of Prometheus.
pub fn render_metrics() -> String {
    METRICS
        .get()
        .and_then(Option::as_ref)
        .map(PrometheusHandle::render)
        .unwrap_or_default()
}
