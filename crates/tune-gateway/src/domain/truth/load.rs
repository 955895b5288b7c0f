//! Reads rules, and says of bad ones what is wrong and where.

use std::fmt;

use serde_json::{Map, Number, Value};

use super::{Action, Condition, FieldPath, Rule};

/// One thing that is wrong with a set of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRule {
    /// Where, such as `rules[2].condition.All[1].field`.
    pub place: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for BadRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.problem)
    }
}

/// All that is wrong with a set of rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bad truth rules: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct BadRules(pub Vec<BadRule>);

/// A value and where it stands.
struct Place<'value> {
    path: String,
    value: &'value Value,
}

/// One thing that is wrong is enough to give up on the rule that holds it.
type Read<T> = Result<T, BadRule>;

pub(super) fn rules(value: &Value) -> Result<Vec<Rule>, BadRules> {
    let root = Place {
        path: String::new(),
        value,
    };
    let listed = listed_rules(&root).map_err(|bad| BadRules(vec![bad]))?;
    let mut rules = Vec::<Rule>::new();
    let mut bad = Vec::new();
    for place in listed {
        match rule(&place) {
            Ok(rule) if rules.iter().any(|other| other.id == rule.id) => {
                bad.push(place.bad(&format!("another rule is called {} too", rule.id)));
            }
            Ok(rule) => rules.push(rule),
            Err(problem) => bad.push(problem),
        }
    }
    if bad.is_empty() {
        Ok(rules)
    } else {
        Err(BadRules(bad))
    }
}

fn listed_rules<'value>(root: &Place<'value>) -> Read<Vec<Place<'value>>> {
    let members = root.object(&["rules"])?;
    root.member(members, "rules")?.entries()
}

fn rule(place: &Place<'_>) -> Read<Rule> {
    let members = place.object(&["id", "task_class", "condition", "actions"])?;
    let actions = place.member(members, "actions")?;
    let listed = actions.entries()?;
    if listed.is_empty() {
        return Err(actions.bad("a rule without actions does nothing"));
    }
    Ok(Rule {
        id: place.member(members, "id")?.text()?,
        task_class: place.member(members, "task_class")?.text()?,
        condition: condition(&place.member(members, "condition")?)?,
        actions: listed.iter().map(action).collect::<Read<_>>()?,
    })
}

fn condition(place: &Place<'_>) -> Read<Condition> {
    const EXPECTED: &str = "expected \"Always\" or an object with one of FieldEquals, FieldEmpty, \
        FieldGreater, Not, All and Any";
    if place.value == "Always" {
        return Ok(Condition::Always);
    }
    let (name, inner) = place.only_member().ok_or_else(|| place.bad(EXPECTED))?;
    match name {
        "FieldEquals" => {
            let members = inner.object(&["field", "value"])?;
            let value = inner.member(members, "value")?.value.clone();
            Ok(Condition::FieldEquals {
                field: inner.field(members)?,
                value,
            })
        }
        "FieldEmpty" => {
            let members = inner.object(&["field"])?;
            Ok(Condition::FieldEmpty {
                field: inner.field(members)?,
            })
        }
        "FieldGreater" => {
            let members = inner.object(&["field", "threshold"])?;
            let threshold = inner.member(members, "threshold")?.number()?;
            Ok(Condition::FieldGreater {
                field: inner.field(members)?,
                threshold,
            })
        }
        "Not" => Ok(Condition::Not(Box::new(condition(&inner)?))),
        "All" => Ok(Condition::All(conditions(&inner)?)),
        "Any" => Ok(Condition::Any(conditions(&inner)?)),
        _ => Err(place.bad(EXPECTED)),
    }
}

fn conditions(place: &Place<'_>) -> Read<Vec<Condition>> {
    let listed = place.entries()?;
    if listed.is_empty() {
        return Err(place.bad("expected at least one condition"));
    }
    listed.iter().map(condition).collect()
}

fn action(place: &Place<'_>) -> Read<Action> {
    const EXPECTED: &str = "expected an object with one of Reject, RequireReview and Warn";
    let (name, inner) = place.only_member().ok_or_else(|| place.bad(EXPECTED))?;
    let message = || inner.member(inner.object(&["message"])?, "message")?.text();
    match name {
        "Reject" => Ok(Action::Reject {
            message: message()?,
        }),
        "RequireReview" => Ok(Action::RequireReview {
            message: message()?,
        }),
        "Warn" => Ok(Action::Warn {
            message: message()?,
        }),
        _ => Err(place.bad(EXPECTED)),
    }
}

impl<'value> Place<'value> {
    fn bad(&self, problem: &str) -> BadRule {
        let place = if self.path.is_empty() {
            "the document"
        } else {
            &self.path
        };
        BadRule {
            place: place.to_owned(),
            problem: problem.to_owned(),
        }
    }

    fn inside(&self, name: &str, value: &'value Value) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self {
            path: format!("{}{dot}{name}", self.path),
            value,
        }
    }

    /// The members of an object that has no others than the `known` ones.
    fn object(&self, known: &[&str]) -> Read<&'value Map<String, Value>> {
        let members = self
            .value
            .as_object()
            .ok_or_else(|| self.bad("expected an object"))?;
        match members
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()))
        {
            Some((name, value)) => Err(self.inside(name, value).bad("unknown field")),
            None => Ok(members),
        }
    }

    fn member(&self, members: &'value Map<String, Value>, name: &str) -> Read<Self> {
        match members.get(name) {
            Some(value) => Ok(self.inside(name, value)),
            None => Err(self.bad(&format!("{name} is missing"))),
        }
    }

    fn only_member(&self) -> Option<(&'value str, Self)> {
        let members = self
            .value
            .as_object()
            .filter(|members| members.len() == 1)?;
        let (name, value) = members.iter().next()?;
        Some((name, self.inside(name, value)))
    }

    fn entries(&self) -> Read<Vec<Self>> {
        let entries = self
            .value
            .as_array()
            .ok_or_else(|| self.bad("expected a list"))?;
        let place = |(index, value)| Self {
            path: format!("{}[{index}]", self.path),
            value,
        };
        Ok(entries.iter().enumerate().map(place).collect())
    }

    fn text(&self) -> Read<String> {
        match self.value.as_str() {
            Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
            _ => Err(self.bad("expected a text that is not empty")),
        }
    }

    fn number(&self) -> Read<Number> {
        match self.value {
            Value::Number(number) => Ok(number.clone()),
            _ => Err(self.bad("expected a number")),
        }
    }

    fn field(&self, members: &'value Map<String, Value>) -> Read<FieldPath> {
        let place = self.member(members, "field")?;
        FieldPath::try_from(place.text()?).map_err(|invalid| place.bad(&invalid.to_string()))
    }
}
