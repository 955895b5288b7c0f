//! Where errors meet HTTP.

use serde_json::json;
use service_kit::Problem;

use crate::{
    app::{ChangeWindowError, OpenWindowError},
    domain::window::WindowRefusal,
};

impl From<OpenWindowError> for Problem {
    fn from(error: OpenWindowError) -> Self {
        match error {
            OpenWindowError::Invalid(faults) => Self::invalid(faults),
            OpenWindowError::Times(ref refusal) => refused(*refusal),
            OpenWindowError::AlreadyActive(ref holder) => {
                let context = json!({ "active_window": holder });
                Self::conflict("SERIALISATION_VIOLATION", &error).with_context(context)
            }
            OpenWindowError::Ruled { .. } => Self::conflict("TRUTH_RULE_REFUSED", &error),
            OpenWindowError::Store(cause) => cause.into(),
        }
    }
}

impl From<ChangeWindowError> for Problem {
    fn from(error: ChangeWindowError) -> Self {
        match error {
            ChangeWindowError::NotFound(_) => Self::not_found("WINDOW_NOT_FOUND", &error),
            ChangeWindowError::Refused(refusal) => refused(refusal),
            ChangeWindowError::Contended => Self::unavailable("WINDOW_CONTENDED", &error),
            ChangeWindowError::Store(cause) => cause.into(),
        }
    }
}

fn refused(refusal: WindowRefusal) -> Problem {
    match refusal {
        WindowRefusal::AlreadyClosed(_) => Problem::conflict("ALREADY_CLOSED", refusal),
        WindowRefusal::DeployedInTheFuture => Problem::invalid_field("/deployed_at", refusal),
        WindowRefusal::NotLater(_) | WindowRefusal::TooLong(_) | WindowRefusal::EndsInThePast => {
            Problem::invalid_field("/expires_at", refusal)
        }
    }
}
