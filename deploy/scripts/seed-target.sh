#!/usr/bin/env bash
# Fills the volume `target` with a bare repository: a copy of the given one, or, where a folder is
# no repository, a new one whose branch main has the folder's files in one commit.
#
# usage: seed-target.sh FOLDER
set -euo pipefail

source=$(realpath "$1")
cd "$(dirname "$0")/../.."

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

if [[ $(git -C "$source" rev-parse --show-toplevel 2>/dev/null) == "$source" ]] ||
  [[ $(git -C "$source" rev-parse --is-bare-repository 2>/dev/null) == true ]]; then
  git clone --quiet --bare "$source" "$copy/target.git"
else
  cp -R "$source" "$copy/files"
  git init --quiet --initial-branch main "$copy/files"
  git -C "$copy/files" add --all --force
  git -C "$copy/files" -c user.name=Attune -c user.email=attune@localhost \
    commit --quiet --message "Start from a folder of files"
  git clone --quiet --bare "$copy/files" "$copy/target.git"
fi
git --git-dir "$copy/target.git" remote remove origin

# Unpacked by the image's own user, so that patch-apply may write what it finds.
tar --create --directory "$copy/target.git" . |
  deploy/scripts/compose.sh run --rm --no-deps -T --entrypoint tar patch-apply \
    --extract --no-same-owner --directory /srv/target.git
