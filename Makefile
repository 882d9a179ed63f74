# The verbs of the project. `make help` lists them.

VENV := .venv
PYTHON := $(VENV)/bin/python
LOCK := project/constraints.txt
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run demo test lint mutants format lock clean

help:  ## Print this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 14
	@echo
	@echo "  PORT=8001 make run             another port"
	@echo "  DATABASE_URL=postgres://… make run"
	@echo "  make test ARGS='-k import'     some of the tests"

run: $(VENV)/.run  ## Run Helpdesk on this machine: web server and task worker; Ctrl-C stops both
	@$(PYTHON) manage.py serve

demo: $(VENV)/.run  ## Load the demo data into an empty desk
	@$(PYTHON) manage.py migrate --verbosity 0
	@$(PYTHON) manage.py demo

test: $(VENV)/.dev  ## Run all tests on SQLite and on PostgreSQL, in a browser too
	@$(PYTHON) -m helpdesk.tests $(ARGS)

lint: export DEBUG := 0
lint: export HTTPS := 1
lint: export DATABASE_URL := sqlite://:memory:
lint: export SECRET_KEY = $(shell $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))')
lint: $(VENV)/.dev  ## Check style, types of mistakes, missing migrations and the settings of a deployment
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py check --deploy --fail-level WARNING

mutants: $(VENV)/.dev  ## Break the code on purpose and name the mistakes that no test notices (takes an hour)
	@$(PYTHON) -m helpdesk.tests.mutants $(ARGS)

format: $(VENV)/.dev  ## Format the code
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

lock: $(PYTHON)  ## Write the versions of all packages down after a change of the requirements; ARGS=--upgrade for newer ones
	$(PIP) install "$$(grep '^uv==' requirements-dev.txt | cut -d ' ' -f 1)"
	$(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --no-header --strip-extras \
		--annotation-style line requirements-dev.txt --output-file $(LOCK) $(ARGS)

clean:  ## Remove the virtual environment and caches; the database stays
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis staticfiles

# `make run` is for trying Helpdesk out: in debug mode, unless the environment or .env says otherwise. What it
# chose is written down, so that every manage.py command finds the same settings.
run demo: settings
.PHONY: settings
settings: $(PYTHON)
	@if [ -z "$${DEBUG-}$${SECRET_KEY-}$${SECRET_KEY_FILE-}" ] \
	    && ! grep -Eqs '^(export )?(DEBUG|SECRET_KEY|SECRET_KEY_FILE)=' .env; then \
	    umask 077; \
	    { echo; echo "# Written by make, to try Helpdesk on this machine; a desk that others reach needs DEBUG=0."; \
	      echo "DEBUG=1"; echo "SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))')"; } >> .env; \
	    echo "Wrote DEBUG=1 and a SECRET_KEY of your own to .env."; \
	fi

# The environment is made once, and completed when the requirements change or a step was interrupted.

$(PYTHON):
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Helpdesk needs Python 3.11 or newer; python3 is $$(python3 --version)."; exit 1; }
	python3 -m venv --clear $(VENV)

$(VENV)/.run: $(PYTHON) requirements.txt $(LOCK)
	@$(PIP) --version >/dev/null 2>&1 || python3 -m venv --clear $(VENV)
	$(PIP) install -r requirements.txt -c $(LOCK)
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(PIP) install -r requirements-dev.txt -c $(LOCK)
	@touch $@
