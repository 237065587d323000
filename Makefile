SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# What running needs, without the tools of who changes the code; those who have all have that too.
RUN_STAMP := $(VENV)/.installed-to-run
COMPILED := $(VENV)/.compiled
NEEDS := pyproject.toml clients/python/pyproject.toml constraints.txt
INSTALL := $(BIN)/python scripts/install.py -c constraints.txt -e clients/python
CUDA := on Linux several more with the usual torch, which brings CUDA: the README says how to take the small one
CODE := $(wildcard server channels coach retrieval storage clients/python scripts tests)
STRICT := channels clients/python
PAGES := README.md CHANGELOG.md docs clients/python/README.md
# Tests wait for servers more than they compute: more of them at once than small machines have cores.
WORKERS ?= 5

.PHONY: help setup run test test-all check types style bench fire generate

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

setup: $(STAMP) ## virtual environment and pinned dependencies (nothing to do when they are current)
	@:

# A pip of today takes two thirds of the time.
$(BIN)/python:
	@for python in python3.11 python3.12 python3.13 python3; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    exec "$$python" -m venv --upgrade-deps $(VENV); \
	  fi; \
	done; \
	echo 'Python 3.11 or newer is needed: install it, then try again.' >&2; exit 1

$(RUN_STAMP): $(NEEDS) | $(BIN)/python
	@echo 'Setting up $(VENV) to run: some 1.6 GB ($(CUDA)), a minute or two the first time'
	@$(INSTALL) -e '.[search]'
	@touch $@

$(STAMP): $(NEEDS) | $(BIN)/python
	@echo 'Setting up $(VENV) with the tools for tests and checks: some 2.2 GB ($(CUDA)), two or three minutes the first time'
	@$(INSTALL) -e '.[dev,onnx,search]'
	@touch $(RUN_STAMP) $@

run: $(RUN_STAMP) ## start the server with its embedded databases on port 8000
	@exec $(BIN)/cornerman serve

# Where nothing compiled may be kept, each worker of each run compiles all the tests and what it imports.
test test-all: export PYTHONDONTWRITEBYTECODE :=

# Else each worker of the first run compiles all the tests and the model's libraries, at the same time as the others.
$(COMPILED): export PYTHONDONTWRITEBYTECODE :=
$(COMPILED): $(STAMP)
	@echo 'Compiling what the tests import, half a minute the first time'
	@# What goes wrong here is told by the tests.
	@$(BIN)/python -c 'import sentence_transformers' & $(BIN)/pytest --collect-only -q >/dev/null || true; wait
	@touch $@

test: $(COMPILED) ## everything but the long tests
	@$(BIN)/pytest -m 'not long' -n $(WORKERS) --dist loadgroup

test-all: setup ## everything
	@$(BIN)/pytest

check: setup ## lint, formatting, types, import contracts, unused code and dependencies, spelling, links of the pages, budgets
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target types style

# They take two thirds of the time.
types:
	$(BIN)/mypy $(CODE)

style:
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/basedpyright $(STRICT)
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/python scripts/unused.py
	$(BIN)/typos
	$(BIN)/rumdl check --no-cache $(PAGES)
	$(BIN)/python scripts/budgets.py $(CODE)
	$(BIN)/python -m scripts.generate --check

generate: setup ## write what is made from the wire and the API: AsyncAPI, OpenAPI, protocol pages, client types
	@$(BIN)/python -m scripts.generate

bench: setup ## measure the live core and the search on this machine (some five minutes; docs/benchmarks.md)
	@$(BIN)/python -m tests.bench

fire: setup ## break everything that can break and tell what was lost (docs/reliability.md); FORM=--short in a minute
	@$(BIN)/python -m tests.faults $(FORM)
