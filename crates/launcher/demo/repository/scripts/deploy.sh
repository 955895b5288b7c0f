#!/bin/sh
# Deploys one commit: deploy.sh FOLDER COMMIT
set -eu

folder="$1"
commit="$2"

cd "$folder"
before="$(git rev-parse HEAD)"
git fetch --quiet origin
git checkout --quiet --detach "$commit"
if ! git diff --quiet "$before" "$commit" -- agents/agents.yaml; then
  python3 agents/provision.py
fi
