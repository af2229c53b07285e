# Taalinkoop. `make help` zegt wat er is.
# Works with the make of Debian and of macOS (GNU make 3.81).

.DEFAULT_GOAL := help
.PHONY: help bootstrap dev demo run test check lint secrets types flaws style imports wheel bench chaos waiting pictures lock clean

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
# Tests and checks: `make test ARGS="tests/quality -k wachttijd"`; `make bench NAMES=start`.
ARGS ?=
NAMES ?=
PACKAGES := core app procurement providers quality
# How the tests are divided over the workers: tests/conftest.py.
PYTEST := $(BIN)/python -m tests.postgresql $(BIN)/python -m pytest -q -n 2 --no-loadscope-reorder \
	--durations=10
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Nothing is built while installing: that would fetch build tools that are in no lock.
LOCKED := --only-binary :all: --require-hashes
# The lock holds what was published on or before this day, so that it can be made again.
LOCK_DATE := 2026-11-21
UV := 0.13.9
COMPILE := build/lock/bin/uv pip compile --quiet --upgrade --universal --no-strip-extras \
	--only-binary :all: --python-version 3.11 --generate-hashes --no-emit-index-url \
	--exclude-newer $(LOCK_DATE)T00:00:00Z --custom-compile-command "make lock"

# Kept bytecode: without it every worker and every command of a test compiles all of it again.
unexport PYTHONDONTWRITEBYTECODE

help: ## Toont deze lijst
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

bootstrap: $(VENV)/.runtime ## Maakt .venv met het commando .venv/bin/taalinkoop
	@:

dev: $(VENV)/.dev

demo: bootstrap ## Start de demonstratie op http://127.0.0.1:8000 (PORT=... voor een andere poort)
	@$(BIN)/taalinkoop demo --port $(PORT)

run: bootstrap ## Start Taalinkoop met eigen gegevens (in instance/ of DATABASE_URL)
	@$(BIN)/taalinkoop serve --migrate --port $(PORT)

test: dev ## Draait alle tests (REQUIRE_ALL=1: overslaan telt als fout)
	@$(PYTEST) $(ARGS)

check: dev ## Draait alles wat de bouwserver draait
	@$(MAKE) --no-print-directory --jobs=2 wheel lint
	@$(PYTEST) --thorough --cov --cov-report=term:skip-covered $(ARGS)

# Longest first, as check does two at a time.
lint: secrets types flaws style imports

secrets: dev
	@mkdir -p build && git -c safe.directory='*' ls-files -z -- . ':!requirements*.txt' >build/files
	@xargs -0 $(BIN)/detect-secrets-hook --no-verify --disable-plugin KeywordDetector \
		--exclude-secrets '^wachtwoord$$' <build/files

types: dev
	@$(BIN)/mypy

flaws: dev
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(PACKAGES)
	@$(BIN)/python -m tests.vulnerabilities

style: dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .

imports: dev
	@$(BIN)/lint-imports --no-logo

wheel: dev
	@$(BIN)/python -m tests.wheel

bench: dev ## Meet snelheid en geheugen als verhoudingen (NAMES=... voor een keuze)
	@$(BIN)/python -m tests.postgresql $(BIN)/python -m tests.benchmarks $(NAMES)

chaos: dev ## Breekt opdrachten op elk moment af en kijkt wat er overblijft (KILLS=100 SEED=1)
	@$(BIN)/python -m tests.postgresql $(BIN)/python -m tests.chaos

waiting: dev ## Meet wie op wie wacht terwijl een grote levering binnenkomt (SECONDS=60 ROWS=100000)
	@$(BIN)/python -m tests.postgresql $(BIN)/python -m tests.waiting

pictures: dev ## Maakt de schermafbeeldingen in docs/ opnieuw
	@$(BIN)/python -m tests.browser.pictures

lock: ## Zet in requirements*.txt wat er op LOCK_DATE het nieuwst was, met hashes
	@$(choose_python); "$$python" -m venv build/lock && build/lock/bin/pip install --quiet uv==$(UV)
	@$(COMPILE) pyproject.toml --output-file requirements.txt
	@$(COMPILE) pyproject.toml --extra postgresql --constraint requirements.txt \
		--output-file requirements-postgresql.txt
	@$(COMPILE) --group build --output-file requirements-build.txt
	@$(COMPILE) pyproject.toml --extra postgresql --group dev --constraint requirements.txt \
		--constraint requirements-build.txt --output-file requirements-dev.txt

clean: ## Verwijdert .venv en wat de tests achterlaten; gegevens blijven staan
	@rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache \
		.hypothesis .import_linter_cache

# The first Python that is new enough; "python3" of macOS may be older than the one beside it.
define choose_python
python=; for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then python=$$name; break; fi; done; \
if [ -z "$$python" ]; then \
	echo "Taalinkoop heeft Python 3.11 of nieuwer nodig. Installeer die en probeer het opnieuw." >&2; \
	echo "Staat hij ergens anders? Gebruik: make PYTHON=/pad/naar/python3 ..." >&2; exit 2; fi
endef

# Debian and Ubuntu ship Python without ensurepip; root can mend that here, others are told how.
define need_venv
if ! "$$python" -c 'import ensurepip' 2>/dev/null; then \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "python3-venv ontbreekt en wordt geïnstalleerd."; \
		export DEBIAN_FRONTEND=noninteractive; \
		{ apt-get -qq update && apt-get -qq -y --no-install-recommends install python3-venv; } \
			>build/apt.log 2>&1 || { cat build/apt.log >&2; exit 2; }; \
	else \
		echo "Het pakket python3-venv ontbreekt. Installeer het en probeer het opnieuw:" >&2; \
		echo "  sudo apt-get install python3-venv" >&2; exit 2; fi; fi
endef

$(BIN)/pip:
	@mkdir -p build
	@$(choose_python); $(need_venv); "$$python" -m venv $(VENV)

$(VENV)/.runtime: requirements.txt requirements-build.txt pyproject.toml | $(BIN)/pip
	@echo "Taalinkoop wordt geïnstalleerd in $(VENV). Dat duurt een minuut of twee."
	@$(PIP) install $(LOCKED) -r requirements.txt -r requirements-build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@# A service that may not write here would compile it at every start, and need 11 MB more.
	@$(BIN)/python -m compileall -q $(PACKAGES) migrations
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Wat de tests nodig hebben wordt geïnstalleerd in $(VENV)."
	@$(PIP) install $(LOCKED) -r requirements-dev.txt
	@touch $@
