#!/usr/bin/env bash
# Calls whichever Compose there is: the plugin of Docker, or Debian's docker-compose 1.29.
set -euo pipefail

if docker compose version >/dev/null 2>&1; then
  exec docker compose "$@"
fi
exec docker-compose "$@"
