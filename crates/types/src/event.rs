//! What agents do, as the observer records it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// An agent used a tool.
    ToolCall,
    /// A person corrected what an agent did; the text itself is never kept.
    UserCorrection,
    /// A whole task ended badly.
    TaskFailure,
    /// A person said how good the result was.
    Feedback,
    /// An agent handed over to a person or to another agent.
    Escalation,
    /// A session ended; nothing more will come for it.
    SessionEnd,
    /// An agent asked a model; kept for the usage table.
    ModelCall,
}

impl EventType {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ToolCall,
        Self::UserCorrection,
        Self::TaskFailure,
        Self::Feedback,
        Self::Escalation,
        Self::SessionEnd,
        Self::ModelCall,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::ToolCall => "tool_call",
            Self::UserCorrection => "user_correction",
            Self::TaskFailure => "task_failure",
            Self::Feedback => "feedback",
            Self::Escalation => "escalation",
            Self::SessionEnd => "session_end",
            Self::ModelCall => "model_call",
        }
    }
}

/// One operation of one agent, redacted: the telemetry event of the daily JSONL files.
///
/// The first nine fields, after the id, are those of the telemetry schema; the rest are there when
/// the source had them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Operation {
    /// Makes a retry harmless: the same id is counted once.
    #[serde(default)]
    pub event_id: String,
    /// When it ended.
    pub timestamp: Timestamp,
    /// What kind of thing it was.
    pub event_type: EventType,
    /// Who did it.
    pub agent: String,
    /// With which tool.
    pub tool: Option<String>,
    /// Whether it worked.
    pub success: bool,
    /// The code the source recorded, such as `TIMEOUT` or `EXIT_1`.
    pub error_code: Option<String>,
    /// The error's text, redacted.
    pub error_message: Option<String>,
    /// How long it took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// The task it belongs to: one session of one agent.
    pub session_id: Option<String>,
    /// Where it came from, such as `mcp`, `scenario`, `otlp` or `collect`.
    #[serde(default)]
    pub source: String,
    /// What was called, for operations that name an endpoint instead of a tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// What it was about, redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_summary: Option<String>,
    /// What came out, redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_summary: Option<String>,
    /// The scheduled or benchmark task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_name: Option<String>,
    /// The kind of task failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_category: Option<String>,
    /// How often the task had been tried before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_count: Option<u32>,
    /// The kind of correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction_type: Option<String>,
    /// The kind of reason for an escalation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_category: Option<String>,
    /// A person's judgement: 1 good, 0 bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<f64>,
    /// The model that was used, for the usage table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Tokens in and out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// The class of task, for rules and playbooks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_class: Option<String>,
    /// The fields of operations that scenarios send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<Box<Scenario>>,
}

/// What a staffing scenario says of its operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Scenario {
    /// Who acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staffer_id: Option<String>,
    /// The signature of the situation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sig_hash: Option<String>,
    /// What kind of event it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_kind: Option<String>,
    /// Which role was to be filled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// In which city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// In which state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// How many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<f64>,
    /// Whether a rescue was tried.
    #[serde(default)]
    pub rescue_attempted: bool,
    /// Whether it worked.
    #[serde(default)]
    pub rescue_succeeded: bool,
    /// The advice of an overseer, redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// At which turn the advice was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_at_turn: Option<i64>,
}

/// The answer to `POST /event`: the event is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// Always true: anything else is a problem.
    pub accepted: bool,
    /// How many operations `GET /stats` counts; this one is among them within a second.
    pub ring_size: u64,
    /// The id it is stored under.
    pub event_id: String,
    /// Whether it had been stored before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
}

/// The answer to `POST /events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchOutcome {
    /// How many are now on disk for the first time.
    pub accepted: u64,
    /// How many were there already.
    pub duplicates: u64,
    /// How many were refused.
    pub rejected: u64,
    /// The refused lines, at most the first hundred.
    pub errors: Vec<LineError>,
}

/// Why a line of a batch was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineError {
    /// Which one, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub message: String,
}
