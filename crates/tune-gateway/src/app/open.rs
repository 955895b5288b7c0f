//! Opening a window.

use serde_json::json;
use service_kit::{Act, db::DbError};
use tracing::{info, instrument};
use types::{
    Timestamp, WindowId,
    problem::FieldError,
    window::{MonitoringWindow, OpenWindow, Verdict, WindowStatus},
};

use super::App;
use crate::{
    domain::{
        truth,
        watch::Outcome,
        window::{Step, WindowRefusal, check_opening, step},
    },
    store::{Change, Opened, StoredWindow, closed},
};

/// Why a window is not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenWindowError {
    /// Some fields are missing or wrong.
    #[error("some fields are not valid")]
    Invalid(Vec<FieldError>),
    /// It would watch what has not happened, or nothing.
    #[error("{0}")]
    Times(#[from] WindowRefusal),
    /// Another window holds the slot.
    #[error("window {} over {} is active until {}; wait, or close it", .0.id, .0.agent_name, .0.expires_at)]
    AlreadyActive(Box<MonitoringWindow>),
    /// A truth rule stands against it.
    #[error("rule {rule} refuses this: {message}")]
    Ruled {
        /// Which rule.
        rule: String,
        /// What it says.
        message: String,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] DbError),
}

impl App {
    /// Opens a window on one change, unless any window is active already.
    #[instrument(skip_all, fields(agent.name = %request.agent_name))]
    pub(crate) async fn open_window(
        &self,
        request: OpenWindow,
        act: &Act,
    ) -> Result<MonitoringWindow, OpenWindowError> {
        self.admit(&request)?;
        let window = self.window_of(request, act.at)?;
        let give_way = |active: &StoredWindow| self.end_if_over(active, act.at);
        match self.store.open(&window, give_way, act).await? {
            Opened::Held(holder) => Err(OpenWindowError::AlreadyActive(holder)),
            Opened::Done(window) => {
                info!(window.id = %window.id, "opened monitoring window {}", window.id);
                Ok(*window)
            }
        }
    }

    /// Asks the truth rules of class `window`.
    fn admit(&self, request: &OpenWindow) -> Result<(), OpenWindowError> {
        let context = json!(request);
        let fired = self.truth.evaluate("window", &context);
        let Some(message) = truth::rejection(&fired) else {
            return Ok(());
        };
        let rule = fired
            .first()
            .map(|fired| fired.rule_id.clone())
            .unwrap_or_default();
        Err(OpenWindowError::Ruled {
            rule,
            message: message.to_owned(),
        })
    }

    fn window_of(
        &self,
        request: OpenWindow,
        now: Timestamp,
    ) -> Result<MonitoringWindow, OpenWindowError> {
        let faults = faults(&request);
        if !faults.is_empty() {
            return Err(OpenWindowError::Invalid(faults));
        }
        let deployed_at = request.deployed_at.unwrap_or(now);
        check_opening(deployed_at, request.expires_at, now)?;
        let agents = if request.agents.is_empty() {
            vec![request.agent_name.clone()]
        } else {
            request.agents
        };
        let clean = |text: &str| self.redactor.redact(text).into_owned();
        Ok(MonitoringWindow {
            id: WindowId(self.clock.ordered_id()),
            agent_name: clean(&request.agent_name),
            rule_id: clean(&request.rule_id),
            change_date: request.change_date,
            pre_quality: request.pre_quality.map(f64::from),
            pre_stall_rate: request.pre_stall_rate.map(f64::from),
            pre_affinity_rate: request.pre_affinity_rate.map(f64::from),
            commit_sha: request.commit_sha,
            expires_at: request.expires_at,
            status: WindowStatus::Active,
            created_at: now,
            closed_at: None,
            agents: agents.iter().map(|agent| clean(agent)).collect(),
            deployed_at,
            proposal_id: request.proposal_id,
            finding_id: request.finding_id,
            auto_extend: request.auto_extend.unwrap_or(request.proposal_id.is_some()),
            verdict: None,
            effect: None,
            figures: None,
            why: None,
            post_quality: None,
            post_stall_rate: None,
            post_affinity_rate: None,
            released: false,
        })
    }

    /// How a window that is over ends, without a fresh look at its evidence.
    fn end_if_over(&self, active: &StoredWindow, now: Timestamp) -> Option<Change> {
        let known = active
            .evidence
            .as_ref()
            .map_or(Outcome::Open, |known| known.watch.outcome());
        let Step::Close(closing) = step(&active.state(), known, self.on_degraded, now) else {
            return None;
        };
        let mut to = closed(&active.window, closing, now);
        if closing.verdict == Verdict::Inconclusive && to.why.is_none() {
            to.why = Some("the window ended before anything was seen".to_owned());
        }
        Some(Change {
            from: active.clone(),
            to,
            evidence: active.evidence.clone(),
            evaluation: None,
            action: Some("window.expire"),
        })
    }
}

fn faults(request: &OpenWindow) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let mut fault = |pointer: &str, detail: &str| {
        faults.push(FieldError {
            pointer: pointer.to_owned(),
            detail: detail.to_owned(),
        });
    };
    for (pointer, text) in [
        ("/agent_name", &request.agent_name),
        ("/rule_id", &request.rule_id),
    ] {
        if !is_name(text) {
            fault(
                pointer,
                "expected 1 to 200 characters, none of them a control character",
            );
        }
    }
    if 200 < request.agents.len() || !request.agents.iter().all(|agent| is_name(agent)) {
        fault(
            "/agents",
            "expected at most 200 names of 1 to 200 characters",
        );
    }
    if !is_moment_or_day(&request.change_date) {
        fault(
            "/change_date",
            "expected a moment in RFC 3339 or a day such as 2026-01-10",
        );
    }
    if request.proposal_id.is_none() {
        let given = [
            ("/pre_quality", request.pre_quality),
            ("/pre_stall_rate", request.pre_stall_rate),
            ("/pre_affinity_rate", request.pre_affinity_rate),
        ];
        for (pointer, value) in given {
            if value.is_none() {
                fault(pointer, "is required for a window without a proposal_id");
            }
        }
    }
    faults
}

fn is_name(text: &str) -> bool {
    let length = text.chars().count();
    (1..=200).contains(&length) && !text.trim().is_empty() && !text.chars().any(char::is_control)
}

fn is_moment_or_day(text: &str) -> bool {
    text.parse::<Timestamp>().is_ok()
        || (text.len() == 10 && format!("{text}T00:00:00Z").parse::<Timestamp>().is_ok())
}
