use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn one_rule(condition: &Value) -> Value {
    json!({"rules": [{
        "id": "rule",
        "task_class": "tune",
        "condition": condition,
        "actions": [{"Warn": {"message": "look twice"}}],
    }]})
}

fn fires(condition: &Value, context: &Value) -> Option<String> {
    let rules = RuleSet::load(&one_rule(condition)).unwrap();
    rules.evaluate("tune", context).pop().map(|fired| fired.why)
}

#[test]
fn a_rule_fires_when_its_condition_holds_and_says_why() {
    let context = json!({
        "agent": {"name": "writer", "tools": ["Bash", {"id": 7}], "notes": "", "limits": {}},
        "lines": 21, "share": 0.5, "huge": 9_007_199_254_740_993_i64, "zero": 0, "off": false,
        "nothing": null,
    });
    for (condition, why) in [
        (json!("Always"), Some("it always applies")),
        (
            json!({"FieldEquals": {"field": "agent.name", "value": "writer"}}),
            Some("agent.name is \"writer\""),
        ),
        (
            json!({"FieldEquals": {"field": "agent.name", "value": "Writer"}}),
            None,
        ),
        (
            json!({"FieldEquals": {"field": "agent.tools.1.id", "value": 7.0}}),
            Some("agent.tools.1.id is 7"),
        ),
        (
            json!({"FieldEquals": {"field": "agent.tools.2", "value": null}}),
            None,
        ),
        (
            json!({"FieldEquals": {"field": "nothing", "value": null}}),
            Some("nothing is null"),
        ),
        (
            json!({"FieldEmpty": {"field": "agent.owner"}}),
            Some("agent.owner is absent"),
        ),
        (
            json!({"FieldEmpty": {"field": "agent.notes"}}),
            Some("agent.notes is empty"),
        ),
        (
            json!({"FieldEmpty": {"field": "agent.limits"}}),
            Some("agent.limits is empty"),
        ),
        (
            json!({"FieldEmpty": {"field": "nothing"}}),
            Some("nothing is empty"),
        ),
        (json!({"FieldEmpty": {"field": "zero"}}), None),
        (json!({"FieldEmpty": {"field": "off"}}), None),
        (
            json!({"FieldGreater": {"field": "lines", "threshold": 20}}),
            Some("lines is 21, more than 20"),
        ),
        (
            json!({"FieldGreater": {"field": "lines", "threshold": 21}}),
            None,
        ),
        (
            json!({"FieldGreater": {"field": "share", "threshold": 0.25}}),
            Some("share is 0.5, more than 0.25"),
        ),
        (
            json!({"FieldGreater": {"field": "huge", "threshold": 9_007_199_254_740_992_i64}}),
            Some("huge is 9007199254740993, more than 9007199254740992"),
        ),
        (
            json!({"FieldGreater": {"field": "agent.name", "threshold": 0}}),
            None,
        ),
        (
            json!({"FieldGreater": {"field": "absent", "threshold": -1}}),
            None,
        ),
        (
            json!({"Not": {"FieldEmpty": {"field": "agent.name"}}}),
            Some("agent.name is not empty"),
        ),
        (json!({"Not": "Always"}), None),
        (
            json!({"All": ["Always", {"FieldGreater": {"field": "lines", "threshold": 1}}]}),
            Some("it always applies and lines is 21, more than 1"),
        ),
        (
            json!({"All": ["Always", {"FieldEmpty": {"field": "lines"}}]}),
            None,
        ),
        (
            json!({"Any": [{"FieldEmpty": {"field": "lines"}}, {"FieldEmpty": {"field": "x"}}]}),
            Some("x is absent"),
        ),
        (json!({"Any": [{"FieldEmpty": {"field": "lines"}}]}), None),
    ] {
        assert_eq!(fires(&condition, &context).as_deref(), why, "{condition}");
    }
}

#[test]
fn rules_of_another_class_stay_silent_and_those_of_every_class_speak() {
    let rule = |id: &str, task_class: &str, action: &str| {
        json!({"id": id, "task_class": task_class, "condition": "Always",
               "actions": [{action: {"message": id}}]})
    };
    let value = json!({"rules": [
        rule("noted", "tune", "Warn"),
        rule("elsewhere", "window", "Reject"),
        rule("everywhere", "*", "Reject"),
        rule("reviewed", "tune", "RequireReview"),
    ]});
    let fired = RuleSet::load(&value).unwrap().evaluate("tune", &json!({}));
    let ids: Vec<&str> = fired.iter().map(|fired| fired.rule_id.as_str()).collect();
    assert_eq!(ids, ["noted", "everywhere", "reviewed"]);
    assert_eq!(rejection(&fired), Some("everywhere"));
    assert_eq!(rejection(&fired[..1]), None);
}

