//! The demo as a visitor starts it: a good change is kept, a bad one is taken back.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on should say so at once"
)]

use std::{net::TcpListener, process::Command};

/// How often in a row.
const TIMES: usize = if cfg!(feature = "soak") { 20 } else { 1 };

/// The first of four neighbouring ports that nobody listens on.
fn free_base() -> u16 {
    (0..1_000_u16)
        .map(|step| 31_000 + step * 4)
        .find(|base| (0..4).all(|more| TcpListener::bind(("127.0.0.1", base + more)).is_ok()))
        .expect("four free ports in a row")
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the program under test is started as a visitor would"
)]
fn the_demo_ends_with_one_change_kept_and_one_taken_back() {
    for time in 1..=TIMES {
        let output = Command::new(env!("CARGO_BIN_EXE_attune"))
            .args(["demo", "--once", "--port-base", &free_base().to_string()])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        let failed = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "time {time}: {told}\n{failed}");
        let last = told.lines().last().unwrap();
        assert!(
            last.contains("implemented") && last.contains("reverted"),
            "{told}"
        );
    }
}
