# `make help` lists the targets. Python 3.11 or later and make are all that must be there.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
WORKERS ?= 2
# The version of the Lambda runtime.
RUNTIME := 3.13
# Other Pythons that `make test` looks at, where they are found: that of the Lambda runtime, or more with ALSO="3.12 3.13".
ALSO ?= $(RUNTIME)

VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
LOCKS := infrastructure/requirements
LAYER_LOCK := layers/dependencies/requirements.txt
TOOLS := infrastructure/tools
STEP := $(TOOLS)/step
SOURCES := functions layers infrastructure tests

export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
# Trust what the machine trusts, like pip does: a company's proxy may sign with a certificate of its own.
export UV_SYSTEM_CERTS ?= true
# Stops uv and pip from looking at an environment that happens to be active.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- Environments ----------------------------------------------------------------------------------------------------

.PHONY: setup
setup: $(VENV)/.ready .venv-engine/.ready ## install everything that is needed, locked, into .venv and .venv-engine

$(VENV)/.bootstrap: $(LOCKS)/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is older than Python 3.11; choose another one with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

$(VENV)/.ready: $(VENV)/.bootstrap $(LOCKS)/dev.txt pyproject.toml
	@echo "Installing the locked packages into $(VENV)"
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes $(LOCKS)/bootstrap.txt $(LOCKS)/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps --editable .
	@touch $@

# The engine runs on the Python of .venv.
.venv-engine/.ready: $(VENV)/.bootstrap $(LOCKS)/engine.txt
	@$(call environment,.venv-engine,$(BIN)/python,$(LOCKS)/engine.txt)

.venv-sam/.ready: $(VENV)/.bootstrap $(LOCKS)/sam.txt
	@$(call environment,.venv-sam,$(BIN)/python,$(LOCKS)/sam.txt)

.venv-3.%/.ready: $(VENV)/.bootstrap $(LOCKS)/dev.txt pyproject.toml
	@$(call environment,.venv-3.$*,$$($(TOOLS)/python-for 3.$*),$(LOCKS)/dev.txt)
	@$(UV) pip install --quiet --python .venv-3.$*/bin/python --no-build-isolation --no-deps --editable .

# environment(directory, interpreter, lock)
define environment
echo "Setting up $(1)"
$(UV) venv --quiet --clear --no-project --python "$(2)" $(1)
$(UV) pip sync --quiet --python $(1)/bin/python --require-hashes $(3)
touch $(1)/.ready
endef

# --- Use -------------------------------------------------------------------------------------------------------------

.PHONY: demo
demo: setup ## collect a sample ledger (or DATA=file.csv) on this machine, day by day
	@$(BIN)/receivables demo $(if $(DATA),--data "$(DATA)")

# --- Checks ----------------------------------------------------------------------------------------------------------

.PHONY: test
test: setup ## everything that must hold: format, lint, types, import rules and all tests, also on the runtime's Python
	@$(STEP) "Format" $(BIN)/ruff format --check --quiet $(SOURCES)
	@$(STEP) "Lint" $(BIN)/ruff check --quiet $(SOURCES)
	@$(STEP) "Types" $(BIN)/mypy
	@$(STEP) "Import rules" $(BIN)/lint-imports
	@for version in $$($(TOOLS)/other-pythons $(BIN)/python $(ALSO)); do \
	  $(MAKE) .venv-$$version/.ready; \
	  $(STEP) "Tests on Python $$version: unit" \
	    env HYPOTHESIS_PROFILE=brief .venv-$$version/bin/python -m pytest -q -n $(WORKERS) --dist loadfile tests/unit; \
	done
	@$(STEP) "Tests on $$($(BIN)/python --version): unit, contract, architecture, integration, end to end" \
	  $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --durations 5

.PHONY: lint
lint: setup ## format check, lint, import rules
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/lint-imports

.PHONY: types
types: setup ## mypy, strict
	@$(BIN)/mypy

.PHONY: format
format: setup ## format, and mend what the linter can mend
	@$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

.PHONY: api
api: setup ## write the API definitions anew from the routes
	@$(BIN)/python infrastructure/api/generate.py

.PHONY: bench
bench: setup ## measure requests, request units and CPU against the budgets
	@$(BIN)/python -m tests.benchmarks

# --- Deployment ------------------------------------------------------------------------------------------------------

.PHONY: build
build: setup .venv-sam/.ready ## validate, sam build, compile, sizes, and import every handler from the built layers only
	@$(TOOLS)/build

# --- Upkeep ----------------------------------------------------------------------------------------------------------

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

.PHONY: lock
lock: $(VENV)/.bootstrap ## resolve pyproject.toml again and rewrite the lock files (UPGRADE=1: newest allowed versions)
	@$(COMPILE) --group bootstrap --output-file $(LOCKS)/bootstrap.txt
	@$(COMPILE) --group runtime --output-file $(LOCKS)/runtime.txt
	@$(COMPILE) pyproject.toml --output-file $(LAYER_LOCK)
	@$(COMPILE) pyproject.toml --group dev --constraints $(LAYER_LOCK) --constraints $(LOCKS)/runtime.txt \
	  --output-file $(LOCKS)/dev.txt
	@$(COMPILE) --group engine --constraints $(LOCKS)/dev.txt --output-file $(LOCKS)/engine.txt
	@$(COMPILE) --group sam --output-file $(LOCKS)/sam.txt

.PHONY: clean
clean: ## remove everything that make has made
	rm -rf .venv .venv-* .aws-sam .build .local .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find $(wildcard $(SOURCES)) -name __pycache__ -prune -exec rm -rf {} +
