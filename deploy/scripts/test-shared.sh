#!/usr/bin/env bash
# Runs the tests over the data sets, which are not part of this repository.
# ATTUNE_SHARED names the folder that has them in its `data` subfolder.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [[ ! -d ${ATTUNE_SHARED:-}/data ]]; then
  echo "test-shared: ATTUNE_SHARED must name a folder with the subfolder data" >&2
  exit 1
fi

mapfile -t manifests < <(grep --files-with-matches '^shared-data = ' crates/*/Cargo.toml)
packages=()
for manifest in "${manifests[@]}"; do
  packages+=(--package "$(sed -n 's/^name = "\(.*\)"$/\1/p' "$manifest" | head -n 1)")
done
if [[ ${#packages[@]} -eq 0 ]]; then
  echo "test-shared: no crate has the feature shared-data" >&2
  exit 1
fi

cargo --locked test "${packages[@]}" --features shared-data
cargo --locked build --workspace --bins
cargo --locked test --package stack-tests --features shared-data --test real_input
