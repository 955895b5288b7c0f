//! Who does something, when, and on which request's behalf.

use types::{Digest, Service, Timestamp, key::Role};

use crate::{clock::Clock, trace::TraceParent};

/// One act of a person, an agent or a service.
#[derive(Clone, Debug)]
pub struct Act {
    /// The name that decisions and the journal record.
    pub actor: String,
    /// What the actor may do.
    pub role: Role,
    /// When.
    pub at: Timestamp,
    /// The idempotency key of the request, if it has one.
    pub idempotency: Option<Idempotency>,
    /// The trace the act belongs to.
    pub trace: TraceParent,
}

/// An `Idempotency-Key` and what was asked under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The key.
    pub key: String,
    /// Digest of method, path and body.
    pub request: Digest,
}

impl Act {
    /// An act of a service's own: a sweep, a job, the handling of a reply.
    pub fn of_service(service: Service, clock: &Clock) -> Self {
        Self {
            actor: service.name().to_owned(),
            role: Role::Service,
            at: clock.now(),
            idempotency: None,
            trace: TraceParent::fresh(clock),
        }
    }
}
