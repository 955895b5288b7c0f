//! Starts the stack on a clock for trials, writes where it is, and runs until its input ends.
//!
//! usage: stack FILE — writes `{"key":…,"tune-gateway":"http://…",…}` to FILE once all are ready
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a stack that does not start is of no use to anybody"
)]

use std::{fs, io::Read};

use serde_json::{Map, Value};
use stack_tests::stack::{Options, Stack};

#[tokio::main]
async fn main() {
    let file = std::env::args().nth(1).expect("usage: stack FILE");
    let stack = Stack::start(&Options::default()).await;
    let fleet = stack.fleet(4);
    let mut found: Map<String, Value> = stack
        .site
        .addresses
        .iter()
        .map(|(service, address)| {
            (
                service.name().to_owned(),
                format!("http://{address}").into(),
            )
        })
        .collect();
    let key = fs::read_to_string(stack.folder().join("data/admin.key")).unwrap();
    found.insert("key".to_owned(), key.trim().into());
    fs::write(file, serde_json::to_vec(&found).unwrap()).unwrap();
    let mut rest = Vec::new();
    std::io::stdin().read_to_end(&mut rest).unwrap();
    drop(fleet);
}
