# `make help` lists what there is. Everything runs from .venv.
SHELL := /bin/bash
.DEFAULT_GOAL := help
python := .venv/bin/python
stamp := .venv/.installed

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(stamp): requirements.lock scripts/install
	@scripts/install
	@touch $@

.PHONY: install
install: $(stamp) ## Install everything from the lock into .venv (does nothing when it is there)

.PHONY: lock
lock: $(stamp) ## Resolve pyproject.toml into the locks
	@scripts/lock

.PHONY: run
run: $(stamp) ## Start gateway, Rasa and action server, and say where to go; Ctrl-C stops them
	@exec $(python) -m bot up

.PHONY: check
check: $(stamp) ## Lint, types and import directions
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

.PHONY: format
format: $(stamp) ## Put imports and layout in order
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format .