#[test]
fn a_bad_rule_is_refused_with_its_place() {
    let equals = |field: Value| json!({"FieldEquals": {"field": field, "value": 1}});
    for (value, place, problem) in [
        (json!([]), "the document", "expected an object"),
        (json!({}), "the document", "rules is missing"),
        (json!({"rules": {}}), "rules", "expected a list"),
        (json!({"rules": [], "rule": 1}), "rule", "unknown field"),
        (json!({"rules": [7]}), "rules[0]", "expected an object"),
        (
            one_rule(&json!("Never")),
            "rules[0].condition",
            "expected \"Always\"",
        ),
        (
            one_rule(&json!({"FieldEquals": {}, "Not": 1})),
            "rules[0].condition",
            "expected",
        ),
        (
            one_rule(&json!({"FieldEquals": {"field": "a"}})),
            "rules[0].condition.FieldEquals",
            "value is missing",
        ),
        (
            one_rule(&json!({"All": ["Always", equals(json!("a..b"))]})),
            "rules[0].condition.All[1].FieldEquals.field",
            "without empty parts",
        ),
        (
            one_rule(&json!({"Not": {"FieldGreater": {"field": "a", "threshold": "5"}}})),
            "rules[0].condition.Not.FieldGreater.threshold",
            "expected a number",
        ),
        (
            one_rule(&json!({"Any": []})),
            "rules[0].condition.Any",
            "at least one",
        ),
        (
            one_rule(&json!({"FieldEmpty": {"field": "a", "value": 1}})),
            "rules[0].condition.FieldEmpty.value",
            "unknown field",
        ),
        (
            json!({"rules": [{"id": "a", "task_class": "", "condition": "Always",
                   "actions": [{"Warn": {"message": "m"}}]}]}),
            "rules[0].task_class",
            "not empty",
        ),
        (
            json!({"rules": [{"id": "a", "task_class": "t", "condition": "Always", "actions": []}]}),
            "rules[0].actions",
            "does nothing",
        ),
        (
            json!({"rules": [{"id": "a", "task_class": "t", "condition": "Always",
                   "actions": [{"Delete": {}}]}]}),
            "rules[0].actions[0]",
            "Reject, RequireReview and Warn",
        ),
    ] {
        let BadRules(bad) = RuleSet::load(&value).unwrap_err();
        assert_eq!(bad.len(), 1, "{value}");
        assert_eq!(bad[0].place, place, "{value}");
        assert!(
            bad[0].problem.contains(problem),
            "{value}: {}",
            bad[0].problem
        );
    }
}

#[test]
fn every_bad_rule_is_named_at_once() {
    let rule = |id: &str, condition: &str| {
        json!({"id": id, "task_class": "t", "condition": condition,
               "actions": [{"Warn": {"message": "m"}}]})
    };
    let value = json!({"rules": [rule("a", "Never"), rule("b", "Always"), rule("b", "Always")]});
    let error = RuleSet::load(&value).unwrap_err();
    let places: Vec<&str> = error.0.iter().map(|bad| bad.place.as_str()).collect();
    assert_eq!(places, ["rules[0].condition", "rules[2]"]);
    assert!(
        error.to_string().contains("another rule is called b too"),
        "{error}"
    );
}

#[test]
fn what_is_written_out_is_read_back_alike() {
    let condition = json!({"All": [
        {"Not": {"FieldEmpty": {"field": "a.b"}}},
        {"Any": ["Always", {"FieldGreater": {"field": "c", "threshold": 1.5}}]},
        {"FieldEquals": {"field": "d", "value": [1, {"e": null}]}},
    ]});
    let rules = RuleSet::load(&one_rule(&condition)).unwrap();
    let written = serde_json::to_value(&rules).unwrap();
    assert_eq!(written, one_rule(&condition));
    assert_eq!(RuleSet::load(&written).unwrap(), rules);
}

#[test]
fn a_long_value_is_cut_in_the_explanation() {
    let text = "é".repeat(500);
    let condition = json!({"FieldEquals": {"field": "text", "value": text}});
    let why = fires(&condition, &json!({"text": text})).unwrap();
    assert!(why.chars().count() < 100 && why.ends_with('…'), "{why}");
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-c.]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c0-2]", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_condition_and_its_opposite_never_agree(context in anything(), field in "[a-c0-2](\\.[a-c0-2]){0,2}", value in anything()) {
        for condition in [
            json!({"FieldEquals": {"field": field, "value": value}}),
            json!({"FieldEmpty": {"field": field}}),
            json!({"FieldGreater": {"field": field, "threshold": 0}}),
        ] {
            let opposite = json!({"Not": condition});
            let both = json!({"All": [condition, opposite]});
            prop_assert_ne!(fires(&condition, &context), fires(&opposite, &context));
            prop_assert_eq!(fires(&both, &context), None);
        }
    }

    #[test]
    fn whatever_is_loaded_is_rules_or_places(value in anything()) {
        if let Err(BadRules(bad)) = RuleSet::load(&value) {
            prop_assert!(bad.iter().all(|bad| !bad.place.is_empty() && !bad.problem.is_empty()));
        }
    }
}
