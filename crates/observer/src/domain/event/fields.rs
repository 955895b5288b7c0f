//! The fields of an event's JSON object, each read as what it must be.

use serde_json::Number;
use types::{
    Timestamp,
    event::{EventType, Scenario},
    problem::FieldError,
};

use super::object::{Field, Object};

/// Names and ids may be this long; texts may be as long as a request allows.
const MAX_NAME_BYTES: usize = 1024;

/// Reads fields and gathers what is wrong with them.
pub(super) struct Fields<'a> {
    pub(super) object: &'a Object<'a>,
    pub(super) errors: Vec<FieldError>,
}

impl<'a> Fields<'a> {
    /// The field's value; `null` is the same as leaving it out.
    fn get(&self, name: &str) -> Option<&'a Field<'a>> {
        self.object.get(name).filter(|field| **field != Field::Null)
    }

    fn refuse<T>(&mut self, name: &str, detail: &str) -> Option<T> {
        self.errors.push(FieldError {
            pointer: format!("/{name}"),
            detail: detail.to_owned(),
        });
        None
    }

    fn borrowed(&mut self, name: &str) -> Option<&'a str> {
        match self.get(name)? {
            Field::Text(text) => Some(text),
            _ => self.refuse(name, "expected text"),
        }
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.borrowed(name).map(str::to_owned)
    }

    pub(super) fn name(&mut self, name: &str) -> Option<String> {
        let text = self.borrowed(name)?;
        if MAX_NAME_BYTES < text.len() {
            return self.refuse(name, "expected at most 1024 bytes of text");
        }
        Some(text.to_owned()).filter(|text| !text.is_empty())
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Field::Bool(flag) => Some(*flag),
            _ => self.refuse(name, "expected true or false"),
        }
    }

    fn number(&mut self, name: &str) -> Option<f64> {
        match self.get(name)?.number().and_then(Number::as_f64) {
            Some(number) => Some(number),
            None => self.refuse(name, "expected a number"),
        }
    }

    pub(super) fn amount(&mut self, name: &str) -> Option<f64> {
        let number = self.number(name)?;
        match 0.0 <= number {
            true => Some(number),
            false => self.refuse(name, "expected a number that is not negative"),
        }
    }

    pub(super) fn count(&mut self, name: &str) -> Option<u64> {
        match self.get(name)?.number().and_then(Number::as_u64) {
            Some(number) => Some(number),
            None => self.refuse(name, "expected a whole number that is not negative"),
        }
    }

    pub(super) fn retry_count(&mut self) -> Option<u32> {
        let count = self.count("retry_count")?;
        u32::try_from(count)
            .ok()
            .or_else(|| self.refuse("retry_count", "expected a number below 4294967296"))
    }

    fn turn(&mut self) -> Option<i64> {
        let turn = self.get("applied_at_turn")?;
        match turn.number().and_then(Number::as_i64) {
            Some(number) => Some(number),
            None => self.refuse("applied_at_turn", "expected a whole number"),
        }
    }

    pub(super) fn timestamp(&mut self, name: &str) -> Option<Timestamp> {
        let text = self.borrowed(name)?;
        match text.parse() {
            Ok(moment) => Some(moment),
            Err(types::Invalid(detail)) => self.refuse(name, &detail),
        }
    }

    pub(super) fn event_type(&mut self) -> Option<EventType> {
        let named = match self.get("event_type")? {
            Field::Text(name) => EventType::ALL.into_iter().find(|it| it.name() == name),
            _ => None,
        };
        named.or_else(|| {
            self.refuse(
                "event_type",
                "expected tool_call, user_correction, task_failure, feedback, escalation, session_end or model_call",
            )
        })
    }

    /// Whether it worked must be said of a call; the other types say it themselves.
    pub(super) fn success(&mut self, event_type: Option<EventType>) -> bool {
        if self.get("success").is_some() {
            return self.flag("success").unwrap_or_default();
        }
        match event_type {
            None | Some(EventType::ToolCall) => {
                self.refuse::<bool>("success", "is required: expected true or false");
                false
            }
            Some(event_type) => event_type != EventType::TaskFailure,
        }
    }

    /// A judgement as a number, or as a thumb.
    pub(super) fn feedback(&mut self) -> Option<f64> {
        for name in ["feedback", "thumbs"] {
            let Some(value) = self.get(name) else {
                continue;
            };
            let judged = match value {
                Field::Number(number) => number.as_f64().filter(|x| (0.0..=1.0).contains(x)),
                Field::Text(word) => thumb(word),
                _ => None,
            };
            return judged.or_else(|| {
                self.refuse(name, "expected a number from 0 to 1, \"up\" or \"down\"")
            });
        }
        let up = self.flag("thumbs_up").map(|up| if up { 1.0 } else { 0.0 });
        let down = self.flag("thumbs_down");
        up.or(down.map(|down| if down { 0.0 } else { 1.0 }))
    }

    pub(super) fn scenario(&mut self) -> Scenario {
        Scenario {
            staffer_id: self.name("staffer_id"),
            sig_hash: self.name("sig_hash"),
            event_kind: self.name("event_kind"),
            role: self.name("role"),
            city: self.name("city"),
            state: self.name("state"),
            count: self.number("count"),
            rescue_attempted: self.flag("rescue_attempted").unwrap_or_default(),
            rescue_succeeded: self.flag("rescue_succeeded").unwrap_or_default(),
            correction: self.text("correction"),
            applied_at_turn: self.turn(),
        }
    }
}

fn thumb(word: &str) -> Option<f64> {
    match word {
        "up" | "thumbs_up" | "good" => Some(1.0),
        "down" | "thumbs_down" | "bad" => Some(0.0),
        _ => None,
    }
}
