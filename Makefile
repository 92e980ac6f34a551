# Needs make and Python 3.11 or newer. Everything else is installed into .venv, which is made again only when
# pyproject.toml changes.

# Set, they would hide faults of buffering and slow down every start.
unexport PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
READY := .venv/ready
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq  # errors only

# Twice as many as there are processors: the programs that tests start wait more than they compute.
WORKERS := $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) * 2 )))

PYTHONS = $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python3.15
SUITABLE = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
FOUND = $(shell for python in $(PYTHONS); do "$$python" -c '$(SUITABLE)' 2>/dev/null && echo "$$python" && break; done)
NONE = asyncdemo needs Python 3.11 or newer with its venv module, and there is none on PATH: install one (on Debian \
	and Ubuntu with python3-venv), or name it with make PYTHON=/path/to/python3

.DEFAULT_GOAL := help
.PHONY: windows quick mutants again readme rules pictures axe stress trust observation help demo test check style types layers bench offline format clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(READY)  ## run the scenarios of the course, then compare sync with async
	$(BIN)/asyncdemo run --all
	$(BIN)/asyncdemo compare sync async
	@echo
	@echo "For the commands above, and your own: . $(BIN)/activate"

quick: $(READY)  ## run the tests that start no other process: half a minute on two cores
	$(BIN)/python -m pytest -m 'not process' --numprocesses auto --dist worksteal

test: $(READY)  ## run all tests that CI runs, those of real programs too: some minutes
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadgroup

again: $(READY)  ## run the tests that failed the last time, one after the other
	$(BIN)/python -m pytest --last-failed --last-failed-no-failures none

mutants: $(READY)  ## switch off each rule in turn: make quick has to fail each time
	$(BIN)/python -m tests.benchmarks.mutants

observation: $(READY)  ## run the long tests too, of real scripts on every interpreter, on a quiet machine
	$(BIN)/python -m pytest -m observation --numprocesses auto

windows: $(READY)  ## run every command on a Windows Python under Wine, which .ci/windows sets up
	$(BIN)/python -m pytest -m windows tests/windows

check: style types layers test  ## what CI runs: format, lint, strict types, layers, all tests

bench: $(READY)  ## measure what asyncdemo adds to the times of what it runs
	$(BIN)/python -m tests.benchmarks.bench_startup
	$(BIN)/python -m tests.benchmarks.bench_pytest
	$(BIN)/python -m tests.benchmarks.bench_tracing
	$(BIN)/python -m tests.benchmarks.bench_million
	$(BIN)/python -m tests.benchmarks.bench_saving
	$(BIN)/python -m tests.benchmarks.bench_rounds

stress: $(READY)  ## check the course 20 times on a busy machine; many minutes
	$(BIN)/python tests/benchmarks/stress.py

trust: $(READY)  ## measure what compare claims, on a quiet machine: ten minutes
	$(BIN)/python -m tests.benchmarks.bench_trust

offline: $(READY)  ## build dist/asyncdemo.pyz: one file that needs no network
	$(BIN)/python tools/offline.py

readme: $(READY)  ## write the README's output blocks anew
	$(BIN)/python -m tests.readme

rules: $(READY)  ## write the table of rules in docs/findings.md anew
	$(BIN)/python -m tests.readme rules

pictures: $(READY)  ## draw the README's pictures anew, from recordings beside them
	$(BIN)/python -m tests.pictures

axe:  ## fetch axe-core (with npm), for the test of the HTML page
	npm install --silent --no-audit --no-fund --prefix .bench axe-core@4.14.1

format: $(READY)  ## format the code and mend what the linter can mend
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

clean:  ## remove all that make, the tests and the tools have made
	rm -rf .venv .bench build dist .*_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

style: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports --no-logo

$(READY): pyproject.toml
	@echo "Setting up .venv, once: this takes about a minute." >&2
	@$(or $(FOUND),$(error $(NONE))) -m venv --clear .venv
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(PIP) install --editable '.[trio]' --group dev
	@touch $(READY)
