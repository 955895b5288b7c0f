//! Where errors meet HTTP.

use service_kit::Problem;

use crate::{
    app::{IndexError, JobError},
    ingest::IngestError,
};

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Full => Self::unavailable("INTAKE_FULL", error),
            IngestError::TooLarge => Self::too_large(u32::MAX as usize),
            IngestError::NotDurable => Self::unavailable("NOT_DURABLE", error),
            IngestError::Stopping => Self::unavailable("STOPPING", error),
        }
    }
}

impl From<JobError> for Problem {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Peer(_) => Self::unavailable("PEER_UNAVAILABLE", &error),
            JobError::Store(cause) => cause.into(),
            JobError::Index(cause) => cause.into(),
        }
    }
}

impl From<IndexError> for Problem {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Log(cause) => Self::internal(cause),
            IndexError::Store(cause) => cause.into(),
        }
    }
}
