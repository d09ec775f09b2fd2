# What each command does: README.md. Every command works on a fresh checkout.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
# Two by default, because that is what the tests are timed on.
TEST_PROCESSES ?= 2

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadgroup
KEYWORDS := -k lazy_gettext -k lazy_ngettext:1,2 -k lazy_pgettext:1c,2

# A stamp is named by the content it stands for, so changed requirements install again and a mere checkout does not.
hash = $(firstword $(shell cat $(1) | cksum))
RUN_STAMP := .venv/.run-$(call hash,requirements.txt)
DEV_STAMP := .venv/.dev-$(call hash,requirements.txt requirements-dev.txt)
NODE_STAMP := node_modules/.installed-$(call hash,package.json)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))
# Danish has every word. The other languages have those that citizens read, and the ready-made agreements.
CITIZENS_LANGUAGES := $(filter-out da,$(notdir $(wildcard translations/??)))
EXTRACT := $(BIN)/python -m babel.messages.frontend extract $(KEYWORDS) --ignore-dirs '.* _* node_modules' --omit-header --sort-by-file --add-location file
UPDATE := $(BIN)/pybabel update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --output-dir translations

.PHONY: run test test-all bench weight lighthouse lint translations clean dev browser
.DELETE_ON_ERROR:

run: $(RUN_STAMP) $(CATALOGUES)
	@exec $(BIN)/flask --app wsgi serve

test: dev browser
	@$(PYTEST) -m "not slow"

# Exit 5 says that no test is marked slow: nothing was left out, so nothing failed.
test-all: dev browser
	@$(PYTEST) -m slow || [ $$? -eq 5 ]

bench: dev
	@$(BIN)/python -m bench

weight: dev browser
	@$(BIN)/python -m bench.weight

lighthouse: dev browser
	@$(BIN)/python -m bench.lighthouse

lint: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/mypy

translations: $(RUN_STAMP)
	$(EXTRACT) --mapping babel.cfg --output translations/messages.pot .
	$(EXTRACT) --mapping babel-citizen.cfg --output translations/citizen.pot .
	$(EXTRACT) --mapping babel-templates.cfg --output translations/templates.pot .
	$(UPDATE) --input-file translations/messages.pot --locale da
	for language in $(CITIZENS_LANGUAGES); do \
		$(UPDATE) --input-file translations/citizen.pot --locale $$language || exit; \
		$(UPDATE) --input-file translations/templates.pot --locale $$language --domain templates || exit; done
	@$(MAKE) --no-print-directory $(CATALOGUES)

dev: $(DEV_STAMP) $(NODE_STAMP) $(CATALOGUES)

browser: $(DEV_STAMP)
	@$(BIN)/python tests/chromium.py

clean:
	rm -rf .venv node_modules build .mypy_cache .ruff_cache .pytest_cache .hypothesis $(CATALOGUES) translations/*.pot

%.mo: %.po | $(RUN_STAMP)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

$(BIN)/pip:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Afstemt needs Python 3.11 or newer, and found none. Name one with PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

$(RUN_STAMP): | $(BIN)/pip
	@echo "Installing what runs …"
	@$(PIP) -r requirements.txt
	@rm -f .venv/.run-* && touch $@

$(DEV_STAMP): | $(BIN)/pip
	@echo "Installing what tests and checks …"
	@$(PIP) -r requirements-dev.txt
	@rm -f .venv/.dev-* .venv/.run-* && touch $@ $(RUN_STAMP)

# Only the checks of the pages' HTML and by Lighthouse need Node. Without it they are skipped, and fail where CI is set.
$(NODE_STAMP):
	@if npm install --no-audit --no-fund --no-package-lock --loglevel=error; then touch $@; \
		else echo "npm could not install html-validate and Lighthouse: what they check is not checked." >&2; fi
