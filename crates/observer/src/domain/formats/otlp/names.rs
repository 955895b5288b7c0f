//! The names that senders give to what we want to know, in every version of every convention.
//!
//! What is not in this table is not let in. Whatever may hold content (prompts, arguments, results)
//! is not in it, and so is gone before anything else sees it.

use std::sync::LazyLock;

/// What an attribute says, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Agent,
    AgentAlias,
    CallId,
    Decision,
    DecisionSource,
    Duration,
    Entity,
    ErrorMessage,
    ErrorType,
    EvaluationName,
    EventKind,
    EventName,
    ExceptionMessage,
    ExceptionType,
    GenAiTool,
    HttpMethod,
    HttpStatus,
    InputTokens,
    IsError,
    Kind,
    Level,
    McpMethod,
    Model,
    Operation,
    OutputTokens,
    RecordId,
    ScoreLabel,
    ScoreValue,
    Sequence,
    Service,
    Session,
    Success,
    Tool,
    TotalTokens,
    Url,
}

/// Of several names of one field, the first that is there counts.
const ALIASES: &[(Field, &[&str])] = &[
    (Field::Agent, &["gen_ai.agent.name"]),
    (Field::AgentAlias, &["agent.name", "agent_name"]),
    (
        Field::CallId,
        &[
            "gen_ai.tool.call.id",
            "call_id",
            "tool_use_id",
            "tool_call.id",
            "ai.toolCall.id",
        ],
    ),
    (Field::Decision, &["decision"]),
    (Field::DecisionSource, &["source"]),
    (Field::Duration, &["duration_ms"]),
    (Field::Entity, &["traceloop.entity.name"]),
    (
        Field::ErrorMessage,
        &[
            "error.message",
            "error",
            "error_message",
            "langfuse.observation.status_message",
        ],
    ),
    (Field::ErrorType, &["error.type", "error_type"]),
    (Field::EvaluationName, &["gen_ai.evaluation.name"]),
    (Field::EventKind, &["event.kind"]),
    (Field::EventName, &["event.name"]),
    (Field::ExceptionMessage, &["exception.message"]),
    (Field::ExceptionType, &["exception.type"]),
    (Field::GenAiTool, &["gen_ai.tool.name", "ai.toolCall.name"]),
    (Field::HttpMethod, &["http.request.method", "http.method"]),
    (
        Field::HttpStatus,
        &["http.status_code", "http.response.status_code"],
    ),
    (
        Field::InputTokens,
        &[
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.prompt_tokens",
            "llm.token_count.prompt",
            "input_tokens",
            "input_token_count",
        ],
    ),
    (Field::IsError, &["is_error"]),
    (
        Field::Kind,
        &[
            "openinference.span.kind",
            "traceloop.span.kind",
            "langfuse.observation.type",
        ],
    ),
    (Field::Level, &["langfuse.observation.level"]),
    (Field::McpMethod, &["mcp.method.name"]),
    (
        Field::Model,
        &[
            "gen_ai.request.model",
            "gen_ai.response.model",
            "llm.model_name",
            "langfuse.observation.model.name",
            "model",
        ],
    ),
    (Field::Operation, &["gen_ai.operation.name"]),
    (
        Field::OutputTokens,
        &[
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.completion_tokens",
            "llm.token_count.completion",
            "output_tokens",
            "output_token_count",
        ],
    ),
    (Field::RecordId, &["log.record.uid"]),
    (Field::ScoreLabel, &["gen_ai.evaluation.score.label"]),
    (Field::ScoreValue, &["gen_ai.evaluation.score.value"]),
    (Field::Sequence, &["event.sequence"]),
    (Field::Service, &["service.name"]),
    (
        Field::Session,
        &[
            "gen_ai.conversation.id",
            "session.id",
            "conversation.id",
            "langfuse.session.id",
            "gcp.vertex.agent.session_id",
            "traceloop.association.properties.session_id",
        ],
    ),
    (Field::Success, &["success"]),
    (
        Field::Tool,
        &["mcp.tool.name", "tool.name", "tool_name", "function_name"],
    ),
    (
        Field::TotalTokens,
        &[
            "llm.token_count.total",
            "llm.usage.total_tokens",
            "total_token_count",
        ],
    ),
    (Field::Url, &["http.url", "url.full"]),
];

/// Attributes that hold a tool's result; only whether it says that it is an error is kept.
const RESULTS: &[&str] = &[
    "gcp.vertex.agent.tool_response",
    "gen_ai.tool.call.result",
    "mcp.tool.result",
];

/// Where the value of an attribute goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// It is a field; the smaller the rank, the better the name.
    Field { field: Field, rank: u8 },
    /// It is looked at, not kept.
    Result,
    /// It is part of a judgement.
    Judgement(JudgementPart),
}

