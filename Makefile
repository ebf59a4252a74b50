# Each target may be the first command on a fresh machine: all of them set up first.
# Only git, make and Python 3.11 or later are taken for granted (Debian: also python3-venv).

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup ready demo test lint check format simulate bench build packaging translations

# A home that is missing or cannot be written gets a stand-in: tools keep caches and settings there.
ifneq ($(shell test -n "$$HOME" && test -d "$$HOME" && test -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/.tools/home
$(shell mkdir -p "$(CURDIR)/.tools/home")
endif

# Whatever Python runs can start the set-up, which then looks for one that is new enough.
# `command -v` is not enough: version managers leave names on PATH that do not run.
SETUP_PYTHON := $(shell for python in .venv/bin/python python3 python3.11 python3.12 python3.13 python3.14; do \
	"$$python" -c "" >/dev/null 2>&1 && { echo "$$python"; break; }; done)
PYTHON := .venv/bin/python
PROGRAMS := crm desktop sync_server demo bench
CODE := $(PROGRAMS) tools tests

help:
	@echo "make setup      make .venv what uv.lock says, see that system libraries are there"
	@echo "make demo       the guided tour with a made-up company      OUT=folder NORTHWIND=1"
	@echo "make test       all tests                                   ARGS='-k order'"
	@echo "make lint       style, types and import rules, no tests"
	@echo "make check      lint, then all tests: what must pass before a commit"
	@echo "make format     put the code into the one agreed shape"
	@echo "make translations  put new texts into resources/translations and say which are not translated"
	@echo "make simulate   seeded runs of the whole system with faults SEEDS=1000 FIRST=0 WITHOUT=receipt"
	@echo "make bench      the benchmarks                              ARGS='sync --size S --json'"
	@echo "make build      one-folder programs in dist/"
	@echo "make packaging  make build, then try the programs, also where there is no Python"

setup:
	@$(call need_python) "$(SETUP_PYTHON)" tools/setup.py

ready:
	@$(call need_python) "$(SETUP_PYTHON)" tools/setup.py --quiet

demo: ready
	@$(PYTHON) -m demo $(if $(OUT),--out "$(OUT)") $(if $(NORTHWIND),--northwind) $(ARGS)

test: ready
	@$(PYTHON) -m pytest -n auto $(ARGS)

lint: ready
	@$(PYTHON) -m ruff check $(CODE)
	@$(PYTHON) -m ruff format --check $(CODE)
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-logo

check:
	@$(MAKE) lint
	@$(MAKE) test

format: ready
	@$(PYTHON) -m ruff check --fix-only $(CODE)
	@$(PYTHON) -m ruff format $(CODE)

simulate: ready
	@$(PYTHON) -m tests.simulation $(if $(SEEDS),--seeds "$(SEEDS)") $(if $(FIRST),--first "$(FIRST)") \
		$(if $(WITHOUT),--without "$(WITHOUT)") $(ARGS)

translations: ready
	@$(PYTHON) -m tools.translations update

bench: ready
	@$(PYTHON) -m bench $(ARGS)

build:
	@$(call need_python) "$(SETUP_PYTHON)" tools/setup.py --quiet --for-build
	@PYINSTALLER_CONFIG_DIR="$(CURDIR)/build/pyinstaller" \
		$(PYTHON) -m PyInstaller --noconfirm --clean --log-level WARN --distpath dist --workpath build build.spec
	@echo "Built dist/roundsman and dist/roundsman-server."

packaging: build
	@ROUNDSMAN_PACKAGING=required $(PYTHON) -m pytest tests/packaging $(ARGS)

need_python = test -n "$(SETUP_PYTHON)" || { \
	echo "Roundsman needs Python 3.11 or later. On Debian or Ubuntu, type:" >&2; \
	echo "    sudo apt-get install --yes python3 python3-venv" >&2; exit 1; };
