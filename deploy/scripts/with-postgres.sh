#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own, whose address is in ATTUNE_TEST_POSTGRES.
# The server keeps fsync on, because tests of durability rely on it, and vanishes afterwards.
#
# usage: with-postgres.sh COMMAND…
set -euo pipefail

if [[ -n ${ATTUNE_TEST_POSTGRES:-} ]]; then
  exec "$@"
fi

newest_server=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
initdb=${newest_server:-$(command -v initdb)}
binaries=$(dirname "$(readlink -f "$initdb")")

folder=$(mktemp -d "${TMPDIR:-/tmp}/attune-postgres.XXXXXX")
server_user=()
if [[ $(id -u) -eq 0 ]]; then
  # PostgreSQL refuses to run as root.
  chown postgres "$folder"
  server_user=(runuser --user postgres --)
fi

as_server() {
  (cd "$folder" && "${server_user[@]}" "$@")
}

stop() {
  as_server "$binaries/pg_ctl" --pgdata "$folder/data" --mode immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT

as_server "$binaries/initdb" --pgdata "$folder/data" --username postgres --auth trust \
  --encoding UTF8 --locale C.UTF-8 >"$folder/initdb.log"

is_taken() {
  (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Another program may take the port between the look and the start, so a failed start tries the next.
started=no
for _ in {1..20}; do
  port=$((20000 + RANDOM % 10000))
  if is_taken "$port"; then
    continue
  fi
  if as_server "$binaries/pg_ctl" --pgdata "$folder/data" --log "$folder/server.log" --wait start \
    --options "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c max_connections=400" \
    >/dev/null; then
    started=yes
    break
  fi
done
if [[ $started != yes ]]; then
  cat "$folder/server.log" >&2
  exit 1
fi

export ATTUNE_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
"$@"
