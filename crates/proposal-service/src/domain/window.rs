//! What the end of a window means.

use types::window::{CloseStatus, Effect, Verdict, WindowClosed};

use super::event::WindowEnd;

/// What it means for the change.
pub(crate) fn end(status: CloseStatus, verdict: Verdict) -> WindowEnd {
    match (status, verdict) {
        (CloseStatus::RolledBack, _) => WindowEnd::Goes,
        (CloseStatus::Completed, Verdict::Stable | Verdict::Manual) => WindowEnd::Kept,
        (
            CloseStatus::Completed,
            Verdict::Degraded | Verdict::Inconclusive | Verdict::External | Verdict::Regressed,
        ) => WindowEnd::Open,
    }
}

/// Whether everything halts: a change was rolled back because of what was measured, not because
/// a person asked for it.
pub(crate) fn halts_everything(status: CloseStatus, verdict: Verdict) -> bool {
    status == CloseStatus::RolledBack && verdict != Verdict::Manual
}

/// What a person still has to decide on, in a sentence.
pub(crate) fn open_question(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Degraded => "it got worse, but not by more than a quarter",
        Verdict::Inconclusive => "too little was seen to tell",
        Verdict::External => "agents that did not change got worse too",
        Verdict::Regressed => "it got worse by more than a quarter, yet the window was completed",
        Verdict::Stable | Verdict::Manual => "it was kept",
    }
}

/// The line of the log.
pub(crate) fn log_text(closed: &WindowClosed, why: &str) -> String {
    let status = match closed.status {
        CloseStatus::Completed => "completed",
        CloseStatus::RolledBack => "rolled_back",
    };
    let effect = closed.effect.map_or("unknown", Effect::name);
    let (id, verdict) = (closed.window_id, closed.verdict.name());
    format!("window {id} ended {status}, {verdict}; effect on the finding: {effect}. {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_verdicts() {
        use CloseStatus::{Completed, RolledBack};
        use Verdict::{Degraded, External, Inconclusive, Manual, Regressed, Stable};
        for (status, verdict, expected, halts) in [
            (RolledBack, Regressed, WindowEnd::Goes, true),
            (RolledBack, Degraded, WindowEnd::Goes, true),
            (RolledBack, Manual, WindowEnd::Goes, false),
            (Completed, Stable, WindowEnd::Kept, false),
            (Completed, Manual, WindowEnd::Kept, false),
            (Completed, Degraded, WindowEnd::Open, false),
            (Completed, Inconclusive, WindowEnd::Open, false),
            (Completed, External, WindowEnd::Open, false),
        ] {
            assert_eq!(end(status, verdict), expected, "{status:?} {verdict:?}");
            assert_eq!(
                halts_everything(status, verdict),
                halts,
                "{status:?} {verdict:?}"
            );
        }
    }
}
