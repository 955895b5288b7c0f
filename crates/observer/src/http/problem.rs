//! Where errors meet HTTP.

use service_kit::Problem;

use crate::{
    app::{CorrectionsError, ExtractError, IndexError, JobError},
    ingest::IngestError,
    upstream::UpstreamError,
};

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Full => Self::unavailable("INTAKE_FULL", error),
            IngestError::TooLarge(limit_bytes) => Self::too_large(limit_bytes),
            IngestError::NotDurable => Self::unavailable("NOT_DURABLE", error),
            IngestError::Stopping => Self::unavailable("STOPPING", error),
        }
    }
}

impl From<UpstreamError> for Problem {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::NotConfigured => Self::not_found("UPSTREAM_NOT_CONFIGURED", error),
            UpstreamError::OutOfBounds => Self::not_found("UPSTREAM_OUT_OF_BOUNDS", error),
            UpstreamError::NoAnswer(_) => Self::bad_gateway("UPSTREAM_NO_ANSWER", error),
            UpstreamError::TooLarge(_) => Self::bad_gateway("UPSTREAM_TOO_LARGE", error),
        }
    }
}

impl From<JobError> for Problem {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Peer(_) => Self::unavailable("PEER_UNAVAILABLE", &error),
            JobError::Store(cause)
            | JobError::Extract(ExtractError::Store(cause))
            | JobError::Corrections(CorrectionsError::Store(cause)) => cause.into(),
            JobError::Extract(ExtractError::File { .. })
            | JobError::Corrections(CorrectionsError::File { .. }) => {
                tracing::error!(error = %error, "{error}");
                Self::unavailable(
                    "FILE_UNAVAILABLE",
                    "a file cannot be read or written now; the log says which",
                )
            }
            JobError::Corrections(CorrectionsError::Intake(cause)) => cause.into(),
            JobError::Running(_) => Self::conflict("JOB_RUNNING", &error),
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
