#!/bin/sh
# Fetches the telemetry of one day (default: yesterday) as JSON lines.
set -eu

day="${1:-$(date -u -d yesterday +%Y-%m-%d)}"
events="$(dirname "$0")/events"

mkdir -p "$events"
curl --fail --silent --show-error \
  --header "Authorization: Bearer $ATTUNE_KEY" \
  --output "$events/$day.jsonl.part" \
  "$ATTUNE_OBSERVER_URL/telemetry/$day.jsonl"
mv "$events/$day.jsonl.part" "$events/$day.jsonl"
find "$events" -name '*.jsonl' -mtime +30 -delete
