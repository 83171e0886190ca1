# make demo   see it work: a made-up university, the shipped pipeline, what came out and where to look
# make test   lint, strict types, every test
# make bench  every benchmark beside its peers, in one report (ten minutes on a quiet machine; `make bench FULL=1`, up to 100M rows, takes an hour or two
#             and 30 GB of disk)
# make bench-check  what got slower beside its peer than in the committed report by more than 15 %

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

# A peer's tool that reads our contracts, in an environment of its own, since its pins exclude ours; and Sail, an engine that is somebody else's.
$(VENV)-peers/installed: constraints-peers.txt
	@test -d $(VENV)-peers || $(PYTHON) -m venv $(VENV)-peers
	@echo "Setting up .venv-peers (datacontract-cli, which reads our contracts in a test, and Sail, which runs pipelines in one) ..."
	@$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints-peers.txt datacontract-cli pysail
	@touch $@

test: lint $(VENV)-peers/installed
	$(BIN)/python -m pytest -n auto --dist worksteal lapipe tests

# Peers in the benchmarks that pin old versions, in an environment of their own.
$(VENV)-bench/installed: constraints-bench.txt
	@test -d $(VENV)-bench || $(PYTHON) -m venv $(VENV)-bench
	@echo "Setting up .venv-bench (pycanon and pytauargus, peers in the benchmarks) ..."
	@$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints-bench.txt pycanon pytauargus pyarrow
	@touch $@

bench: $(VENV)/dev-$(if $(JAVA),spark,plain) $(VENV)-bench/installed
	$(BIN)/python tests/benchmarks/report.py $(if $(FULL),--full)

bench-check: $(VENV)/dev-$(if $(JAVA),spark,plain) $(VENV)-bench/installed
	$(BIN)/python tests/benchmarks/report.py --check

clean:
	rm -rf $(VENV) $(VENV)-peers $(VENV)-bench lapipe-demo .mypy_cache .ruff_cache .hypothesis
