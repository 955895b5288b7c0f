# Each target is one command; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run build fmt test test-shared check soak bench fuzz images test-contract test-clients test-compose setup-build setup-test

cargo := cargo --locked

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: setup-build ## Build what is needed and run the demo: the whole loop in one process
	$(cargo) run --release --package launcher --bin attune -- demo

build: setup-build ## Build every binary for release
	$(cargo) build --release --workspace --bins

fmt: ## Format the code
	cargo fmt --all

test: setup-test ## Run every test that needs nothing but this checkout (small counts)
	$(cargo) build --workspace --bins
	deploy/scripts/with-postgres.sh $(cargo) test --workspace

test-shared: setup-test ## Run the tests over the data sets in the folder ATTUNE_SHARED
	deploy/scripts/with-postgres.sh deploy/scripts/test-shared.sh

check: setup-build ## Formatting, lints, documents, licences, layout, shell scripts
	deploy/scripts/check.sh

soak: setup-test ## Run every test with its full counts (hours)
	$(cargo) build --release --workspace --bins
	deploy/scripts/with-postgres.sh $(cargo) test --release --workspace --features soak

bench: setup-build ## Measure: start, memory and stop of `attune up`; the speed of redaction, OTLP and ingest
	deploy/scripts/bench-up.sh
	deploy/scripts/bench-ingest.sh
	$(cargo) run --release --package redact --example speed
	$(cargo) run --release --package observer --example otlp_speed

fuzz: setup-build ## Fuzz every target for FUZZ_SECONDS (60) each
	deploy/scripts/fuzz.sh

images: setup-build ## Build the container images from binaries built here, without a registry
	deploy/scripts/images.sh

test-contract: setup-build ## Let schemathesis look for answers that the OpenAPI documents do not promise
	deploy/scripts/test-schemathesis.sh

test-clients: setup-build ## Let the official OpenTelemetry SDK send to a running observer
	deploy/scripts/test-otel-sdk.sh

test-compose: setup-build ## Start the containers and drive the loop through them
	deploy/scripts/test-compose.sh

setup-build:
	@deploy/scripts/setup.sh build

setup-test:
	@deploy/scripts/setup.sh build postgres
