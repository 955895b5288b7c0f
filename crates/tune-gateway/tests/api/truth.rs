//! Truth rules over HTTP.

use serde_json::{Value, json};
use testkit::Place;

#[tokio::test]
async fn rules_fire_with_why_and_stand_before_a_window() {
    let place = Place::new();
    let file = place.folder.path().join("rules.json");
    let rules = json!({ "rules": [{
        "id": "no-night-shift", "task_class": "window",
        "condition": { "FieldEquals": { "field": "agent_name", "value": "night" } },
        "actions": [{ "Reject": { "message": "night is not to be changed" } }],
    }] });
    std::fs::write(&file, rules.to_string()).unwrap();
    let mut settings = place.settings(tune_gateway::settings::TuneGatewaySettings::default());
    settings.own.truth_rules = Some(file);
    let running = tune_gateway::start(settings, place.clock.clone())
        .await
        .unwrap();
    let api = place.api(running.address);

    let question = json!({ "task_class": "window", "context": { "agent_name": "night" } });
    let report: Value = api.post("/api/truth/evaluate", &question).await.json(200);
    assert_eq!(report["rejected"], json!(true));
    assert_eq!(report["fired"][0]["rule_id"], "no-night-shift");

    let window = json!({
        "agent_name": "night", "rule_id": "r", "change_date": "2026-01-10", "pre_quality": 1,
        "pre_stall_rate": 0, "pre_affinity_rate": 1, "expires_at": "2026-01-10T13:00:00Z",
        "commit_sha": "5c9a304000000000000000000000000000000000",
    });
    let refused = api.post("/api/agent-tune/monitoring", &window).await;
    refused.assert_problem(409, "TRUTH_RULE_REFUSED");
    running.stop().await;
}

#[tokio::test]
async fn bad_rules_keep_the_gateway_from_starting_and_say_where() {
    let place = Place::new();
    let file = place.folder.path().join("rules.json");
    std::fs::write(
        &file,
        r#"{"rules":[{"id":"x","task_class":"t","condition":"Sometimes","actions":[]}]}"#,
    )
    .unwrap();
    let mut settings = place.settings(tune_gateway::settings::TuneGatewaySettings::default());
    settings.own.truth_rules = Some(file);
    let error = tune_gateway::start(settings, place.clock.clone())
        .await
        .err()
        .unwrap();
    assert!(format!("{error:#}").contains("rules[0]"), "{error:#}");
}
