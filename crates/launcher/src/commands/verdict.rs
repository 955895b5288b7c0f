//! `attune verdict`: the verdict on rows of counts, each by itself.

use std::io::{self, BufRead, BufWriter, Write};

use serde::Deserialize;
use tune_gateway::domain::verdict::{Counts, RowVerdict, Thresholds, verdict_of_row};

use crate::failure::Failure;

/// One row of input.
#[derive(Deserialize)]
struct Row {
    baseline: Counts,
    after: Counts,
}

/// Runs the command: one line out for each line in, in order.
pub(super) fn run() -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut faults = 0_u64;
    for (number, line) in (1_u64..).zip(io::stdin().lock().lines()) {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        match judged(&line) {
            Ok(verdict) => serde_json::to_writer(&mut out, &verdict).map_err(io::Error::from)?,
            Err(error) => {
                faults += 1;
                let fault = serde_json::json!({ "line": number, "error": error });
                write!(out, "{fault}")?;
            }
        }
        out.write_all(b"\n")?;
    }
    out.flush()?;
    match faults {
        0 => Ok(()),
        count => Err(Failure::failed(format!("{count} rows cannot be judged"))),
    }
}

fn judged(line: &str) -> Result<RowVerdict, String> {
    let row: Row = serde_json::from_str(line).map_err(|error| error.to_string())?;
    Ok(verdict_of_row(
        row.baseline,
        row.after,
        &Thresholds::default(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_judged_or_says_what_is_wrong_with_it() {
        let row = |after: &str| {
            format!(r#"{{"baseline":{{"failures":24,"total":480}},"after":{after}}}"#)
        };
        let worse = judged(&row(r#"{"failures":90,"total":300}"#)).unwrap();
        let text = serde_json::to_string(&worse).unwrap();
        assert!(
            text.starts_with(r#"{"verdict":"revert","ln_e_revert":"#),
            "{text}"
        );
        let wrong = judged(&row(r#"{"failures":3,"total":2}"#)).unwrap_err();
        assert!(wrong.contains("more than the total"), "{wrong}");
        assert!(judged(r#"{"baseline":{}}"#).is_err());
    }
}
