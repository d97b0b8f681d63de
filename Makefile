# `make help` lists what there is. Everything runs from .venv.
SHELL := /bin/bash
.DEFAULT_GOAL := help
python := .venv/bin/python
rasa := $(python) -m bot.supervisor.hushed rasa
stamp := .venv/.installed
# Tests run on two cores, but for those that start the whole product: these need both for themselves.
processes := 2
alone := tests/deploy tests/faults tests/integration tests/journeys

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

.PHONY: edge
edge: $(stamp) ## Put a newer Python for gateway and workers into var/edge, and prove that bot runs on it
	@scripts/edge

.PHONY: proxy
proxy: $(stamp) ## Put the TLS proxy of deploy/ into var/proxy, for the test of rolling restarts
	@scripts/proxy

.PHONY: mastodon
mastodon: $(stamp) ## Put a Mastodon server for tests into var/mastodon
	@scripts/mastodon

.PHONY: test
test: install check edge proxy mastodon validate stories ## Everything: lint, types, data, stories, unit tests to browser journeys
	.venv/bin/pytest --numprocesses $(processes) $(addprefix --ignore=,$(alone))
	.venv/bin/pytest $(alone)

.PHONY: unit
unit: $(stamp) ## The quick tests only: no Rasa, no browser, no PostgreSQL, no Redis
	.venv/bin/pytest -m "not rasa and not browser and not servers and not slow"

.PHONY: faults
faults: $(stamp) ## Break real processes for MINUTES=15 while customers write, and reconcile; SEED=n repeats a run
	@$(python) -m tests.faults --minutes $(or $(MINUTES),15) $(if $(SEED),--seed $(SEED))

.PHONY: coverage
coverage: $(stamp) ## The quick tests, and the lines they do not reach
	.venv/bin/coverage run -m pytest -q -m "not rasa and not browser"
	.venv/bin/coverage report

.PHONY: train
train: $(stamp) ## Train the assistant unless the model for the present data exists
	@$(python) -m bot train

.PHONY: vectors
vectors: $(stamp) ## Embed the training examples anew, so that training need not (minutes)
	@PYTHONPATH=. $(python) scripts/vectors.py

.PHONY: validate
validate: $(stamp) ## Check examples, answers, links and rules; file and line of what is wrong
	@$(python) -m bot validate
	@$(rasa) data validate --fail-on-warnings

.PHONY: stories
stories: $(stamp) ## Play the test stories with the trained model
	@$(rasa) test core --stories tests/stories --fail-on-prediction-errors \
		--model "$$($(python) -m bot train)" --out var/stories

.PHONY: shell
shell: $(stamp) ## Rasa's own shell, without the gateway
	@$(rasa) shell --model "$$($(python) -m bot train)"

.PHONY: talk
talk: $(stamp) ## A conversation in the terminal with the running product
	@$(python) -m bot talk

.PHONY: flights
flights: $(stamp) ## The example brand's flight service; RELAIS_FLIGHTS_URL=http://127.0.0.1:5060 makes use of it
	@exec $(python) -m examples.flights

.PHONY: doctor
doctor: $(stamp) ## What is configured, reachable, missing and wrong
	@$(python) -m bot doctor

.PHONY: evaluate
evaluate: $(stamp) ## Measure the release and compare it with the accepted one; FILE=messages.csv: that table only
	@$(python) -m bot evaluate $(if $(FILE),"$(FILE)")

.PHONY: accept
accept: $(stamp) ## Make the last evaluation the accepted one; BECAUSE="reason" accepts a loss
	@$(python) -m bot accept $(if $(BECAUSE),--because "$(BECAUSE)")

.PHONY: bench
bench: $(stamp) edge ## Measure the product against what it must reach (half an hour); ONLY=burst,accept: a part
	@$(python) -m bench $(if $(ONLY),--only "$(ONLY)")

.PHONY: clean
clean: ## Remove caches and models; keep .venv and var (database, secret)
	rm -rf models results .rasa .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov
	find bot actions tests -name __pycache__ -type d -prune -exec rm -rf {} + 2> /dev/null || true
