# Everything a newcomer types; `make` lists it. On Windows see README.md.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup test test-faults lint format clean

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready  ## make .venv with everything in it

# uv comes into the new environment first and fills it from inside: nothing else is needed.
.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --editable '.[dev]'
	touch $@

test: setup  ## run the tests, but those of test-faults
	$(BIN)/python -m pytest --ignore=tests/faults

test-faults: setup  ## kill, damage and fill up everything, and see that nothing is lost
	$(BIN)/python -m pytest tests/faults

lint: setup  ## check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup  ## put the code into its usual form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:  ## remove .venv and what tools left; runs/ and data/ stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
