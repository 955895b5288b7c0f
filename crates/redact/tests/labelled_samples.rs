//! The labelled samples meet every bar. They stand under `ATTUNE_SHARED`.
#![cfg(feature = "shared-data")]

#[path = "../examples/score/scoring.rs"]
mod scoring;

#[test]
fn every_bar_holds_on_the_labelled_samples() {
    let table = scoring::score().unwrap();

    let misses = table.misses();
    let missed = table.missed_bars();

    assert!(missed.is_empty(), "{missed:?}\n{table}\n{misses:?}");
}
