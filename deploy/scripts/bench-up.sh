#!/usr/bin/env bash
# Measures `attune up` as it is installed: how long until it says that all services are ready, how
# much memory it holds when idle, and how long it takes to stop. Prints medians; asserts nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

cargo --locked build --release --package launcher --bin attune
rounds=${ROUNDS:-9}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

milliseconds() {
  echo $(($(date +%s%N) / 1000000))
}

median() {
  sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

for round in $(seq "$rounds"); do
  # The first round starts on an empty folder, the others on what it left.
  rm -f "$folder/out"
  began=$(milliseconds)
  target/release/attune up --data "$folder/data" --port-base 47110 \
    >"$folder/out" 2>"$folder/log" &
  process=$!
  until [[ -s $folder/out ]]; do
    sleep 0.005
  done
  echo $(($(milliseconds) - began)) >>"$folder/ready"
  sleep 3
  awk '/^VmRSS/ { printf "%d\n", $2 / 1024 }' "/proc/$process/status" >>"$folder/memory"
  began=$(milliseconds)
  kill -TERM "$process"
  wait "$process"
  echo $(($(milliseconds) - began)) >>"$folder/stop"
  [[ $round -gt 1 ]] || echo "first start: $(cat "$folder/ready") ms"
done
echo "attune up, median of $rounds: ready after $(median <"$folder/ready") ms," \
  "$(median <"$folder/memory") MiB resident when idle, stopped after $(median <"$folder/stop") ms"
