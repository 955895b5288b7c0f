//! Judgements on what an agent did: scores and labels, never their explanation.

use types::event::{EventType, Operation};

use super::{
    AttributeValue, Attributes,
    names::{Field, JudgementKey, JudgementPart, Part},
};

/// One judgement.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Judgement {
    pub(super) name: String,
    pub(super) score: Option<f64>,
    pub(super) label: Option<String>,
}

/// The judgements that a record carries as flattened attributes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Judgements(Vec<(JudgementKey, Judgement)>);

impl Judgements {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn put(&mut self, part: JudgementPart, value: &AttributeValue<'_>) {
        let at = self.0.iter().position(|(key, _)| *key == part.of);
        let at = at.unwrap_or_else(|| {
            self.0.push((part.of, Judgement::default()));
            self.0.len() - 1
        });
        let judgement = &mut self.0[at].1;
        match (part.part, value) {
            (Part::Name, AttributeValue::Text(text)) => judgement.name = text.to_string(),
            (Part::Label, AttributeValue::Text(text)) => judgement.label = Some(text.to_string()),
            (Part::Score, AttributeValue::Flag(flag)) => {
                judgement.score = Some(f64::from(u8::from(*flag)));
            }
            (Part::Score, value) => judgement.score = value.number(),
            (Part::Name | Part::Label, _) => {}
        }
    }

    /// Each as an operation like `base`, whose id gets the place of the judgement.
    pub(super) fn operations<'a>(
        &'a self,
        base: &'a Operation,
    ) -> impl Iterator<Item = Operation> + 'a {
        self.0.iter().filter_map(move |(key, judgement)| {
            let base = Operation {
                event_id: format!("{}-{}{}", base.event_id, key.collection, key.index),
                ..base.clone()
            };
            judgement.operation(base)
        })
    }
}

impl Judgement {
    /// The judgement that an event of the conventions holds.
    pub(super) fn stated(attributes: &Attributes<'_>) -> Option<Self> {
        Some(Self {
            name: attributes.text(Field::EvaluationName)?.to_owned(),
            score: attributes.number(Field::ScoreValue),
            label: attributes.shown(Field::ScoreLabel),
        })
    }

    /// What it is to us: a correction or a hand-over where its name says so, else feedback.
    pub(super) fn operation(&self, base: Operation) -> Option<Operation> {
        let label = self.label.clone().filter(|label| !label.is_empty());
        match self.name.as_str() {
            "" => None,
            "user_correction" => Some(Operation {
                event_type: EventType::UserCorrection,
                correction_type: label,
                ..base
            }),
            "escalation" => Some(Operation {
                event_type: EventType::Escalation,
                reason_category: label,
                ..base
            }),
            name => Some(Operation {
                event_type: EventType::Feedback,
                task_class: Some(name.to_owned()),
                feedback: Some(self.score()?),
                ..base
            }),
        }
    }

    /// A score from 0 to 1; a score on another scale is no judgement that can be compared.
    fn score(&self) -> Option<f64> {
        if let Some(value) = self.score {
            return Some(value).filter(|value| (0.0..=1.0).contains(value));
        }
        match self.label.as_deref()?.to_ascii_lowercase().as_str() {
            "pass" | "passed" | "good" | "thumbs_up" | "up" | "relevant" | "correct" => Some(1.0),
            "fail" | "failed" | "bad" | "thumbs_down" | "down" | "not_relevant" | "irrelevant"
            | "incorrect" => Some(0.0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::blank;

    #[test]
    fn a_judgement_is_feedback_a_correction_or_a_hand_over() {
        use EventType::{Escalation, Feedback, UserCorrection};
        for (name, score, label, expected) in [
            ("helpful", Some(0.5), None, Some((Feedback, Some(0.5)))),
            ("helpful", None, Some("Pass"), Some((Feedback, Some(1.0)))),
            ("helpful", Some(7.0), Some("pass"), None),
            ("helpful", None, None, None),
            ("", Some(1.0), None, None),
            (
                "user_correction",
                None,
                Some("style"),
                Some((UserCorrection, None)),
            ),
            ("escalation", Some(1.0), None, Some((Escalation, None))),
        ] {
            let judgement = Judgement {
                name: name.to_owned(),
                score,
                label: label.map(str::to_owned),
            };
            let operation = judgement.operation(blank(types::Timestamp::from_micros(0)));
            let found = operation.map(|it| (it.event_type, it.feedback));
            assert_eq!(found, expected, "{judgement:?}");
        }
    }

    #[test]
    fn flattened_judgements_become_operations_with_ids_of_their_own() {
        let mut attributes = Attributes::default();
        let text = |text: &'static str| AttributeValue::Text(text.into());
        attributes.push("evaluations.0.evaluation.name", text("correctness"));
        attributes.push(
            "evaluations.0.evaluation.score",
            AttributeValue::Number(1.0),
        );
        attributes.push("evaluations.0.evaluation.explanation", text("secret"));
        attributes.push("session.annotations.1.annotation.label", text("bad"));
        attributes.push("session.annotations.1.annotation.name", text("tone"));
        let base = Operation {
            event_id: "t-s".to_owned(),
            ..blank(types::Timestamp::from_micros(0))
        };
        let found: Vec<_> = attributes
            .judgements
            .operations(&base)
            .map(|it| (it.event_id, it.task_class, it.feedback))
            .collect();
        assert_eq!(
            found,
            [
                (
                    "t-s-evaluations.0".to_owned(),
                    Some("correctness".to_owned()),
                    Some(1.0)
                ),
                (
                    "t-s-session.annotations.1".to_owned(),
                    Some("tone".to_owned()),
                    Some(0.0)
                ),
            ]
        );
    }
}
