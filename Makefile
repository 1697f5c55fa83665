# Everything a newcomer types. `make` alone lists it.
.DEFAULT_GOAL := help
.SUFFIXES:
VENV := .venv/bin/python

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: ## set Tessera up and serve it on http://127.0.0.1:8000 (PORT, HOST and TESSERA_DATA change where)
	@deploy/python -m deploy.setup run

.PHONY: test
test: ready ## all tests: SQLite, Postgres with Valkey and workers, JavaScript, browser; ends with one summary
	@$(VENV) -m tests.run

.PHONY: check
check: ready ## the quick list of what green means
	@$(VENV) -m deploy.check

.PHONY: faults
faults: ready ## the full fault loops, of which `make test` holds a seeded slice
	@$(VENV) -m tests.run faults --full

.PHONY: demo-stripe
demo-stripe: ready ## the site with a shop and a Stripe that is played: buy, refund, dispute, with no money and no network
	@$(VENV) -m tests.stripe_demo

.PHONY: sim
sim: ready ## a thousand seeds of jobs, money, clocks and crashes, on both databases
	@$(VENV) -m tests.sim

.PHONY: conformance
conformance: ready ## the Images API's contract, row by row: BASE_URL=https://…/v1 KEY=sk-… (any server; OPERATOR=1)
	@BASE_URL='$(BASE_URL)' KEY='$(KEY)' $(VENV) -m tests.conformance

.PHONY: conformance-full
conformance-full: ready ## the same against a site of its own, with everything an operator prepares, by all clients
	@$(VENV) -m tests.conformance.full

.PHONY: schemathesis
schemathesis: ready ## ten thousand cases made from the Images API's OpenAPI document, against a site of its own
	@$(VENV) -m tests.conformance.schema

.PHONY: bench-ledger
bench-ledger: ready ## no overspend by sixteen threads, and the ledger's times at 1,000 and at 1,000,000 entries
	@$(VENV) -m tests.bench.ledger

.PHONY: bench-web
bench-web: ready ## submits per second, queue overhead, progress lag, memory of the web process
	@$(VENV) -m tests.bench.web

.PHONY: bench-gallery
bench-gallery: ready ## history, search and gallery at a million pictures: p95, queries per page
	@$(VENV) -m tests.bench.gallery

.PHONY: bench-canvas
bench-canvas: ready ## a canvas of 8192² in a real browser: work and time of a frame, opening 10,000 commands, bytes a stroke
	@$(VENV) -m tests.bench.canvas

.PHONY: bench-api
bench-api: ready ## overhead of the Images API beside the engine alone; a thousand requests that wait at once
	@$(VENV) -m tests.bench.api

.PHONY: lighthouse
lighthouse: ready ## Lighthouse's scores of the prompt page, the history and a share page; script on the prompt page
	@$(VENV) -m tests.bench.lighthouse

.PHONY: bench-moderation
bench-moderation: ready ## how well sentences are told apart, evasions, milliseconds (FILE=tests/bench/… for the held-apart ones)
	@$(VENV) -m tests.bench.moderation $(FILE)

.PHONY: evaluate
evaluate: ready ## measure the bundled weights: hours; wants the corpus and a judge (docs/evaluation.md)
	@$(VENV) -m gpu_worker.evaluation --weights gpu_worker/weights/bundled --judge var/judge --out var/evaluation

.PHONY: wheels
wheels: ready ## ask the package index for wheels of every system and Python we name
	@$(VENV) -m deploy.wheels

.PHONY: ready
ready:
	@deploy/python -m deploy.setup test
