# Each target alone does all of its own set-up: a virtual environment in the checkout, pinned versions.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo interop chaos test test-newest lint lint-page test-page reliability bench bench-engines package format docs site lock clean

demo: $(VENV)/.run
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

# Those that wait for leases and servers more than they work have more processes than there are cores.
WAITING_TESTS := tests/stores tests/temporal tests/chaos

test: $(VENV)/.dev
ifeq ($(strip $(PYTEST_ARGS)),)
	$(BIN)/python -m pytest -n auto $(WAITING_TESTS:%=--ignore=%)
	$(BIN)/python -m pytest -n 5 $(WAITING_TESTS)
else
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)
endif

# The unit tests and scenarios on the newest supported Python of this machine, in an environment of its own. `SAMPLE=3`
# runs one of three.
SAMPLE ?= 1
NEWEST_TESTS := tests/unit tests/scenarios tests/properties --ignore=tests/unit/docs --one-in=$(SAMPLE)

test-newest:
	@if newest=$$(.ci/newest-python); then \
	  echo "== $$($$newest --version): $(NEWEST_TESTS)"; \
	  $(MAKE) --no-print-directory VENV=.venv-newest PYTHON="$$newest" PYTEST_ARGS="$(or $(PYTEST_ARGS),$(NEWEST_TESTS))" test; \
	else \
	  echo "== no Python newer than $$($(PYTHON) --version) here: nothing more is tested"; \
	fi

# Tools for Terraform plans, each in an environment of its own: they pin what ackplan must not be pinned to.
interop: .interop/checkov/.done .interop/terraform-compliance/.done

.interop/%/.done: tests/interop/%.lock | $(VENV)/.dev
	$(BIN)/python -m venv --clear .interop/$*
	.interop/$*/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/interop/$*.lock
	touch $@

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The script of the page: its tools come by npm, pinned, and are no part of a page or of the wheel.
lint-page: tests/page/node_modules/.done
	cd tests/page && npm run --silent lint

test-page: tests/page/node_modules/.done
	cd tests/page && npm run --silent test

tests/page/node_modules/.done: tests/page/package-lock.json
	@command -v npm >/dev/null || { echo "make: the page's script is checked with Node.js 18.18 or newer and npm; neither is here (Debian: apt-get install nodejs npm)" >&2; exit 1; }
	cd tests/page && npm ci --silent
	touch $@

# Every figure of docs/reliability.md, in full; the tests have a sample of it.
reliability: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto tests/faults tests/simulation
	$(BIN)/python -m tests.faults.kill --all
	$(BIN)/python -m tests.faults.syscalls
	$(BIN)/python -m tests.faults.storm
	$(BIN)/python -m tests.faults.kill --all --pairs 1 --store postgresql --scene create --scene mixed --scene pools
	$(BIN)/python -m tests.faults.kill --all --pairs 1 --store log --scene create --scene mixed --scene pools
	$(BIN)/python -m tests.stores.killing
	$(BIN)/python -m tests.simulation --seeds 5000 --jobs 2
	$(BIN)/python -m tests.simulation --seeds 1000 --jobs 2 --store log --computers 2
	$(BIN)/python -m tests.simulation --seeds 1000 --jobs 2 --store postgresql --computers 2

# Runners, servers and connections die for ten minutes; --minutes, --store and --seed go into CHAOS_ARGS.
chaos: $(VENV)/.dev
	$(BIN)/python -m tests.chaos $(CHAOS_ARGS)

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

# 1,000 clusters in 20 workspaces with and without an engine, and with workers that are killed.
bench-engines: $(VENV)/.dev
	$(BIN)/python -m benchmarks.engines $(BENCH_ARGS)

docs: $(VENV)/.dev
	$(BIN)/python docs/parameters.py
	$(BIN)/python docs/operations.py
	$(BIN)/python docs/operation_rows.py
	$(BIN)/python docs/node_pools.py
	$(BIN)/python docs/commands.py
	$(BIN)/python docs/diagnostics_zh.py
	$(BIN)/python docs/reference_zh.py
	$(BIN)/python docs/ram.py
	$(BIN)/python docs/comment.py
	$(BIN)/python -m tests.page.declarations

# The documents as a site, into .site/html. A link or an anchor that leads nowhere fails; nothing is fetched.
site: .venv-docs/.done
	.venv-docs/bin/python docs/site_pages.py .site/pages
	DISABLE_MKDOCS_2_WARNING=true .venv-docs/bin/properdocs build --strict -f mkdocs.yml

.venv-docs/.done: requirements-docs.lock
	$(PYTHON) -m venv --clear .venv-docs
	.venv-docs/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	touch $@

# What a release holds, into dist: sdist, wheel and bill of materials, each tried; licences and known weaknesses.
package: $(VENV)/.dev .venv-release/.done
	PYTHON="$(PYTHON)" .ci/package dist

.venv-release/.done: requirements-release.lock
	$(PYTHON) -m venv --clear .venv-release
	.venv-release/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-release.lock
	touch $@

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.dev
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade --no-annotate --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade --no-annotate --no-header --python-version 3.11 --group pyproject.toml:docs -o requirements-docs.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade --no-annotate --no-header --python-version 3.11 --group pyproject.toml:release -o requirements-release.lock
	for tool in checkov terraform-compliance; do $(BIN)/uv pip compile --quiet --generate-hashes --upgrade --no-annotate --no-header --python-version 3.11 tests/interop/$$tool.in -o tests/interop/$$tool.lock; done
	if command -v npm >/dev/null; then cd tests/page && npm update --silent --package-lock-only; fi

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	printf '%s\n' '$(CURDIR)' > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/ackplan-checkout.pth"
	printf '#!/bin/sh\nexec "%s" -m ackplan "$$@"\n' '$(CURDIR)/$(BIN)/python' > $(BIN)/ackplan
	chmod +x $(BIN)/ackplan
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV) .venv-newest .venv-docs .venv-release .site .demo .interop tests/page/node_modules dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
