# Verbs of the project. Everything is installed into .venv; stamps of what is done are in .make.

PORT    ?= 8501
ADDRESS ?= 127.0.0.1

# The first interpreter on the PATH that is new enough.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		&& echo $$python && break; done)

VENV   := .venv
PY     := $(VENV)/bin/python
PIP    := $(PY) -m pip --disable-pip-version-check install --quiet --quiet -c constraints.txt
# Several at a time, the tests of a file together: they share stores and servers. Many wait, so
# three keep two cores busy; a browser with its server takes a core of its own.
PYTEST := $(PY) -m pytest -p tests.strict_skips --dist loadfile --no-loadscope-reorder

APT_INSTALL := apt-get -qq update && \
	DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run demo test lint format coverage bench check clean system-packages

help: ## print these verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: .make/run ## build .venv with what the app needs

# A store that the settings name is the user's own: the demo never goes there.
run: .make/run ## make a demo store if there is none, then serve the app (PORT=8501)
	@if [ -z "$$ZIGGURAT_STORE$$ZIGGURAT_CONFIG" ] && [ ! -e ziggurat.toml ]; then \
		if [ -z "$$(ls -A data/store 2>/dev/null)" ] || [ -e .make/demo-unfinished ]; then \
			$(MAKE) --no-print-directory demo || { rm -f .make/demo-unfinished; exit 1; }; fi; fi
	@$(PY) -m streamlit run app.py \
		--server.address $(ADDRESS) --server.port $(PORT) --server.headless true

demo: .make/run ## write the synthetic demo store to data/store
	@touch .make/demo-unfinished
	@$(PY) preprocess.py demo --store data/store
	@rm -f .make/demo-unfinished

test: lint system-packages ## run every check and every test
	@$(PYTEST) -n 3 --ignore=tests/browser; others=$$?; \
		$(PYTEST) -n 2 tests/browser && exit $$others

lint: .make/dev ## ruff, mypy and the import contracts
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy commands core ingest
	@$(VENV)/bin/lint-imports --no-logo

check: lint test ## lint and test

format: .make/dev ## format the code and mend what ruff can mend
	@$(PY) -m ruff check --fix --exit-zero --quiet .
	@$(PY) -m ruff format .

coverage: .make/dev ## run the tests and show which lines they reach
	@$(PYTEST) -n 2 --cov --cov-report=term:skip-covered

bench: .make/dev ## measure the figures that the README quotes
	@$(PY) -m benchmarks

clean: ## remove environment, stamps and caches; data stay
	rm -rf $(VENV) .make .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@python="$(PYTHON)"; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or newer is needed and none is on the PATH; or name one: PYTHON=..." >&2; \
		exit 1; fi; \
	if ! $$python -c 'import ensurepip' 2>/dev/null; then \
		package=$$($$python -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing the Debian package $$package."; $(APT_INSTALL) $$package >/dev/null; \
		else \
			echo "This Python cannot make environments. On Debian: sudo apt-get install $$package" >&2; \
			exit 1; fi; fi; \
	$$python -m venv --clear $(VENV)

.make/run: requirements.txt constraints.txt $(VENV)/pyvenv.cfg
	@echo "Installing requirements.txt into $(VENV): about a minute the first time."
	@$(PIP) -r requirements.txt
	@mkdir -p .make && touch $@

.make/dev: requirements-dev.txt requirements-collect.txt .make/run
	@echo "Installing requirements-dev.txt into $(VENV)."
	@$(PIP) -r requirements-dev.txt
	@touch $@

# Chromium for the browser tests with a font to draw, Mosquitto and RabbitMQ for the broker tests,
# which start brokers of their own: installing them must not start the system's.
system-packages:
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin"; missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v mosquitto >/dev/null || missing="$$missing mosquitto"; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	ls /usr/lib/rabbitmq/lib/*/sbin/rabbitmq-server >/dev/null 2>&1 \
		|| missing="$$missing rabbitmq-server"; \
	[ -n "$$(find /usr/share/fonts -name '*.ttf' 2>/dev/null | head -n 1)" ] \
		|| missing="$$missing fonts-dejavu-core"; \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Debian packages:$$missing"; \
		policy=/usr/sbin/policy-rc.d; own=""; \
		if [ ! -e $$policy ]; then \
			printf '#!/bin/sh\nexit 101\n' >$$policy; chmod 755 $$policy; own=$$policy; fi; \
		trap '[ -z "$$own" ] || rm -f "$$own"' EXIT; \
		{ $(APT_INSTALL) $$missing >/dev/null; } && exit 0; \
	fi; \
	echo "Not installed:$$missing. The tests that need them will be skipped." \
		"On Debian: sudo apt-get install$$missing"
