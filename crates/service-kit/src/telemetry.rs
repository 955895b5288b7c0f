//! Logs: JSON or pretty, and never with a secret in them.

use std::{
    io::{self, Write},
    panic::PanicHookInfo,
    sync::OnceLock,
};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use redact::{Counts, Redactor};
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
    std::panic::set_hook(Box::new(say_where));
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

/// A panic says where it was. Its message may quote the text that was being worked on.
fn say_where(panic: &PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    tracing::error!(code.location = %place, "a thread panicked at {place}");
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
        let mut counts = Counts::default();
        let clean = self.redactor.redact_counting(&text, &mut counts);
        // What was taken in is counted elsewhere; here something came close to being written.
        for (kind, count) in counts.iter() {
            metrics::counter!("attune_log_redacted_total", "kind" => kind.as_str())
                .increment(count);
        }
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