/// A part of one of several judgements, flattened into attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JudgementPart {
    /// Which judgement.
    pub(super) of: JudgementKey,
    /// Which part of it.
    pub(super) part: Part,
}

/// Which of the judgements that one record carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JudgementKey {
    /// The collection it is in.
    pub(super) collection: &'static str,
    /// Its place there.
    pub(super) index: u16,
}

/// What is let in of a judgement; its explanation is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Name,
    Score,
    Label,
}

/// OpenInference's collections of judgements, and the name of one of each.
const COLLECTIONS: [(&str, &str); 6] = [
    ("annotations.", "annotation"),
    ("evaluations.", "evaluation"),
    ("trace.annotations.", "annotation"),
    ("trace.evaluations.", "evaluation"),
    ("session.annotations.", "annotation"),
    ("session.evaluations.", "evaluation"),
];

type Entry = (&'static str, Slot);

/// The table by the length of the names, for a search that compares few of them.
static BY_LENGTH: LazyLock<Vec<Vec<Entry>>> = LazyLock::new(|| {
    let fields = ALIASES.iter().flat_map(|(field, names)| {
        let ranked = (0_u8..).zip(*names);
        ranked.map(|(rank, name)| {
            let field = *field;
            (*name, Slot::Field { field, rank })
        })
    });
    let results = RESULTS.iter().map(|name| (*name, Slot::Result));
    let mut table: Vec<Vec<Entry>> = Vec::new();
    for (name, slot) in fields.chain(results) {
        if table.len() <= name.len() {
            table.resize(name.len() + 1, Vec::new());
        }
        table[name.len()].push((name, slot));
    }
    table
});

impl Slot {
    /// Where an attribute of this name goes; `None` if it is not let in.
    pub(super) fn of(name: &str) -> Option<Self> {
        let same_length = BY_LENGTH.get(name.len()).map(Vec::as_slice);
        let mut candidates = same_length.unwrap_or_default().iter();
        candidates
            .find_map(|(known, slot)| (*known == name).then_some(*slot))
            .or_else(|| judgement(name).map(Self::Judgement))
    }
}

/// Reads `evaluations.0.evaluation.score` and its like.
fn judgement(name: &str) -> Option<JudgementPart> {
    if !name.contains("annotations.") && !name.contains("evaluations.") {
        return None;
    }
    COLLECTIONS.iter().find_map(|(collection, one)| {
        let (index, rest) = name.strip_prefix(collection)?.split_once('.')?;
        let part = match rest.strip_prefix(one)? {
            ".name" => Part::Name,
            ".score" => Part::Score,
            ".label" => Part::Label,
            _ => return None,
        };
        let index = index.parse().ok()?;
        let of = JudgementKey { collection, index };
        Some(JudgementPart { of, part })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_one_meaning() {
        let mut names: Vec<&str> = ALIASES
            .iter()
            .flat_map(|(_, names)| *names)
            .copied()
            .collect();
        names.extend(RESULTS);
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn content_has_no_slot() {
        for name in [
            "gen_ai.input.messages",
            "gen_ai.output.messages",
            "gen_ai.system_instructions",
            "gen_ai.tool.call.arguments",
            "gen_ai.tool.definitions",
            "gen_ai.prompt.0.content",
            "gen_ai.evaluation.explanation",
            "input.value",
            "output.value",
            "tool.parameters",
            "llm_request",
            "gcp.vertex.agent.llm_request",
            "traceloop.entity.input",
            "langfuse.observation.input",
            "ai.toolCall.args",
            "arguments",
            "tool_parameters",
            "prompt",
            "user.email",
            "exception.stacktrace",
            "evaluations.0.evaluation.explanation",
        ] {
            assert_eq!(Slot::of(name), None, "{name}");
        }
    }

    #[test]
    fn the_first_name_has_the_best_rank() {
        let slot = |field, rank| Some(Slot::Field { field, rank });
        assert_eq!(Slot::of("gen_ai.conversation.id"), slot(Field::Session, 0));
        assert_eq!(Slot::of("session.id"), slot(Field::Session, 1));
        assert_eq!(Slot::of("mcp.tool.result"), Some(Slot::Result));
        assert_eq!(Slot::of(""), None);
    }

    #[test]
    fn parts_of_judgements_are_told_apart() {
        let part = |name| match Slot::of(name) {
            Some(Slot::Judgement(JudgementPart { of, part })) => {
                Some((of.collection, of.index, part))
            }
            _ => None,
        };
        for (name, expected) in [
            (
                "evaluations.0.evaluation.score",
                Some(("evaluations.", 0, Part::Score)),
            ),
            (
                "session.annotations.12.annotation.label",
                Some(("session.annotations.", 12, Part::Label)),
            ),
            ("evaluations.0.annotation.score", None),
            ("evaluations.x.evaluation.score", None),
            ("evaluations.evaluation.score", None),
        ] {
            assert_eq!(part(name), expected, "{name}");
        }
    }
}
