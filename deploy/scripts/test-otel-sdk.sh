#!/usr/bin/env bash
# Lets the official OpenTelemetry SDK for Python send spans, events and metrics to a running
# observer, through a door that refuses some requests and loses some answers.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=1.45.2
tools=$PWD/target/tools/opentelemetry-$version

deploy/scripts/setup.sh python
if [[ ! -x $tools/bin/python || ! -e $tools/installed ]]; then
  rm -rf "$tools"
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check \
    "opentelemetry-sdk==$version" "opentelemetry-exporter-otlp-proto-http==$version"
  touch "$tools/installed"
fi

cargo --locked build --workspace --bins
cargo --locked build --package stack-tests --example stack
target=${CARGO_TARGET_DIR:-target}

folder=$(mktemp -d "${TMPDIR:-/tmp}/attune-clients.XXXXXX")
mkfifo "$folder/until"
"$target/debug/examples/stack" "$folder/stack.json" <"$folder/until" &
stack=$!
exec {held}>"$folder/until"

stop() {
  exec {held}>&-
  wait "$stack" || true
  rm -rf "$folder"
}
trap stop EXIT

until [[ -s $folder/stack.json ]]; do
  kill -0 "$stack"
  sleep 0.1
done

from_json() {
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' \
    "$folder/stack.json" "$1"
}

"$tools/bin/python" deploy/clients/otel_sdk.py "$(from_json observer)" "$(from_json key)"
