# Everything is made below this folder: .venv holds the packages, var/ what changes while it runs.

PYTHON ?= python3
.DEFAULT_GOAL := help
.PHONY: help run test bench format venv venv-dev

help:
	@echo 'make run          start the site at http://localhost:8000/ (make run PORT=8001)'
	@echo 'make test         check format, lint and migrations, and run every test'
	@echo 'make bench        run each benchmark in benchmarks/'
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

format: venv-dev
	.venv/bin/python -m ruff format .
	.venv/bin/python -m ruff check --fix .

venv:
	@PYTHON='$(PYTHON)' sh ./install.sh requirements.txt

venv-dev:
	@PYTHON='$(PYTHON)' sh ./install.sh requirements-dev.txt
