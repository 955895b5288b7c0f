//! Deploy steps.

use patch_apply::{PatchApplySettings, domain::deploy::DeployStep};
use testkit::Backend;
use types::{patch::StepState, proposal::Stage};

use crate::helpers::{AGENTS, BETTER, GUIDE, World};

fn step(name: &str, script: &str, when_paths: &[&str]) -> DeployStep {
    DeployStep {
        name: name.to_owned(),
        run: [
            "sh",
            "-c",
            script,
            "deploy",
            "{commit}",
            "{mirror}",
            "{data_dir}",
        ]
        .map(str::to_owned)
        .to_vec(),
        when_paths: when_paths.iter().map(|path| (*path).to_owned()).collect(),
        timeout_seconds: 20,
    }
}

async fn world(deploy: Vec<DeployStep>) -> World {
    let settings = PatchApplySettings {
        deploy,
        ..Default::default()
    };
    World::start_with(Backend::Sqlite, settings).await
}

const COPY: &str =
    r#"git --git-dir="$2" show "$1:agents/agents.yaml" > "$3/deployed.yaml" && echo copied"#;

#[tokio::test]
async fn steps_bring_the_merged_files_into_production_and_back() {
    let world = world(vec![
        step("copy", COPY, &[]),
        step("docs", "exit 1", &["docs/**"]),
    ])
    .await;
    let deployed = world.place.common.server.data_dir.join("deployed.yaml");
    let pull = world.propose(&world.request(1)).await;
    world.merged(&pull).await;
    world
        .run_when(1, |run| run.stage == Stage::Monitoring)
        .await;
    assert_eq!(std::fs::read_to_string(&deployed).unwrap(), BETTER);

    world.close_window(1, "rolled_back", "regressed").await;
    world.event(1, "reverted").await;
    assert_eq!(std::fs::read_to_string(&deployed).unwrap(), AGENTS);
    let run = world.run(1).await;
    let names: Vec<&str> = run.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "write_patch",
            "validate",
            "open_pr",
            "merge",
            "deploy: copy",
            "open_window",
            "monitor",
            "revert",
            "deploy back: copy"
        ]
    );
    assert_eq!(run.steps[4].output.trim(), "copied");
    assert!(
        run.steps.iter().all(|step| step.state == StepState::Passed),
        "{:#?}",
        run.steps
    );
}

#[tokio::test]
async fn a_failed_step_takes_the_merge_back_so_that_the_branch_equals_what_runs() {
    let provision = r#"git --git-dir="$2" show "$1:agents/agents.yaml" | grep -q Retry && { echo password=hunter2hunter2; exit 7; }; true"#;
    let world = world(vec![step("provision", provision, &["agents/**"])]).await;
    let before = world.target.tree("main");
    let pull = world.propose(&world.request(1)).await;
    world.merged(&pull).await;
    let event = world.event(1, "failed:deployed").await;
    assert!(
        event["message"].as_str().unwrap().contains("provision"),
        "{event}"
    );
    assert_eq!(world.target.tree("main"), before);
    let run = world.run(1).await;
    let failed = run
        .steps
        .iter()
        .find(|step| step.state == StepState::Failed)
        .unwrap();
    assert_eq!(failed.name, "deploy: provision");
    assert!(!failed.output.contains("hunter2"), "{}", failed.output);

    let next = world
        .propose(&world.docs_request(2, GUIDE, "# Guide\n\nTwo lines.\n"))
        .await;
    world.merged(&next).await;
    world.event(2, "done").await;
}

#[tokio::test]
async fn when_the_old_state_cannot_be_deployed_either_a_person_is_told() {
    let world = world(vec![step("broken", "exit 1", &[])]).await;
    let pull = world.propose(&world.request(1)).await;
    world.merged(&pull).await;
    let event = world.event(1, "revert_failed").await;
    assert!(
        event["message"]
            .as_str()
            .unwrap()
            .contains("deploy back: broken"),
        "{event}"
    );
    assert_eq!(world.target.text("main", "agents/agents.yaml"), AGENTS);
}
