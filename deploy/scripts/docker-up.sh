#!/usr/bin/env bash
# Starts the Docker engine unless it answers. It stays up afterwards; its log is target/dockerd.log.
set -euo pipefail
cd "$(dirname "$0")/../.."

if docker info >/dev/null 2>&1; then
  exit 0
fi
if [[ $(id -u) -ne 0 ]]; then
  echo "docker-up: the Docker engine does not answer; start it, or join the group docker" >&2
  exit 1
fi

mkdir -p target
setsid dockerd >target/dockerd.log 2>&1 </dev/null &
for _ in {1..60}; do
  if docker info >/dev/null 2>&1; then
    exit 0
  fi
  sleep 0.5
done
tail -n 20 target/dockerd.log >&2
echo "docker-up: the Docker engine did not start within 30 s" >&2
exit 1
