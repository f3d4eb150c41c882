# Every target stands on `install`, which does nothing when neither the project file nor the pins have changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOMES := .hoptrace/bench-retrieval
SETS = $(DATA)/musique_train100 $(DATA)/twowiki_train
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test check format bench bench-fda bench-llm bench-estimate bench-retrieval bench-neo4j bench-neo4j-write bench-neo4j-read fit-ranker ui wheel clean

help: ## Show the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 20

install: $(STAMP) ## Make .venv with all that the targets below need

$(STAMP): pyproject.toml constraints.txt tests/cypher/neo4j_graphrag.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[all,dev]"
	$(BIN)/python -m pip install --quiet --no-deps --upgrade --target $(VENV)/interop --requirement tests/cypher/neo4j_graphrag.txt
	@touch $@

demo: install ## Build the bundled corpus into a graph, answer a question three ways, open the page
	$(BIN)/hoptrace demo

test: install ## Run all tests, and the examples in the docstrings of the public API
	$(BIN)/python -m pytest

check: install ## Style, types, and the directions of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --quiet tests/test_architecture.py

format: install ## Lay the code out and mend what can be mended safely
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## Measure on the bundled corpus
	$(BIN)/python benchmarks/bundled.py

bench-fda: install ## Measure on the FDA labels; FDA=folder names where they lie
	$(BIN)/python benchmarks/fda.py $(FDA)

bench-llm: install ## Ingest with a scripted language model, beside two peers; DATA=folder of corpus.jsonl and openie_gpt35.jsonl
	$(BIN)/python benchmarks/llm_throughput.py --venv $(VENV)-peers $(if $(DATA),--data $(DATA)) $(LLM)

bench-estimate: install ## Compare estimates with what an ingest then costs; DATA as above
	PYTHONPATH=. $(BIN)/python benchmarks/llm_estimate.py $(DATA)

bench-retrieval: install ## Measure multi-hop retrieval and HyDE on public sets; DATA=folder names where they lie
	PYTHONPATH=. $(BIN)/python benchmarks/fit_ranker.py --homes $(HOMES) --rankings $(HOMES)/ranked $(SETS)
	PYTHONPATH=. $(BIN)/python benchmarks/retrieval.py $(DATA) --homes $(HOMES) $(RETRIEVAL)

fit-ranker: install ## Fit graph retrieval's ranker and write it; FIT=--ablate tells what each of its parts is worth instead
	PYTHONPATH=. $(BIN)/python benchmarks/fit_ranker.py --homes $(HOMES) $(or $(FIT),--write) $(SETS)

bench-neo4j: bench-neo4j-write bench-neo4j-read ## Both of the next two

bench-neo4j-write: install ## Write the FDA labels' graph into Neo4j, beside a peer; NEO4J_HOME=folder of a server, FDA, PLUGINS=folder with APOC
	PYTHONPATH=. $(BIN)/python benchmarks/neo4j_write.py --venv $(VENV)-peers/neo4j-graphrag $(if $(FDA),--labels $(FDA)) $(if $(PLUGINS),--plugins $(PLUGINS)) $(NEO4J)

bench-neo4j-read: install ## Expand entities of large graphs in Neo4j; NEO4J_HOME=folder of a server
	PYTHONPATH=. $(BIN)/python benchmarks/neo4j_read.py $(NEO4J)

ui: install ## Open the page
	$(BIN)/hoptrace ui

wheel: install ## Build the wheel into dist/
	$(BIN)/python -m build --wheel

clean: ## Remove what was made: .venv, caches, builds. Graphs (.hoptrace) stay
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
