# Boardroom. `make help` lists what can be made.
# Needs Python 3.11 or newer; everything else is installed into .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help env demo test bench check format lock wheel clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

env: $(STAMP) ## Build the environment: Python packages, browser libraries, the boardroom command

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Boardroom needs Python 3.11 or newer, and '$(PYTHON)' is not. Try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Browser libraries that someone deleted are fetched anew
ifeq ($(wildcard static/vendor/.built-from),)
.PHONY: $(STAMP)
endif

$(STAMP): $(VENV)/bin/python requirements-dev.txt pyproject.toml package-lock.json .ci/build_hook.py
	@echo "Installing Python packages (a few minutes the first time)"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-dev.txt
	@command -v npm >/dev/null || $(PIP) install --require-hashes --only-binary :all: -r requirements-node.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Each file in one worker, the slow ones (integration) first, so that no core waits for the last of them.
# One worker more than cores: many tests wait for a server.
BY_FILE := --dist loadfile --no-loadscope-reorder
MORE    := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

demo: env ## Start Boardroom with a board, people and cases
	$(BIN)/boardroom demo

test: env ## Run every test, the browser tests in a real Chromium included
	@$(BIN)/python tests/chromium.py
	$(BIN)/python -m pytest -m "not browser" --numprocesses $(MORE) $(BY_FILE)
	$(BIN)/python -m pytest -m browser --numprocesses 2 $(BY_FILE) # no more: a browser wants a core

bench: env ## Measure speed and memory beside bare references (a quarter of an hour); JSON in bench.json
	$(BIN)/python -m tests.benchmarks --json bench.json

check: env ## Lint, format check, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: env ## Format the code and mend what lint can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The packages' own addresses stay out of the lock files: where they come from is each machine's affair
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock"

lock: env ## Pin Python and npm packages anew from pyproject.toml and package.json
	$(LOCK) pyproject.toml -o requirements.txt $(LOCK_ARGS)
	$(LOCK) pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt $(LOCK_ARGS)
	$(LOCK) --group node -o requirements-node.txt $(LOCK_ARGS)
	npm install --package-lock-only --ignore-scripts

wheel: env ## Build dist/boardroom-*.whl, which runs from an empty folder
	rm -rf dist
	$(BIN)/python -m pip wheel --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@ls -1 dist

clean: ## Remove the environment and everything that was built
	rm -rf $(VENV) build dist node_modules static/vendor tests/vendor test-results
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
