.DEFAULT_GOAL := help
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
BIN := .venv/bin
PACKAGES := libs/events libs/policy libs/runtime services/case-service services/contact-service services/plan-service deploy/local

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

$(BIN)/.ready: requirements.txt $(addsuffix /pyproject.toml,$(PACKAGES))
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found. Install it, or name one: make PYTHON=/path/to/python3.11"; exit 1; }
	"$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(addprefix -e ,$(PACKAGES))
	@touch $@

up: $(BIN)/.ready ## Start the whole stack on this machine, or heal it
	@$(BIN)/arrears stack up

down: $(BIN)/.ready ## Stop the stack; its data stays
	@$(BIN)/arrears stack down

status: $(BIN)/.ready ## Show each part of the stack, its address and its lag
	@$(BIN)/arrears stack status

clean: $(BIN)/.ready ## Stop the stack and remove its data
	@$(BIN)/arrears stack clean

demo: $(BIN)/.ready ## Six months of 1,000 generated accounts on a clean stack, with what came of them
	@$(BIN)/arrears demo

test: $(BIN)/.ready ## Run every test, in two processes with a stack each
	@$(BIN)/pytest -n 2 --dist worksteal --max-worker-restart 0

test-slow: $(BIN)/.ready ## The tests that CI leaves out: all 30,000 real accounts, thirty kills
	@$(BIN)/pytest -m slow -o faulthandler_timeout=7200

bench: $(BIN)/.ready ## Measure ratios to peers in one run, into build/bench.json
	@$(BIN)/python -m tests.bench

chaos: $(BIN)/.ready ## Kill parts at random under load, long form; then check every answer against the log
	@$(BIN)/python -m tests.chaos

lint: $(BIN)/.ready ## Formatting, lint, types, import contracts
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/basedpyright && $(BIN)/lint-imports

format: $(BIN)/.ready ## Format the code and mend what the linter can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

schemas: $(BIN)/.ready ## Write the JSON Schemas, OpenAPI and AsyncAPI documents and reference pages anew from the code
	@$(BIN)/python -m tests.architecture.generate

requirements: $(BIN)/.ready ## Compile requirements.txt anew, with hashes (needs uv)
	@uv pip compile -q --universal --python-version 3.11 --no-header --no-annotate --generate-hashes requirements.in -o requirements.txt

.PHONY: help up down status clean demo test test-slow bench chaos lint format schemas requirements
