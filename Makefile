# make run     opens the app            make test    linters, types and all tests
# make verify  what is computed, beside independent references
# make bench   timings, beside peers    make clean   removes what these made
#
# Everything is installed into .venv, once; a changed requirements file installs again.
# PORT=9000 make run            another port
# make test TESTS=tests/store   some of the tests, without the checks
# make bench BENCH=engine       some of the timings
# make PYTHON=/path/to/python   another Python

VENV := .venv
PEERS := .venv-bench
BIN := $(VENV)/bin
TESTS :=
BENCH :=
export PYTHON

.PHONY: help run test verify bench clean
.DELETE_ON_ERROR:

help:
	@sed -n '/^[^#]/q; s/^# \{0,1\}//p' Makefile

run: $(VENV)/installed-app
	exec $(BIN)/streamlit run streamlit_app.py --server.port $${PORT:-8501}

test: $(VENV)/installed-dev
	@sh scripts/test-tools.sh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
ifdef TESTS
	$(BIN)/python -m pytest $(TESTS)
else
	$(BIN)/python -m pytest -n 2 -m "not browser"
	$(BIN)/python -m pytest -m browser
	$(BIN)/python -m checks
endif

verify: $(VENV)/installed-dev
	$(BIN)/python -m checks

# The libraries that the engine is compared with are large: an environment of their own.
bench: $(VENV)/installed-dev $(PEERS)/installed
	$(BIN)/python -m benchmarks --engine-python $(PEERS)/bin/python $(BENCH)

clean:
	rm -rf $(VENV) $(PEERS) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed-app: requirements.txt
	@sh scripts/install.sh $(VENV) requirements.txt
	@touch $@

# The app's packages are part of it, so `make run` after it installs nothing.
$(VENV)/installed-dev: requirements-dev.txt requirements.txt
	@sh scripts/install.sh $(VENV) requirements-dev.txt
	@touch $(VENV)/installed-app $@

$(PEERS)/installed: benchmarks/requirements.txt
	@sh scripts/install.sh $(PEERS) benchmarks/requirements.txt
	@touch $@
