//! Being told to stop.

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;

/// Waits for the signal that a terminal, a container or a service manager stops a program with.
pub(super) async fn stop_is_asked_for() -> Result<(), Failure> {
    let listen = |kind| signal(kind).context("signals cannot be listened to");
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
