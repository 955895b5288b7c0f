//! The reference vectors and boundaries of the shared data.

use std::path::PathBuf;

use serde::{Deserialize, de::DeserializeOwned};

use super::{super::*, counts};

#[derive(Deserialize)]
struct Vector {
    x0: u64,
    n0: u64,
    x1: u64,
    n1: u64,
    #[serde(rename = "ln_E_revert")]
    ln_e: f64,
    #[serde(rename = "ln_E_warn_ratio1")]
    ln_w: f64,
    #[serde(rename = "ln_E_closed_form_C")]
    ln_closed_form: f64,
    #[serde(rename = "ln_F_stable")]
    ln_f: Option<f64>,
    verdict: Test,
}

#[derive(Deserialize)]
struct Boundary {
    x0: u64,
    n0: u64,
    n1: Vec<u64>,
    revert_at_errors: Vec<u64>,
    stable_at_most_errors: Vec<Option<u64>>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the place of the shared data is no setting"
)]
fn read<T: DeserializeOwned>(name: &str) -> T {
    let shared = std::env::var("ATTUNE_SHARED").expect("ATTUNE_SHARED names the shared data");
    let path = PathBuf::from(shared).join("data/monitoring").join(name);
    let text = std::fs::read_to_string(&path).expect("the shared data is there");
    serde_json::from_str(&text).expect("the shared data has its form")
}

fn answer(baseline: Counts, failures: u64, total: u64) -> Test {
    judge(baseline, counts(failures, total)).test(&Thresholds::default())
}

/// Whether F alone passes its threshold; the same row may prove some harm as well.
fn proves_stable(baseline: Counts, failures: u64, total: u64) -> bool {
    let ln_f = judge(baseline, counts(failures, total)).ln_f_stable;
    ln_f.is_some_and(|ln_f| ln_f >= Thresholds::default().stable.ln())
}

#[test]
fn every_reference_vector_is_met() {
    let vectors: Vec<Vector> = read("golden_vectors.json");
    assert!(vectors.len() >= 48, "only {} vectors", vectors.len());
    for Vector {
        x0,
        n0,
        x1,
        n1,
        ln_e,
        ln_w,
        ln_closed_form,
        ln_f,
        verdict,
    } in vectors
    {
        let row = format!("{x0}/{n0} then {x1}/{n1}");
        let evidence = judge(counts(x0, n0), counts(x1, n1));
        assert!(
            (evidence.ln_e_revert - ln_e).abs() < 1e-3,
            "E of {row}: {evidence:?}"
        );
        assert!(
            (evidence.ln_e_degraded - ln_w).abs() < 1e-3,
            "W of {row}: {evidence:?}"
        );
        assert!(
            (evidence.ln_closed_form - ln_closed_form).abs() < 1e-3,
            "C of {row}"
        );
        assert_eq!(evidence.ln_f_stable.is_some(), ln_f.is_some(), "F of {row}");
        let apart = evidence
            .ln_f_stable
            .zip(ln_f)
            .map_or(0.0, |(ours, theirs)| ours - theirs);
        assert!(apart.abs() < 5e-2, "F of {row}: {evidence:?}");
        assert_eq!(evidence.test(&Thresholds::default()), verdict, "{row}");
    }
}

#[test]
fn the_answer_turns_at_the_reference_boundaries() {
    let boundaries: Vec<Boundary> = read("boundaries.json");
    assert!(!boundaries.is_empty());
    for boundary in boundaries {
        let baseline = counts(boundary.x0, boundary.n0);
        for ((total, reverts), stable) in boundary
            .n1
            .into_iter()
            .zip(boundary.revert_at_errors)
            .zip(boundary.stable_at_most_errors)
        {
            let row = format!("{baseline:?} then {total}");
            assert_eq!(answer(baseline, reverts, total), Test::Revert, "{row}");
            assert_ne!(answer(baseline, reverts - 1, total), Test::Revert, "{row}");
            let first_unstable = stable.map_or(0, |most| most + 1);
            assert!(!proves_stable(baseline, first_unstable, total), "{row}");
            assert!(
                stable.is_none_or(|most| proves_stable(baseline, most, total)),
                "{row}"
            );
        }
    }
}
