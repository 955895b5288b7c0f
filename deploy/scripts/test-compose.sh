#!/usr/bin/env bash
# Builds the images, starts the four containers on an empty installation, waits until all are
# healthy, drives the loop through their published ports and removes everything again.
set -euo pipefail
cd "$(dirname "$0")/../.."

services=(tune-gateway observer proposal-service patch-apply)
limit_seconds=30

deploy/scripts/setup.sh images compose
deploy/scripts/images.sh

export COMPOSE_PROJECT_NAME=attune-test
export COMPOSE_FILE=docker-compose.yml:deploy/docker-compose.trial.yml
ATTUNE_TRIAL_ORIGIN=$(date --utc +%Y-%m-%dT%H:%M:%SZ)
export ATTUNE_TRIAL_ORIGIN

compose() {
  deploy/scripts/compose.sh "$@"
}

finish() {
  local code=$?
  if [[ $code -ne 0 ]]; then
    compose ps >&2 || true
    compose logs --no-color --tail 50 >&2 || true
  fi
  compose down --volumes --timeout 20 >/dev/null 2>&1 || true
  exit "$code"
}
trap finish EXIT

health() {
  docker inspect --format '{{.State.Health.Status}}' "$(compose ps --quiet "$1")"
}

all_healthy() {
  local service
  for service in "${services[@]}"; do
    [[ $(health "$service") == healthy ]] || return 1
  done
}

compose config --quiet
compose down --volumes >/dev/null 2>&1
deploy/scripts/seed-target.sh crates/launcher/demo/repository

started=$(date +%s.%N)
elapsed() {
  awk -v from="$started" -v to="$(date +%s.%N)" 'BEGIN { printf "%.1f", to - from }'
}

compose up --detach
until all_healthy; do
  if awk -v seconds="$(elapsed)" -v limit="$limit_seconds" 'BEGIN { exit !(seconds > limit) }'; then
    echo "test-compose: not healthy within $limit_seconds s" >&2
    exit 1
  fi
  sleep 0.2
done
echo "test-compose: ${#services[@]} services healthy after $(elapsed) s"

mkdir -p target/compose
cat >target/compose/endpoints.json <<JSON
{
  "tune-gateway": "http://127.0.0.1:${ATTUNE_TUNE_GATEWAY_PORT:-3700}",
  "observer": "http://127.0.0.1:${ATTUNE_OBSERVER_PORT:-3800}",
  "proposal-service": "http://127.0.0.1:${ATTUNE_PROPOSAL_SERVICE_PORT:-3810}",
  "patch-apply": "http://127.0.0.1:${ATTUNE_PATCH_APPLY_PORT:-3820}"
}
JSON
ATTUNE_ENDPOINTS=$PWD/target/compose/endpoints.json
ATTUNE_KEY=$(compose exec -T observer cat /run/attune/keys/admin.key)
export ATTUNE_ENDPOINTS ATTUNE_KEY

cargo --locked test --package stack-tests --features compose --test compose
