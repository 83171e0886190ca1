# make demo   see it work: a made-up university, the shipped pipeline, what came out and where to look
# make test   lint, strict types, every test
# make bench  every benchmark beside its peers, in one report (some minutes; `make bench FULL=1` takes an hour and 20 GB of disk)
# make bench-check  what got slower than the committed report by more than 15 %

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# The engine for clusters is tested where there is a Java to run it.
JAVA   := $(shell command -v java 2>/dev/null)
comma  := ,

.PHONY: demo test lint bench bench-check clean

$(BIN)/lapipe: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("lapipe needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make demo PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@echo "Setting up .venv (once; a minute or two) ..."
	@$(PIP) --editable .
	@touch $@

$(VENV)/dev-$(if $(JAVA),spark,plain): $(BIN)/lapipe
	@echo "Setting up what the tests need ..."
	@$(PIP) --editable '.[dev$(if $(JAVA),$(comma)spark$(comma)connect)]'
	@touch $@

demo: $(BIN)/lapipe
	@$(BIN)/lapipe demo lapipe-demo

lint: $(VENV)/dev-$(if $(JAVA),spark,plain)
	$(BIN)/ruff check .
	$(BIN)/mypy

# A peer's tool that reads our contracts, in an environment of its own: its pins exclude ours.
$(VENV)-peers/installed: constraints-peers.txt
	@test -d $(VENV)-peers || $(PYTHON) -m venv $(VENV)-peers
	@echo "Setting up .venv-peers (datacontract-cli, which reads our contracts in a test) ..."
	@$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints-peers.txt datacontract-cli
	@touch $@

test: lint $(VENV)-peers/installed
	$(BIN)/python -m pytest -n auto --dist worksteal lapipe tests

bench: $(VENV)/dev-$(if $(JAVA),spark,plain)
	$(BIN)/python tests/benchmarks/report.py $(if $(FULL),--full --times 3)

bench-check: $(VENV)/dev-$(if $(JAVA),spark,plain)
	$(BIN)/python tests/benchmarks/report.py --check --times 3

clean:
	rm -rf $(VENV) $(VENV)-peers lapipe-demo .mypy_cache .ruff_cache .hypothesis
