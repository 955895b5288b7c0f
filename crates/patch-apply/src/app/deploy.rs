//! Bringing the target branch into production, step by step, and the window that follows.

use std::time::Duration;

use service_kit::{Act, steps::Message};
use types::{
    CommitSha, Service,
    proposal::{RunOutcome, Stage},
    window::OpenWindow,
};

use super::{ActionError, App, drive::Progress, leave_queue, report, to_proposal_service};
use crate::{
    domain::{
        deploy::{DeployStep, Values, next_step},
        run::{Retreat, Run, State},
    },
    process::{Call, Ended, run as run_program},
    store::{Move, StepNote},
};

impl App {
    /// Runs the next deploy step of a merged change, or opens its window when none is left.
    pub(super) async fn deploy(&self, run: Run) -> Result<Progress, ActionError> {
        let Some(commit) = run.merge.as_ref().map(|landing| landing.commit.clone()) else {
            return Ok(Progress::Waits);
        };
        let Some(step) = next_step(
            &self.settings.deploy,
            &run.change.paths,
            &run.deployed_steps,
        )
        .cloned() else {
            return self.open_window(&self.own_act(), &run).await;
        };
        let name = format!("deploy: {}", step.name);
        let Err(why) = self.run_step(&run, &step, &name, &commit).await? else {
            return Ok(Progress::More);
        };
        self.undo_deployment(&step, &why, run.id).await
    }

    /// Runs the next deploy step on the state after the revert, or ends the run.
    pub(super) async fn redeploy(&self, run: Run) -> Result<Progress, ActionError> {
        let Some(commit) = run.revert.as_ref().map(|landing| landing.commit.clone()) else {
            return Ok(Progress::Waits);
        };
        let Some(step) = next_step(
            &self.settings.deploy,
            &run.change.paths,
            &run.deployed_steps,
        )
        .cloned() else {
            return self.finish_revert(&run, commit).await;
        };
        let name = format!("deploy back: {}", step.name);
        if let Err(why) = self.run_step(&run, &step, &name, &commit).await? {
            let why =
                format!("the change is off the target branch ({commit}), but {name} failed: {why}");
            self.fail_revert(run.id, &why).await?;
        }
        Ok(Progress::More)
    }

    /// Runs one step. It is recorded before and after, so a step that a crash cut off runs again.
    async fn run_step(
        &self,
        run: &Run,
        step: &DeployStep,
        name: &str,
        commit: &CommitSha,
    ) -> Result<Result<(), String>, ActionError> {
        let act = self.own_act();
        let limit = Duration::from_secs(step.timeout_seconds);
        self.store
            .keep_lease(
                &act,
                run.id,
                act.at.plus(self.on_the_clock(limit + super::drive::LEASE)),
            )
            .await?;
        let values = Values {
            commit: commit.to_string(),
            mirror: self.git()?.mirror().display().to_string(),
            data_dir: self.data_dir.display().to_string(),
        };
        let mut arguments = step.arguments(&values).into_iter();
        let program = arguments.next().unwrap_or_default();
        let begun = Move::new("run.deploy_step", Some(run), run.clone())
            .note(StepNote::running(name, format!("{program} runs")));
        let run = self.store.advance(&act, begun).await?;
        let finished = run_program(Call {
            program,
            arguments: arguments.collect(),
            environment: Vec::new(),
            folder: self.data_dir.to_path_buf(),
            input: None,
            limit,
        })
        .await;
        let output = self.clean(&finished.output);
        let (after, note, result) = match finished.ended {
            Ended::Passed => {
                let mut after = run.clone();
                after.deployed_steps.push(step.name.clone());
                (after, StepNote::passed(name, output), Ok(()))
            }
            Ended::Failed(how) => {
                let shown = format!("{output}\n{how}");
                (run.clone(), StepNote::failed(name, shown.trim()), Err(how))
            }
        };
        let ended = Move::new("run.deploy_step", Some(&run), after).note(note);
        self.store.advance(&self.own_act(), ended).await?;
        Ok(result)
    }

