# Plain `make` prints what there is. Python 3.11 and make are all it needs.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
RUN := $(VENV)/bin/python
# Byte code is kept: without it every start compiles the whole project again.
unexport PYTHONDONTWRITEBYTECODE
export DJANGO_SETTINGS_MODULE = hub.settings

.DEFAULT_GOAL := help
.PHONY: help demo run test trials check fix bench lock clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/base.stamp ## install, fill a demo mesh and start the hub at http://127.0.0.1:8000 (PORT, HUB_HOME)
	@exec $(RUN) manage.py demo

run: $(VENV)/base.stamp ## the same without demo data
	@exec $(RUN) manage.py up

test: $(VENV)/dev.stamp ## install and run the tests, on SQLite and, where there is one, on PostgreSQL
	@$(RUN) -m pytest
	@$(RUN) -m tests.on_postgresql

trials: $(VENV)/dev.stamp ## tests that take minutes: crowds, kills, backups, the aviation mesh, also on PostgreSQL (10 to 20 minutes)
	@$(RUN) -m pytest -m "trial or mesh"

check: $(VENV)/dev.stamp ## format, lint, types, import contracts, missing migrations
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo
	@HUB_HOME=$$(mktemp -d) $(RUN) manage.py makemigrations --check --dry-run
	@HUB_HOME=$$(mktemp -d) $(RUN) manage.py check

fix: $(VENV)/dev.stamp ## format and mend what can be mended by itself
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

bench: $(VENV)/dev.stamp ## measure engine, data stores and pages; writes docs/benchmarks.md
	@$(RUN) -m benchmarks

lock: ## resolve the newest versions and write requirements/*.lock (needs uv)
	uv pip compile pyproject.toml --upgrade --generate-hashes --universal --python-version 3.11 --only-binary :all: \
	  --no-header --no-annotate -o requirements/base.lock
	uv pip compile pyproject.toml --extra dev --upgrade --generate-hashes --universal --python-version 3.11 --only-binary :all: \
	  --no-header --no-annotate -o requirements/dev.lock

clean: ## remove the virtual environment and caches; data in HUB_HOME stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "Python 3.11 is needed; set PYTHON=/path/to/python3.11.")'
	@$(PYTHON) -m venv $(VENV)

# Wheels only, checked against the hashes of the lock file.
$(VENV)/%.stamp: requirements/%.lock $(VENV)/bin/python
	@echo "Installing requirements/$*.lock …"
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r $<
	@touch $@
