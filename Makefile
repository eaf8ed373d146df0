# make run     opens the app            make test    linters, types and all tests
# make verify  what is computed, beside independent references
# make bench   timings                  make clean   removes what these made
#
# Everything is installed into .venv, once; a changed requirements file installs again.
# PORT=9000 make run            another port
# make test TESTS=tests/store   some of the tests, without the checks
# make PYTHON=/path/to/python   another Python

VENV := .venv
BIN := $(VENV)/bin
TESTS :=
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
	$(BIN)/python -m pytest $(TESTS)
	$(if $(TESTS),,$(BIN)/python -m checks)

verify: $(VENV)/installed-dev
	$(BIN)/python -m checks

bench: $(VENV)/installed-dev
	@for name in page watching probes; do \
		echo "== $$name"; \
		$(BIN)/python -m "benchmarks.$$name" || exit 1; \
	done

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed-app: requirements.txt
	@sh scripts/install.sh $(VENV) requirements.txt
	@touch $@

# The app's packages are part of it, so `make run` after it installs nothing.
$(VENV)/installed-dev: requirements-dev.txt requirements.txt
	@sh scripts/install.sh $(VENV) requirements-dev.txt
	@touch $(VENV)/installed-app $@
