#!/usr/bin/env bash
# Installs with apt what the named jobs need and this machine lacks; silent when nothing is missing.
#
# usage: setup.sh build|postgres|redis|lint|python|images|compose…
set -euo pipefail

packages=()

# Asks for the packages after `--` unless the test before it succeeds.
unless() {
  local test=()
  while [[ $1 != -- ]]; do
    test+=("$1")
    shift
  done
  shift
  if ! "${test[@]}" >/dev/null 2>&1; then
    packages+=("$@")
  fi
}

has_postgres() {
  command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'
}

has_compose() {
  command -v docker-compose || docker compose version
}

for job in "$@"; do
  case $job in
    build)
      unless command -v cc -- gcc libc6-dev
      unless command -v git -- git
      ;;
    postgres) unless has_postgres -- postgresql ;;
    redis) unless command -v redis-server -- redis-server ;;
    lint) unless command -v shellcheck -- shellcheck ;;
    python) unless python3 -c 'import ensurepip' -- python3 python3-venv ;;
    images)
      unless command -v docker -- docker.io
      unless command -v mmdebstrap -- mmdebstrap
      ;;
    compose) unless has_compose -- docker-compose ;;
    *)
      echo "setup: unknown job $job" >&2
      exit 2
      ;;
  esac
done

if [[ ${#packages[@]} -gt 0 ]]; then
  root=()
  if [[ $(id -u) -ne 0 ]]; then
    root=(sudo)
  fi
  if ! command -v apt-get >/dev/null || { [[ ${#root[@]} -gt 0 ]] && ! command -v sudo >/dev/null; }; then
    echo "setup: please install the equivalent of these Debian packages: ${packages[*]}" >&2
    exit 1
  fi
  echo "setup: installing ${packages[*]}" >&2
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

if ! command -v cargo >/dev/null; then
  echo "setup: cargo is missing; install Rust first" >&2
  exit 1
fi
