#!/usr/bin/env bash
# Runs every fuzz target of every crate for FUZZ_SECONDS (60) each.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=$PWD/target/tools
export PATH="$tools/bin:$PATH"
# The sanitizer flags of libFuzzer builds are not yet allowed on a stable compiler.
export RUSTC_BOOTSTRAP=1

if ! command -v cargo-fuzz >/dev/null; then
  cargo install cargo-fuzz --locked --quiet --target-dir "$tools/build" --root "$tools"
fi

targets=0
for manifest in crates/*/fuzz/Cargo.toml; do
  [[ -f $manifest ]] || continue
  folder=$(dirname "$manifest")
  for target in $(cd "$folder" && cargo fuzz list --fuzz-dir .); do
    targets=$((targets + 1))
    echo "fuzz: $folder $target"
    (cd "$folder" && cargo fuzz run --fuzz-dir . "$target" -- -max_total_time="${FUZZ_SECONDS:-60}")
  done
done
if [[ $targets -eq 0 ]]; then
  echo "fuzz: no crate has a fuzz target" >&2
  exit 1
fi
