# `make` does everything for the project.toml at hand; `make help` lists the rest.
PYTHON ?= python3
PROJECT ?= project.toml
DATA ?= ../shared/data/quang_ngai
BIN := .venv/bin
RUN := $(BIN)/urbanplan
SAMPLE := data/raw/sample/truth.csv
REAL := data/raw/quang_ngai
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
# products are made side by side, unless -j says otherwise
ifeq (,$(filter -j%,$(MAKEFLAGS)))
MAKEFLAGS += -j2
endif

all: maps atlas web qgis report   ## everything of project.toml that is out of date

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv \
	  && $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.lock \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: .venv/ready       ## the environment in .venv

$(SAMPLE): scripts/make_sample_city.py $(wildcard scripts/sample_city/*.py) | .venv/ready
	$(BIN)/python scripts/make_sample_city.py data/raw/sample

sample: $(SAMPLE)        ## the synthetic sample city in data/raw/sample

# the sample is needed only by a project file that names it
needed := $(if $(shell grep -s 'data/raw/sample/' $(PROJECT)),$(SAMPLE))

check: .venv/ready $(needed)   ## findings only
	$(RUN) check --project "$(PROJECT)"

indicators: .venv/ready $(needed)   ## figures, tables, GeoPackage
	$(RUN) run --project "$(PROJECT)"

maps: indicators         ## map sheets whose data changed
	$(RUN) maps --project "$(PROJECT)"

atlas: indicators        ## one page per unit, PDF
	$(RUN) atlas --project "$(PROJECT)"

report: maps             ## the review report: Word, PDF, HTML
	$(RUN) report --project "$(PROJECT)"

web: indicators          ## the web map, one file for use offline
	$(RUN) web --project "$(PROJECT)"

qgis: indicators         ## the QGIS project
	$(RUN) qgis --project "$(PROJECT)"

real: .venv/ready        ## the real layers: make real DATA=folder
	@test -d "$(DATA)" || { echo "make real: no folder $(DATA); give DATA=folder with units_2014_2024.gpkg" >&2; exit 2; }
	mkdir -p $(REAL)
	cp -R "$(DATA)"/. $(REAL)/
	chmod -R u+w $(REAL)
	$(RUN) all --project examples/quang_ngai/project.toml

notebooks: .venv/ready $(SAMPLE)   ## notebooks as HTML in data/processed/notebooks
	$(BIN)/jupytext --sync notebooks/*.py
	$(BIN)/jupyter nbconvert --to html --execute --output-dir data/processed/notebooks notebooks/*.ipynb

test: .venv/ready $(SAMPLE)    ## the whole suite
	$(BIN)/python -m pytest

lint: .venv/ready        ## format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/ty check

bench: .venv/ready       ## ratios against peers
	$(BIN)/python benchmarks/mosaic.py

clean:                   ## remove what was made (never data/raw of your own, nor deliveries)
	rm -rf data/raw/sample
	find data/processed -type f ! -path '*/deliveries/*' ! -name README.md -delete
	find data/processed -mindepth 1 -type d -empty -delete

help:                    ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

.PHONY: all setup sample check indicators maps atlas report web qgis real notebooks test lint bench clean help
