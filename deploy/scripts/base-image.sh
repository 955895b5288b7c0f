#!/usr/bin/env bash
# Makes a base image from Debian's packages where no registry can be reached. An image of that
# name that is already there stays.
#
# usage: base-image.sh NAME
set -euo pipefail
cd "$(dirname "$0")/../.."

name=$1
if docker image inspect "$name" >/dev/null 2>&1; then
  exit 0
fi

echo "base-image: making $name from Debian packages" >&2
mkdir -p target
mmdebstrap --quiet --variant=minbase --include=ca-certificates,git \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  bookworm - | docker import - "$name" >/dev/null
