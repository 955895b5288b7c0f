#!/usr/bin/env bash
# Starts the four services and lets schemathesis look for answers that their OpenAPI documents do
# not promise: server errors, undocumented statuses, bodies and content types of another form.
#
# usage: test-schemathesis.sh [EXAMPLES [SEED]]
#   EXAMPLES  how many inputs are made up per operation (40)
#   SEED      what they are drawn from (1)
set -euo pipefail
cd "$(dirname "$0")/../.."

version=4.32.5
examples=${1:-40}
seed=${2:-1}
tools=$PWD/target/tools/schemathesis-$version
config=$PWD/deploy/schemathesis.toml

deploy/scripts/setup.sh python
if [[ ! -x $tools/bin/schemathesis ]]; then
  rm -rf "$tools"
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version"
fi

cargo --locked build --workspace --bins
cargo --locked build --package stack-tests --example stack

folder=$(mktemp -d "${TMPDIR:-/tmp}/attune-contract.XXXXXX")
mkfifo "$folder/until"
target/debug/examples/stack "$folder/stack.json" <"$folder/until" &
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

key=$(from_json key)
failed=()
for service in tune-gateway observer proposal-service patch-apply; do
  echo "test-contract: $service"
  # In the folder, because it leaves its notes where it runs.
  if ! env --chdir "$folder" "$tools/bin/schemathesis" --config-file "$config" run \
    "$(from_json "$service")/openapi.json" --header "Authorization: Bearer $key" \
    --max-examples "$examples" --seed "$seed" --generation-database none --no-color; then
    failed+=("$service")
  fi
done
if [[ ${#failed[@]} -gt 0 ]]; then
  echo "test-contract: broken by ${failed[*]}" >&2
  exit 1
fi
