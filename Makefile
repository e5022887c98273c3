# Everything a newcomer types; `make` lists it. On Windows see README.md.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-faults lint bench bench-quick format clean

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready  ## make .venv with everything in it

# uv comes into the new environment first and fills it from inside: nothing else is needed.
.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --editable '.[dev]'
	touch $@

demo: setup  ## the whole job on the built-in street, in a few minutes and without data
	$(BIN)/python train.py +machine=demo

test: setup  ## run the tests, but those of test-faults
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses=auto --ignore=tests/faults

test-faults: setup  ## kill, damage and fill up everything, and see that nothing is lost
	$(BIN)/python -m pytest tests/faults

lint: setup  ## check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup  ## measure the speed side by side, 45 minutes, into docs/performance.md
	$(BIN)/python benchmarks/run.py

bench-quick: setup  ## prove that the benchmarks run; its figures mean nothing
	$(BIN)/python benchmarks/run.py --quick

format: setup  ## put the code into its usual form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:  ## remove .venv and what tools left; runs/ and data/ stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
