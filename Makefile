# Everything lives in .venv and build/; removing both leaves a clean checkout.
PYTHON ?= python3.11
ifeq (, $(shell command -v $(PYTHON) 2>/dev/null))
  PYTHON := python3
endif
PROJECT ?= params/sample.yaml
ARGS ?=
BIN := .venv/bin

.PHONY: report test lint bench evaluate docs clean fuzz fuzz-coverage reproducible

report: .venv/.core  ## Assess PROJECT (a folder or a params file; the bundled sample without it) and write its report
	@$(BIN)/readiness assess "$(PROJECT)" --fail-on never $(ARGS) || [ $$? -eq 3 ]

test: .venv/.dev  ## Run the tests
	@$(BIN)/pytest -n 2 --dist loadgroup

lint: .venv/.dev  ## Style, types, and generated files in step
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check kit tests
	@$(BIN)/mypy
	@$(BIN)/python -m kit.docs --check

docs: .venv/.dev  ## Write the generated pages and schema anew
	@$(BIN)/python -m kit.docs

bench: .venv/.dev  ## Time an assessment beside plain papermill and beside reading the files
	@$(BIN)/python tests/bench.py

fuzz: .venv/.dev  ## Break files of the corpus and read them with every parser, EXAMPLES times per test (2000)
	@READINESS_FUZZ=$(or $(EXAMPLES),2000) $(BIN)/pytest -n 2 -m fuzz

fuzz-coverage: .venv/.dev  ## Search SECONDS (600) for inputs that reach new branches of a parser; ONLY=word chooses parsers (Linux)
	@PYTHONPATH=tests $(BIN)/python -m hostile.guided --seconds $(or $(SECONDS),600) --only "$(ONLY)"

reproducible: .venv/.dev  ## Assess PROJECTS (both samples without it) in every way and compare: the same bytes, but for the time
	@$(BIN)/python tests/reproducible.py $(PROJECTS) $(ARGS)

evaluate: .venv/.dev  ## Measure recall and precision on the labelled corpus (ARGS='--checks --unlabelled --missed')
	@$(BIN)/python tests/evaluate.py $(ARGS)

clean:  ## Remove what the other targets made
	rm -rf .venv build .quarto

.venv/.core: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/.dev: .venv/.core
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@