    /// A failed step: the merge is taken back, so that the target branch equals what runs.
    async fn undo_deployment(
        &self,
        step: &DeployStep,
        why: &str,
        id: types::ProposalId,
    ) -> Result<Progress, ActionError> {
        let act = self.own_act();
        let run = self.store.run(id).await?.ok_or(ActionError::NoRun(id))?;
        let retreat = Retreat {
            reason: format!("deploy step {} failed: {why}", step.name),
            by: act.actor.clone(),
            at: act.at,
            after_failed_deploy: true,
        };
        let after = run.retreating(retreat);
        self.store
            .advance(&act, Move::new("run.deploy_failed", Some(&run), after))
            .await?;
        Ok(Progress::More)
    }

    /// The deployment is done: the run ends when no agent is touched, and is watched otherwise.
    async fn open_window(&self, act: &Act, run: &Run) -> Result<Progress, ActionError> {
        let deployed = Run {
            deployed_at: Some(run.deployed_at.unwrap_or(act.at)),
            ..run.clone()
        };
        let reached = |run: &Run| {
            let outcome = RunOutcome::Reached(Stage::Deployed);
            to_proposal_service(&report(run, outcome, "the change is deployed"))
        };
        if run.change.agents.is_empty() {
            let after = deployed.to(State::Done, None);
            let done = report(
                &after,
                RunOutcome::Done,
                "deployed; no agent is touched, so nothing is watched",
            );
            let step = Move::new("run.done", Some(run), after.clone())
                .tell(reached(&after)?)
                .tell(to_proposal_service(&done)?)
                .tell(leave_queue(run)?);
            self.store.advance(act, step).await?;
            return Ok(Progress::Waits);
        }
        let after = deployed.to(
            State::OpeningWindow,
            Some("tune-gateway to open the window".to_owned()),
        );
        let ask = self.window_message(act, &after)?;
        let step = Move::new("run.deployed", Some(run), after.clone())
            .note(StepNote::running("open_window", "tune-gateway is asked"))
            .tell(reached(&after)?)
            .tell(ask);
        self.store.advance(act, step).await?;
        Ok(Progress::Waits)
    }

    /// Asks for the window again once the slot is free.
    pub(super) async fn await_slot(&self, run: Run) -> Result<Progress, ActionError> {
        let active = self.gateway.active().await;
        let windows = active.map_err(|error| ActionError::PeerUnavailable(error.to_string()))?;
        if !windows.is_empty() {
            return Ok(Progress::Waits);
        }
        let act = self.own_act();
        let after = run.to(
            State::OpeningWindow,
            Some("tune-gateway to open the window".to_owned()),
        );
        let step = Move::new("run.ask_window", Some(&run), after.clone())
            .tell(self.window_message(&act, &after)?);
        self.store.advance(&act, step).await?;
        Ok(Progress::Waits)
    }

    fn window_message(&self, act: &Act, run: &Run) -> Result<Message, ActionError> {
        let merge = run.merge.as_ref().ok_or(ActionError::NotMerged)?;
        let agents = run.change.agents.clone();
        let agent_name = match agents.as_slice() {
            [only] => only.clone(),
            _ => "*".to_owned(),
        };
        let finding = run.change.finding_id.as_ref().map(ToString::to_string);
        let body = OpenWindow {
            agent_name,
            rule_id: finding.unwrap_or_else(|| run.id.to_string()),
            change_date: merge.at.to_string(),
            pre_quality: None,
            pre_stall_rate: None,
            pre_affinity_rate: None,
            commit_sha: merge.commit.clone(),
            expires_at: act.at.plus(self.settings.monitor_span()),
            proposal_id: Some(run.id),
            finding_id: run.change.finding_id.clone(),
            agents,
            deployed_at: run.deployed_at,
            auto_extend: Some(true),
        };
        let path = "/api/agent-tune/monitoring";
        Ok(Message::post(
            "open_window",
            run.id.to_string(),
            Service::TuneGateway,
            path,
            &body,
        )?)
    }
}
