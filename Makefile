.PHONY: setup demo test lint generated screenshots bench clean

PYTHON ?= python3
BIN := .venv/bin

define LINT
$(BIN)/ruff check .
$(BIN)/ruff format --check .
$(BIN)/mypy
$(BIN)/lint-imports
endef

setup: ## virtual environment with everything, the system packages, and the models
	@scripts/system-packages run
	@$(MAKE) --no-print-directory .venv/.ready
	@$(BIN)/kiosk models fetch >/dev/null || echo "Going on without."
	@printf '%s\n' bank telecom gov | xargs -n 1 -P 2 env OPENBLAS_NUM_THREADS=1 $(BIN)/kiosk content train >/dev/null

.venv/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: setup ## a whole hall on this machine
	@$(BIN)/kiosk demo $(DEMO)

test: setup ## everything CI runs
	@scripts/system-packages test
	$(LINT)
	$(BIN)/pytest -n 3 --dist loadfile

lint: setup ## what is seen without running it: before each commit
	$(LINT)
	$(BIN)/pytest -q tests/test_*_doc.py tests/test_asyncapi.py tests/desk/test_openapi.py tests/logs/test_catalogue.py

generated: setup ## the files that are made from the program and its documents
	$(BIN)/kiosk openapi > docs/openapi.json
	$(BIN)/kiosk asyncapi > docs/asyncapi.json
	$(BIN)/python scripts/log-catalogue.py

bench: setup ## press to page, with a real browser
	$(BIN)/kiosk bench call --presses 500 --browser

screenshots: setup ## the pictures of README and docs
	@scripts/system-packages test
	$(BIN)/python scripts/screenshots.py

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
