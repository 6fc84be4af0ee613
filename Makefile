# The only things needed beforehand: Python 3.11 or newer, and make.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# The first interpreter on the path that is new enough.
ifndef PYTHON
PYTHON := $(shell for name in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
endif

# The newest interpreter that works. A name on the path may be pyenv's for a release that is not chosen, or not there.
NEWEST_PYTHON := for minor in $$(seq 30 -1 11); do \
	for python in python3.$$minor $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.$$minor.*/bin/python; do \
	$$python -c 'import ctypes, sqlite3, ssl, zlib' 2>/dev/null && { command -v $$python; exit; }; done; done; echo none

# Tests that together use every library in process. An empty PYTHONTZPATH keeps to the tzdata that is declared.
EVERY_LIBRARY := $(addprefix tests/test_,$(addsuffix .py,backtest check_corpus check_laws check_lookups check_observed \
	clock collectors_export_counts collectors_http_retrying dashboard_parts dashboard_states \
	detection_normal_distribution digest_rendering digest_sending_slack_bot judge liquid manifest_reading \
	manifest_writing names renames schedule settings status storage_events))

# $(1) folder, $(2) interpreter, $(3) whether to take the lowest or the highest release of what is declared.
define fresh_environment
	$(BIN)/uv venv --quiet --clear --no-python-downloads --python "$(2)" $(1)
	$(BIN)/uv pip install --quiet --python $(1) --resolution $(3) --editable '.[monitor]'
	$(BIN)/uv pip install --quiet --python $(1) filelock hypothesis jsonschema playwright pytest pytest-xdist
endef

# $(1) folder.
define test_every_library
	PYTHONTZPATH= $(1)/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -p no:cacheprovider \
		-p tests.every_library $(EVERY_LIBRARY)
endef

# Three workers for two processors, since each waits now and then; a file stays with one, for its worlds are built once.
SPREAD := -n 3 --dist loadfile --no-loadscope-reorder

# $(1) what pytest is told besides. Without a cache the types take a while: they are checked beside the tests, and what
# is wrong with them is said at once and again at the end.
define tests_beside_types
	@($(BIN)/mypy >$(VENV)/types.txt 2>&1 || { cat $(VENV)/types.txt; exit 1; }) & types=$$!; \
	$(BIN)/python -m pytest $(SPREAD) $(1); tests=$$?; \
	wait $$types || { cat $(VENV)/types.txt; exit 1; }; exit $$tests
endef

# Every process that a test starts would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test test-all test-lowest test-newest check format bench docs pictures clean style

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(READY) ## make the virtual environment and install into it

demo: $(READY) ## show the product with a made-up world on http://127.0.0.1:8501
	$(BIN)/campaign-health demo --port 8501

test: style ## format, lint, types, import rules and the quick tests; the last line says what was left out
	$(call tests_beside_types,-m "not slow" --hypothesis-profile quick)

test-all: style ## the same with every test: kills, weeks of mornings, all examples
	$(call tests_beside_types)

test-lowest: $(READY) ## a quick part of the suite on the lowest declared release of every library and the oldest Python
	$(call fresh_environment,.venv-lowest,3.11,lowest-direct)
	$(call test_every_library,.venv-lowest)

test-newest: $(READY) ## the same on the newest Python to be found and the newest libraries
	$(call fresh_environment,.venv-newest,$$($(NEWEST_PYTHON)),highest)
	$(call test_every_library,.venv-newest)

check: style ## format, lint, types and import rules
	$(BIN)/mypy

style: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

format: $(READY) ## put the code into its one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## measure what the README claims
	@for file in tests/benchmarks/[a-z]*.py; do \
		echo "== $$file"; $(BIN)/python -m tests.benchmarks.$$(basename $$file .py) || exit 1; done

docs: $(READY) ## write the references of commands, settings, words and data anew
	$(BIN)/python -m tests.write_references
	$(BIN)/python -m storage.read.data_dictionary docs/data.md

pictures: $(READY) ## take the guide's pictures anew, of the demo of one fixed morning
	$(BIN)/python -m tests.guide_walk

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) .venv-lowest .venv-newest .venv-share .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found on the path." \
		"Install one, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11." >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $(READY)
