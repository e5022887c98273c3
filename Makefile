# Everything a newcomer types; `make` lists it. On Windows see README.md.
#   make setup PYTHON=python3.12   with another Python than python3
#   make setup TORCH=cpu           without the 2.7 GB for Nvidia GPUs that torch brings along on Linux
#   make setup NEWEST=1            the newest libraries, instead of those that were tested last
PYTHON ?= python3
BIN := .venv/bin
PYTHONS := 3.10 3.11 3.12 3.13
PYTEST := -m pytest --numprocesses=auto --dist=worksteal --ignore=tests/faults

# All Pythons of pyenv, where there is one, and not only the one that it has chosen.
SEEN := PYENV_VERSION="$$(pyenv versions --bare --skip-aliases 2>/dev/null | paste -sd: -)"

CHECK := import sys; (3, 10) <= sys.version_info[:2] <= (3, 13) or sys.exit( \
  "jetcar needs Python 3.10 to 3.13, and $(PYTHON) is %d.%d. Install one of them, and name it: " \
  "make setup PYTHON=python3.12" % sys.version_info[:2])
WHICH := import sys; print(sys.version, sys.base_prefix)
SAME = test "$$($(BIN)/python -c '$(WHICH)' 2>&1)" = "$$($(PYTHON) -c '$(WHICH)' 2>&1)"
SIZE := import sys; print("on Linux 3.3 GB are fetched once, 2.7 of them for Nvidia GPUs, and 6 GB of disk are taken" \
  if sys.platform == "linux" and "$(TORCH)" != "cpu" else "about 0.6 GB are fetched once, and 2 GB of disk are taken")

# Where it is set, as in many containers, nothing keeps what Python compiles, and every process that
# loads torch compiles it anew, which takes longer than loading it.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-faults test-pythons test-lowest lint bench bench-quick quality \
  quality-quick format constraints clean

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready  ## make .venv with everything in it

# What is asked for by name may differ from what is there; the same Python needs no network again.
ifneq ($(filter-out file default,$(origin PYTHON)),)
OTHER := $(shell $(SAME) || echo other)
endif
ifneq ($(TORCH)$(NEWEST)$(OTHER),)
.PHONY: .venv/ready
endif

# uv comes into the new environment first and fills it from inside: nothing else is needed. An
# environment of another Python gives way, as venv would leave half of it there.
.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c '$(CHECK)'
	@$(SAME) || rm -rf .venv
	@$(PYTHON) -c '$(SIZE)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	$(BIN)/uv pip install --python $(BIN)/python --editable '.[dev]' \
	  $(if $(NEWEST),--upgrade,--constraint constraints.txt) $(if $(TORCH),--torch-backend=$(TORCH))
	@touch $@

demo: setup  ## the whole job on the built-in street, in a few minutes and without data
	$(BIN)/python train.py +machine=demo

test: setup  ## run the tests, but those of test-faults
	OMP_NUM_THREADS=1 $(BIN)/python $(PYTEST)

test-faults: setup  ## kill, damage and fill up everything, and see that nothing is lost
	$(BIN)/python -m pytest tests/faults --numprocesses=auto --dist=worksteal

test-pythons: setup  ## run all tests on each Python from 3.10 to 3.13 that is here
	@found=; for version in $(PYTHONS); do \
	  python=$$($(SEEN) $(BIN)/uv python find --system --no-python-downloads $$version 2>/dev/null) \
	    || { echo "Python $$version is not here, and left out"; continue; }; \
	  echo "Python $$version: $$python"; found="$$found $$version"; \
	  $(BIN)/uv venv --quiet --clear --python $$python .venvs/$$version && \
	  $(BIN)/uv pip install --quiet --python .venvs/$$version/bin/python --editable '.[dev]' \
	    --constraint constraints.txt && \
	  OMP_NUM_THREADS=1 .venvs/$$version/bin/python $(PYTEST) && \
	  .venvs/$$version/bin/python -m pytest tests/faults || exit 1; \
	done; echo "passed on$${found:? no Python from 3.10 to 3.13 is here}"

# numpy 2.0 has no wheels for Python 3.13.
test-lowest: setup  ## run all tests with the lowest versions that pyproject.toml allows
	@for version in 3.10 3.11 3.12; do \
	  python=$$($(SEEN) $(BIN)/uv python find --system --no-python-downloads $$version 2>/dev/null) && break; \
	done; set -x; \
	$(BIN)/uv venv --quiet --clear --python $${python:?one of Python 3.10 to 3.12 is needed} .venvs/lowest && \
	$(BIN)/uv pip install --quiet --python .venvs/lowest/bin/python --editable '.[dev]' \
	  --resolution lowest-direct && \
	OMP_NUM_THREADS=1 .venvs/lowest/bin/python $(PYTEST) && \
	.venvs/lowest/bin/python -m pytest tests/faults

lint: setup  ## check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup  ## measure the speed side by side, 45 minutes, into docs/performance.md
	$(BIN)/python benchmarks/run.py

bench-quick: setup  ## prove that the benchmarks run; its figures mean nothing
	$(BIN)/python benchmarks/run.py --quick

# make quality DATA=CamVid224_DataSet.zip WITH="--always data.ignore=[void] --classes pole"
quality: setup  ## measure how well each recipe learns, hours: DATA=a data set, WITH=more arguments
	$(BIN)/python benchmarks/quality.py $(if $(DATA),--data "$(DATA)") $(WITH)

quality-quick: setup  ## prove that make quality runs; its figures mean nothing
	$(BIN)/python benchmarks/quality.py --quick

format: setup  ## put the code into its usual form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

constraints: setup  ## write the newest versions into constraints.txt; then run all tests
	{ sed '/^[^#]/,$$d' constraints.txt && $(BIN)/uv pip compile --quiet --universal \
	  --python-version 3.10 --no-header --no-annotate --extra dev pyproject.toml; \
	} > constraints.txt.part
	mv constraints.txt.part constraints.txt

clean:  ## remove .venv and what tools left; runs/ and data/ stay
	rm -rf .venv .venvs .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache \
	  dist *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -prune -exec rm -rf {} +
