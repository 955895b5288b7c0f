//! The body of every error reply.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An error as `application/problem+json` (RFC 9457), with a stable `code`.
///
/// `error` repeats the code and `message` the detail, where the clients of older interfaces look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A URI reference that names the kind of problem: `/problems/` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong here and what to do about it.
    pub detail: String,
    /// A stable name for programs, in capitals.
    pub code: String,
    /// The same as `code`.
    pub error: String,
    /// The same as `detail`.
    pub message: String,
    /// The request this answers; the same id is in the logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The fields at fault, if the body or the query was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Facts for programs: the active window, the expected digest, candidates and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub context: Option<serde_json::Value>,
}

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Where it is: a JSON pointer into the body, or the name of a query parameter.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

impl fmt::Display for FieldError {
    /// The place and the fault; the body as a whole has no name.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => formatter.write_str(&self.detail),
            pointer => write!(formatter, "{pointer}: {}", self.detail),
        }
    }
}
