# Two commands do all the set-up on a machine with Python 3.11+, git and make:
#   make demo    installs, generates ml-tabular, trains and tests it, shows the result table
#   make test    installs and runs every test
PYTHON ?= python3
TOOLS  := .tools
UV     := $(TOOLS)/bin/uv
DEMO   ?= $(shell mktemp -d)/bike-demand
JOBS   ?= 2
export TEST_BASE ?=
# Many images of containers forbid Python to keep what it compiled; the tests start hundreds of interpreters.
export PYTHONDONTWRITEBYTECODE :=
STAGES := $(notdir $(wildcard templates/[a-z]*))

.DEFAULT_GOAL := help
.PHONY: help install demo test test-all left-out check fast lint release benchmark own-data pictures clean

help:  ## show this
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

$(UV):
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13'

install: $(UV)  ## make .venv with scaffold and everything its tests need
	$(UV) sync --locked --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"

demo: install  ## generate ml-tabular, run it, show its result table
	.venv/bin/scaffold new ml-tabular "$(DEMO)" --yes --run

test: install lint  ## every check and test, the longest for templates that changed (TEST_BASE=COMMIT: since when)
	.venv/bin/pytest --cov --cov-report=term -m "not slow" --numprocesses $(JOBS)
	$(MAKE) --no-print-directory --keep-going --jobs $(JOBS) $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) $(STAGES:%=slow-%)
	@$(MAKE) --no-print-directory left-out

test-all:  ## everything, whatever changed
	$(MAKE) --no-print-directory test TEST_BASE=none

left-out: install  ## the tests that `make test` leaves out, and why
	@.venv/bin/pytest -m slow --collect-only -qq || [ $$? -eq 5 ]

slow-%:  # set up and run what one template generates; 5: a template in development has no tests here
	.venv/bin/pytest -m slow -k $* || [ $$? -eq 5 ]

check: install lint fast  ## the inner loop: lint, types, fast tests

fast:
	.venv/bin/pytest -q -m "not slow and not thorough" --ignore tests/generated --numprocesses $(JOBS)

lint: install
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/mypy --platform win32 --no-warn-unreachable --cache-dir .mypy_cache/windows
	.venv/bin/lint-imports --no-logo

release: install  ## put changed templates into their bundles
	.venv/bin/scaffold template release

own-data: install  ## every public table of the tests, from the file to a green run, with what came of each
	OWN_DATA=all .venv/bin/pytest tests/generated/test_own_data.py -s -q

benchmark: install  ## measure, and write docs/performance.md
	.venv/bin/python benchmarks/bench.py --write
	.venv/bin/python benchmarks/classes.py --write

pictures: install  ## draw docs/images anew from real runs
	.venv/bin/python docs/pictures.py

clean:  ## remove what these verbs made
	rm -rf $(TOOLS) .venv .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
