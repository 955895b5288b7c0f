#!/usr/bin/env bash
# Builds the images attune/<program>:$ATTUNE_IMAGE_TAG (local) from binaries compiled on this
# machine, whose libc must not be newer than the base image's. IMAGE_PROFILE says how they are
# compiled: release, or dev, which a test has compiled already.
set -euo pipefail
cd "$(dirname "$0")/../.."

programs=(tune-gateway observer proposal-service patch-apply attune)
tag=${ATTUNE_IMAGE_TAG:-local}
base=${BASE_IMAGE:-debian:bookworm-slim}
profile=${IMAGE_PROFILE:-release}
case $profile in
  dev) binaries=${CARGO_TARGET_DIR:-target}/debug ;;
  *) binaries=${CARGO_TARGET_DIR:-target}/$profile ;;
esac

deploy/scripts/setup.sh images
deploy/scripts/docker-up.sh
cargo --locked build --profile "$profile" --workspace --bins

mkdir -p dist/empty
for program in "${programs[@]}"; do
  install --mode 0755 "$binaries/$program" "dist/$program"
done

deploy/scripts/base-image.sh "$base"
# The image that a registry has under this name lacks git; a stage of the Dockerfile adds it.
if ! docker run --rm --network none --entrypoint git "$base" --version >/dev/null 2>&1; then
  docker build --quiet --file deploy/Dockerfile --target base --build-arg BASE_IMAGE="$base" \
    --tag attune-base . >/dev/null
  base=attune-base
fi

for program in "${programs[@]}"; do
  docker build --quiet --file deploy/Dockerfile.runtime \
    --build-arg BASE_IMAGE="$base" --build-arg BIN="$program" \
    --tag "attune/$program:$tag" . >/dev/null
  echo "images: attune/$program:$tag"
done
