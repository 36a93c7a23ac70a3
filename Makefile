# Everything a fresh machine needs: git, make and Python 3.11 or newer.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# DVC runs `python -m stages.<name>`: it has to be this environment's python.
RUN    := PATH="$(CURDIR)/$(BIN):$$PATH"

.DEFAULT_GOAL := help
.PHONY: help setup repro sweep baselines report test lint repro-check robustness cluster-check readme plots-page pins clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.installed $(BIN)/afterimage ## Make .venv, install the pinned packages and the command afterimage

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: $(PYTHON) is not Python 3.11 or newer; try: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

# pip fetches setuptools to build it, for this once: environments of Python 3.12 and newer have none.
$(BIN)/afterimage: $(VENV)/.installed pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

repro: setup ## Run the main line of the pipeline, and say where to look
	$(RUN) dvc repro validate hash_drift
	@$(RUN) dvc metrics show --precision 7
	@echo "Tables: data/scores.csv (signature), data/drift.csv (fingerprint), data/optimize_history.csv"

sweep: setup ## Run everything: other CRFs, encoders and edits, and the baselines
	$(RUN) dvc repro
	@$(RUN) dvc metrics show --precision 7 metrics/sweep
	@echo "Look at it: report/index.html"

report: setup ## Run what is missing, and show everything on report/index.html
	$(RUN) dvc repro report
	@echo "Look at it: report/index.html"

baselines: setup ## Run the other ways to choose a mark, and the earlier detector
	$(RUN) dvc repro baseline
	@$(RUN) dvc metrics show --precision 7 metrics/baseline

test: setup ## Run the tests
	$(RUN) python -m pytest -n 2 --dist worksteal

lint: setup ## Check style and types
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

repro-check: setup ## Reproduce from nothing in a temporary clone, and compare bit by bit
	$(RUN) python -m tests.reproduction

robustness: setup ## Unlike conditions, kills, mishaps and mutated videos: minutes each
	$(RUN) python -m tests.robustness.identity
	$(RUN) python -m tests.robustness.kills
	$(RUN) python -m tests.robustness.mishaps
	$(RUN) python -m tests.robustness.fuzzing

cluster-check: setup ## Run on a cluster of machines with nothing in common, kill some (needs root)
	$(RUN) python -m tests.cluster.check $(WHERE_POSSIBLE)

readme: setup ## Bring the tables in the README up to date with what was measured
	$(RUN) python -m stages.commands.readme

plots-page: ## Put Vega into the offline page of dvc plots anew (needs npm)
	$(PYTHON) .dvc/plots/assemble.py

pins: ## Resolve pyproject.toml anew into requirements.txt
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[baselines,dev]'
	{ echo "# The whole tree, by version; made by \`make pins\`. pyproject.toml says what is needed."; \
	  $(BIN)/python -m pip freeze --exclude-editable; } > requirements.txt
	@touch $(VENV)/.installed $(BIN)/afterimage

clean: ## Remove the environment and the scratch folder; data and the DVC cache stay
	rm -rf $(VENV) .scratch
