#!/usr/bin/env bash
# Measures how fast the observer takes operations in: the observer on the first processor, its
# clients on the second. Prints medians over ROUNDS (3) of SECONDS_EACH (5), of all or of those with
# PART in their name; asserts nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

deploy/scripts/setup.sh build postgres redis
cargo --locked build --release --package observer --bin observer
cargo --locked build --release --package stack-tests --example ingest_bench
exec deploy/scripts/with-postgres.sh taskset --cpu-list 1 "${CARGO_TARGET_DIR:-target}/release/examples/ingest_bench" \
  "${SECONDS_EACH:-5}" "${ROUNDS:-3}" "${PART:-}"
