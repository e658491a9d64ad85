# make setup   make .venv once, without torch        make demo   the main job, ends by naming its report
# make test    the tests (a minute or two)           make test-slow   the long ones        make lint, make bench
# make setup-rl   adds training: torch (CPU), Stable-Baselines3        make test-rl   the tests that need it
# make bench-energyplus   EnergyPlus itself beside ours, after installing it (100 MB)
# make bench-peers   other simulators beside ours, each installed in a virtual environment of its own (5 GB)
# make validate   the physics against independent answers (DATA=folder)    make validation-docs FOLDER=results/...
VENV ?= .venv
PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
BIN = $(VENV)/bin
STAMP = $(VENV)/.complete

.PHONY: setup setup-rl demo test test-slow test-rl lint bench bench-energyplus bench-peers validate validation-docs clean
.DEFAULT_GOAL := setup

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make setup PYTHON=/path/to/python3.11")'
	"$(PYTHON)" -m venv "$(VENV)"
	"$(BIN)/python" -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	@touch "$@"

demo: setup
	@"$(BIN)/twin" demo

test: setup
	"$(BIN)/python" -m pytest -n auto --dist loadfile -m "not slow" $(ARGS)

test-slow: setup
	"$(BIN)/python" -m pytest -n auto --dist loadfile -m slow --timeout 1500 $(ARGS)

# The CPU build of torch is asked for by name, so that a resolver can only fail and never pull CUDA.
setup-rl: setup
	"$(BIN)/python" -m pip install --quiet --constraint constraints.txt --editable ".[dev,rl]" || \
	"$(BIN)/python" -m pip install --quiet --constraint constraints.txt --editable ".[dev,rl]" \
	  --extra-index-url https://download.pytorch.org/whl/cpu

test-rl: setup-rl
	"$(BIN)/python" -m pytest -n auto --dist loadfile --timeout 1500 tests/training tests/envs tests/control $(ARGS)

lint: setup
	"$(BIN)/ruff" check .
	"$(BIN)/mypy"
	"$(BIN)/lint-imports"

bench: setup
	"$(BIN)/python" -m benchmarks.startup
	"$(BIN)/python" -m benchmarks.speed

bench-energyplus: setup
	"$(BIN)/python" -m pip install --quiet --constraint constraints.txt --editable ".[energyplus]"
	"$(BIN)/python" -m benchmarks.energyplus $(ARGS)

bench-peers: setup
	"$(BIN)/python" -m benchmarks.peers --install "$(VENV)/peers" $(ARGS)

validate: setup
	"$(BIN)/twin" validate-physics --jobs 0 $(if $(DATA),--data "$(DATA)") $(ARGS)

validation-docs: setup
	"$(BIN)/python" scripts/write_validation_docs.py "$(FOLDER)"

clean:
	rm -rf "$(VENV)" .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
