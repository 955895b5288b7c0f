//! The one runtime of the process.

use std::future::Future;

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

/// Runs a command that talks to services, on the calling thread.
pub(crate) fn block_on<F: Future<Output = Result<(), Failure>>>(task: F) -> Result<(), Failure> {
    let runtime = started(&mut Builder::new_current_thread())?;
    runtime.block_on(task)
}

/// Runs the services. Two threads are enough: HTTP and the databases have their own.
pub(crate) fn block_on_services<F>(task: F) -> Result<(), Failure>
where
    F: Future<Output = Result<(), Failure>>,
{
    let runtime = started(Builder::new_multi_thread().worker_threads(2))?;
    runtime.block_on(task)
}

fn started(builder: &mut Builder) -> Result<Runtime, Failure> {
    let runtime = builder.enable_all().build();
    Ok(runtime.context("the runtime cannot be started")?)
}
