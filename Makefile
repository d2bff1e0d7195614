# Every target does the set-up that it needs. Only Python 3.11 or newer and make have to be there.
# Arguments go through ARGS: make demo ARGS=--once, make test ARGS="-k drift".

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=
WORKERS ?= 3

# The first Python that is new enough and has the venv module; the compiled parts have wheels up to 3.14.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
  $$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1 && echo $$p && break; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq --no-input
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
  --no-header --no-emit-index-url --no-emit-find-links

.PHONY: help demo test image soak lint format bench lock build clean

help: ## Show what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

demo: $(VENV)/.runs ## Run the simulated company (ARGS=--once ends after one round)
	@$(BIN)/syncd demo $(ARGS)

test: lint ## Check everything: format, types, layers, tests
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

image: $(VENV)/.tests ## Build the container image and run it (as root, with buildah and runc)
	@IMAGE=1 $(BIN)/python -m pytest -q -rs tests/deploy/test_container.py $(ARGS)

soak: $(VENV)/.tests ## Look longer for rare ends: 200 kills and 2,000 stories of the mirror (some ten minutes)
	@SOAK=1 $(BIN)/python -m pytest -q -n $(WORKERS) tests/run/test_run_kill.py tests/mirror $(ARGS)

lint: $(VENV)/.tests ## Check format, types and layers only
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/.tests ## Format the code and mend what can be mended
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

bench: $(VENV)/.tests ## Measure requests, seconds and memory against the vendor twins
	@$(BIN)/python -m tests.bench $(ARGS)
	@$(BIN)/python -m tests.bench_schedule
	@$(BIN)/python -m tests.bench_company
	@$(BIN)/python -m tests.bench_contracts

build: $(VENV)/.tests ## Build the wheel and the source archive into dist/
	@$(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	@ls dist

lock: ## Resolve the dependencies anew (for maintainers; needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: install it with pip, then run this again."; exit 2; }
	@$(COMPILE) --upgrade --extra dev pyproject.toml -o deploy/requirements-dev.lock
	@$(COMPILE) -c deploy/requirements-dev.lock pyproject.toml -o deploy/requirements.lock
	@echo 'hatchling' | $(COMPILE) -c deploy/requirements-dev.lock - -o deploy/requirements-build.lock

clean: ## Remove the environment and everything that was built
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up runs once, and again when a lock file or the package's own description changes.
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "syncd needs Python 3.11 to 3.14 with its venv module (on Debian: apt install python3-venv)."; \
	  echo "Found none: install one, or name it: make PYTHON=/path/to/python3.12 ..."; exit 2; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version): a minute or two, once."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.runs: $(VENV)/.made deploy/requirements.lock deploy/requirements-build.lock pyproject.toml
	@echo "Installing what syncd needs to run ..."
	@$(PIP) --require-hashes -r deploy/requirements.lock -r deploy/requirements-build.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tests: $(VENV)/.runs deploy/requirements-dev.lock
	@echo "Installing what the checks need ..."
	@$(PIP) --require-hashes -r deploy/requirements-dev.lock
	@touch $@
