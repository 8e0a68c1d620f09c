# One word a job. `make` alone lists them. Needs Python 3.11 or newer, make and the package index, nothing else.

PYTHON ?= python3
UV ?= uv
BIN := .venv/bin
READY := .venv/.ready
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test gate lint types format bench hundred results docs engines lock clean

help:  ## list the targets (this)
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(READY)  ## the whole way on a simulated shop, from a raw log to scores and a report, in the folder demo/
	@$(BIN)/python scripts/demo.py --folder demo

test: $(READY) .venv/.tools  ## every test but the slow ones of the gate
	@$(BIN)/python -m pytest -n auto --dist loadfile

gate: $(READY) .venv/.tools  ## every test, the slow ones too, with branch coverage; before a release
	@$(BIN)/python -m pytest -m "" --hypothesis-profile=gate --cov --cov-report=term:skip-covered

lint: $(READY)  ## style of the code, and of the YAML, container and deployment files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/yamllint --strict .
	@$(BIN)/hadolint deploy/Dockerfile
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/compose.yaml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/kubernetes-validate --strict --quiet deploy/kubernetes/*.yaml

types: $(READY)  ## mypy --strict
	@$(BIN)/mypy

format: $(READY)  ## write the code in the one style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/.bench  ## our speed against rivals, as ratios from one run (RUN="features" for one of them)
	@$(BIN)/python -m benchmarks $(RUN)

hundred: .venv/.bench  ## a hundred million events from CSV to scores: hours, 20 GB of disk (RUN="--sizes 3" for less)
	@$(BIN)/python benchmarks/hundred_million.py $(RUN)

results: $(READY)  ## published systems beside ours, and the whole way on real logs and the simulated shop (docs/results.md)
	@$(BIN)/python scripts/results.py --write docs/results.md

docs: $(READY)  ## make the reference pages and the outputs shown in the docs anew
	@$(BIN)/python -m scripts.cli_reference --write
	@$(BIN)/python -m scripts.shop_reference --write
	@$(BIN)/python -m scripts.openapi_file --write
	@$(BIN)/python -m scripts.docs_examples --write

engines: $(READY)  ## try every command and every class of features on every engine (docs/engines.md)
	@$(BIN)/python -m scripts.engines --write

lock:  ## renew the hash-locked requirements after pyproject.toml changed (needs uv; UPGRADE=--upgrade for newer ones)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 2; }
	@$(UV) pip compile pyproject.toml --group test --group lint --group build $(LOCK_FLAGS) --output-file requirements.lock
	@$(UV) pip compile pyproject.toml --extra serve --extra postgres --group build --constraint requirements.lock $(LOCK_FLAGS) --output-file requirements-serve.lock
	@$(UV) pip compile --group bench --constraint requirements.lock $(LOCK_FLAGS) --output-file requirements-bench.lock

clean:  ## remove what the other targets made
	@rm -rf .venv demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage bench-data bench-results
	@find src tests scripts benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# A lock for every supported Python and system, with hashes and without an address.
LOCK_FLAGS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet $(UPGRADE) \
  --custom-compile-command "make lock"

# The environment: made once, renewed when the lock or the project file changes. Every package is held by its hash.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "willbuy needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@echo "Making .venv (once, about half a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

# What the tests need that pip does not bring.
.venv/.tools: $(READY) scripts/test_tools.sh
	@scripts/test_tools.sh
	@touch $@

.venv/.bench: $(READY) requirements-bench.lock
	@$(INSTALL) --require-hashes --requirement requirements-bench.lock
	@touch $@
