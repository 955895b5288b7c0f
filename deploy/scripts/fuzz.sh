#!/usr/bin/env bash
# Runs every fuzz target of every crate for FUZZ_SECONDS (60) each; what they learn stays in target/.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=${CARGO_TARGET_DIR:-$PWD/target}
tools=$target/tools
export PATH="$tools/bin:$PATH"

if ! command -v cargo-fuzz >/dev/null; then
  cargo install cargo-fuzz --locked --quiet --target-dir "$tools/build" --root "$tools"
fi

# The crates forbid unsafe code, so that the address sanitizer would only slow them down.
build=(--fuzz-dir . --sanitizer none --target-dir "$target/fuzz")
# The flags of libFuzzer builds are not yet allowed on a stable compiler.
fuzz() {
  RUSTC_BOOTSTRAP=1 cargo fuzz "$@"
}

targets=0
for manifest in crates/*/fuzz/Cargo.toml; do
  [[ -f $manifest ]] || continue
  folder=$(dirname "$manifest")
  crate=$(basename "$(dirname "$folder")")
  seeds=$target/fuzz-seeds/$crate
  mkdir -p "$seeds"
  if [[ -f crates/$crate/examples/seeds.rs ]]; then
    cargo --locked run --quiet --package "$crate" --example seeds -- "$seeds"
  fi
  for name in $(cd "$folder" && fuzz list --fuzz-dir .); do
    targets=$((targets + 1))
    echo "fuzz: $folder $name"
    corpus=$target/fuzz-corpus/$crate/$name
    findings=$target/fuzz-findings/$crate/$name
    mkdir -p "$corpus" "$findings"
    (cd "$folder" && fuzz run "${build[@]}" "$name" "$corpus" "$seeds" -- \
      -max_total_time="${FUZZ_SECONDS:-60}" -timeout=20 -print_final_stats=1 \
      -artifact_prefix="$findings/")
  done
done
if [[ $targets -eq 0 ]]; then
  echo "fuzz: no crate has a fuzz target" >&2
  exit 1
fi
