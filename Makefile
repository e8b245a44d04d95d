# Stretching RoPE. `make` alone says what there is.
#
# Written for any POSIX shell and for make 3.81, the one that macOS ships. Everything made here lives
# in .venv, so that `make clean` or deleting the folder leaves no trace on the computer. Only what a
# learner has read and passed is kept elsewhere: `python -m lesson_utils progress` says where.

VENV := .venv
CLASSROOM := $(VENV)/classroom
PAGES := $(VENV)/site
SPHINX := $(PAGES)/bin/python
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
RUN := $(BIN)/python

# The Python you have activated comes first; after it the newest. The lock holds torch's version.
PYTHON ?=
PYTHONS := $(if $(PYTHON),$(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python)
TORCH_VERSION := $(shell sed -n 's/^torch==//p' requirements.lock 2>/dev/null)
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

# Two workers suit two cores, the least that a hosted runner has. With one thread each they stay off
# each other's cores (with two each, the tiny model took five times as long), and add up in the same
# order on every machine.
TEST_WORKERS ?= 2
TEST_THREADS ?= 1
LAB_FLAGS ?=
NOTEBOOKS ?=

# Your own Jupyter, IPython and matplotlib settings could change what a notebook prints, and a
# kernel of yours named python3 would be started in place of this one.
JUPYTER_CONFIG_DIR ?= $(CURDIR)/$(VENV)/jupyter/config
export JUPYTER_CONFIG_DIR
export JUPYTER_DATA_DIR := $(CURDIR)/$(VENV)/jupyter/data
export JUPYTER_RUNTIME_DIR := $(CURDIR)/$(VENV)/jupyter/runtime
export JUPYTER_PREFER_ENV_PATH := 1
export IPYTHONDIR := $(CURDIR)/$(VENV)/ipython
export MPLCONFIGDIR := $(CURDIR)/$(VENV)/matplotlib
export RUFF_CACHE_DIR := $(CURDIR)/$(VENV)/ruff
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Only a learner's own work counts, and what a notebook prints must not depend on it.
test notebooks: export STRETCHING_ROPE_PROGRESS := off

.DEFAULT_GOAL := help
.NOTPARALLEL: # two pips must not write to one .venv
.PHONY: help lab doctor progress test test-classroom test-binder test-colab test-oldest test-latest site test-site test-model-in-page lint notebooks exercises tables minutes address bench bench-sliders bench-site lock lock-site clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-23s%s\n", $$1, $$2}'
	@echo
	@echo "  make lab PYTHON=python3.12                      with a Python of your choice (make clean first)"
	@echo "  make lab LAB_FLAGS=\"--no-browser --port 8899\"   with JupyterLab's own flags"
	@echo "  make test LESSON=05                             one lesson's part, in a minute or two"
	@echo "  make notebooks NOTEBOOKS=notebooks/04*.ipynb    only these"
	@echo
	@echo "With conda instead of make:"
	@echo "  conda env create -f environment.yml && conda activate stretching-rope && pip install --no-deps -e ."

lab: $(VENV)/.lab ## open JupyterLab on the first lesson
	$(ACTIVATED) $(RUN) -m jupyterlab --ServerApp.root_dir="$(CURDIR)" $(AS_ROOT) $(TERMINAL) \
	  --LabApp.default_url=/lab/tree/$(firstword $(sort $(wildcard notebooks/*.ipynb))) $(LAB_FLAGS)

# `!python` in a notebook is the python on the server's PATH. A terminal's shell may put another one
# before it while it reads its own files, so it is started by a script that activates once more.
ACTIVATED = VIRTUAL_ENV="$$PWD/$(VENV)" PATH="$$PWD/$(BIN):$$PATH"
ifneq ($(OS),Windows_NT)
TERMINAL = --ServerApp.terminado_settings='{"shell_command": ["sh", "$(CURDIR)/tools/terminal/start.sh"]}'
endif

# Containers run as root, and JupyterLab asks to be told that this is meant.
AS_ROOT = $(if $(filter 0,$(shell id -u)),--allow-root)

# Doctor starts without anything installed, and says what is missing.
doctor: ## say what runs here, and what is missing
	@$(if $(wildcard $(RUN)*),$(RUN),$(firstword $(PYTHONS))) -m lesson_utils doctor

progress: $(VENV)/.lab ## say what you have read and passed
	@$(RUN) -m lesson_utils progress

PYTEST = OMP_NUM_THREADS=$(TEST_THREADS) $(RUN) -m pytest -o cache_dir=$(VENV)/pytest
# One run for notebooks and tests, so that no core waits for the other half. A file is one worker's:
# a notebook has one kernel, and what a module's tests share is made once. They go in this order,
# the longest first, so that little is left for one core alone at the end.
ALL = -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder \
  --nbval --nbval-cell-timeout 900

test: lint ## check everything: style, unit tests, and every output of every notebook
ifdef LESSON
	$(PYTEST) $(ALL) -k lesson_$(LESSON) $(PART) tests
else
	$(PYTEST) $(ALL) notebooks/ solutions/ tests
endif

# What make test LESSON=05 runs besides the tests that conftest.py marks as that lesson's.
PART = $(or $(wildcard notebooks/$(LESSON)_*.ipynb solutions/$(LESSON)_*.ipynb), \
  $(error LESSON is "$(LESSON)", and there is no notebooks/$(LESSON)_*.ipynb; give two digits, as in LESSON=05))

# nbgrader brings menus, a database and a server of its own, so it gets an environment of its own.
test-classroom: RUN := $(CLASSROOM)/bin/python
test-classroom: $(VENV)/.classroom ## grade a class with nbgrader, in an environment of its own
	$(PYTEST) tests/classroom.py

site: $(VENV)/.site $(PAGES)/attention $(PAGES)/landscape $(PAGES)/model_in_page ## build the published pages in _site/, from the notebooks as they are saved
	$(SPHINX) -m tools.pages $(PAGES)/source
	$(SPHINX) -m sphinx -q -W --keep-going -b html -c site -d $(PAGES)/doctrees $(PAGES)/source $(PAGES)/html
	rm -rf _site
	cp -R $(PAGES)/html _site
	cp -R $(PAGES)/attention $(PAGES)/landscape $(PAGES)/model_in_page _site/_static/
	@echo "To look at them: $(SPHINX) -m http.server --bind 127.0.0.1 --directory _site"

$(PAGES)/attention: $(VENV)/.site lesson_utils/weights/base.safetensors tools/pages/attention.py
	$(SPHINX) -m tools.pages.attention $@

$(PAGES)/landscape: $(VENV)/.site lesson_utils/widgets/landscape_figure.py tools/pages/landscape.py
	$(SPHINX) -m tools.pages.landscape $@
	@touch $@

# ONNX Runtime Web comes from npm, at the version of the lock file beside the page's scripts.
$(PAGES)/model_in_page: $(VENV)/.site tools/export_onnx.py tools/gather_model_page.py $(wildcard site/model_in_page/* lesson_utils/widgets/*.js)
	@command -v npm > /dev/null || { echo "npm is needed: it fetches what runs the model in the page. Install Node.js" >&2; exit 1; }
	cp site/model_in_page/package.json site/model_in_page/package-lock.json $(PAGES)/
	npm ci --prefix $(PAGES) --ignore-scripts --no-audit --no-fund
	$(SPHINX) -m tools.gather_model_page --out $@
	@touch $@

PYTEST_ON_PAGES = $(subst $(RUN),$(SPHINX),$(PYTEST))

test-site: site ## open every page in Chromium without a network: sliders, sizes, what axe-core finds
	$(PYTEST_ON_PAGES) tests/site.py

test-model-in-page: $(PAGES)/model_in_page ## compare the model in the page with Python's, in Chromium
	$(PYTEST_ON_PAGES) tests/model_in_page.py

lint: $(VENV)/.test ## check style and layout only
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

notebooks: $(VENV)/.test ## run the notebooks afresh and save them with their outputs
	$(RUN) -m tools.run_notebooks $(NOTEBOOKS)

exercises: $(VENV)/.test ## make exercises/ and the answers of hints from solutions/
	$(RUN) -m tools.make_exercises

tables: $(VENV)/.test ## write the tables of lessons and plans from course.toml
	$(RUN) -m tools.write_tables

minutes: $(VENV)/.test ## count how many minutes the lessons take, and write it everywhere
	$(RUN) -m tools.count_minutes --write $(NOTEBOOKS)
	$(RUN) -m tools.write_tables

address: $(VENV)/.test ## write another address everywhere: make address REPO=owner/name REF=tag
	@$(RUN) -m tools.set_address "$(REPO)" "$(REF)"

clean: ## remove everything that make made
	rm -rf $(VENV) _site build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name .git -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

# --- the environment: a stamp file for each step, so that the second run starts in seconds ---

INSTALL = $(RUN) -m pip install

# JupyterLab would ask to fetch its news before the learner has read a line of ours.
OVERRIDES := $(VENV)/share/jupyter/lab/settings/overrides.json

$(VENV)/.lab: $(VENV)/.torch pyproject.toml requirements.lock
	@echo "Installing JupyterLab and what the lessons import: a minute or two."
	@$(INSTALL) -q -c requirements.lock -e ".[lab]"
	@mkdir -p $(dir $(OVERRIDES))
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}' > $(OVERRIDES)
	@touch $@

$(VENV)/.test: $(VENV)/.torch pyproject.toml requirements.lock
	@echo "Installing what the tests and the lessons import: a minute or two."
	@$(INSTALL) -q -c requirements.lock -e ".[test]"
	@touch $@

$(VENV)/.classroom: RUN := $(CLASSROOM)/bin/python
$(VENV)/.classroom: $(VENV)/.made pyproject.toml requirements.lock
	@echo "Installing nbgrader and what the exercises import: a minute or two."
	@$(VENV)/bin/python -m venv $(CLASSROOM)
	@$(INSTALL_TORCH)
	@$(INSTALL) -q -c requirements.lock -e ".[classroom]" pytest
	@touch $@

# Sphinx and its theme stay out of the learners' environment. Theirs sees all that is in it, through
# one line in a .pth file, so that torch is not installed twice.
$(VENV)/.site: $(VENV)/.test pyproject.toml requirements-site.lock
	@echo "Installing what makes the published pages: half a minute."
	@$(VENV)/bin/python -m venv --clear $(PAGES)
	@$(VENV)/bin/python -c "$(PACKAGES)" > "$$($(SPHINX) -c "$(PACKAGES)")/course.pth"
	@$(SPHINX) -m pip install -q -c requirements.lock -c requirements-site.lock -e ".[site]"
	@touch $@
PACKAGES = import sysconfig; print(sysconfig.get_path('purelib'))

# On Linux, PyPI's torch brings gigabytes of CUDA, of use with an NVIDIA GPU only. PyTorch's own index
# has a CPU build. Its version ends in +cpu, and asking for exactly that means that when the index
# is down, this step stops; pip would otherwise take PyPI's build without a word.
define INSTALL_TORCH
if [ "$$(uname -s)" = Linux ] && ! nvidia-smi -L 2>/dev/null | grep -q '^GPU'; then \
  $(INSTALL) --no-deps --retries 1 --timeout 15 --extra-index-url $(TORCH_INDEX) "torch==$(TORCH_VERSION)+cpu" \
  || { echo "Could not fetch the CPU build of torch $(TORCH_VERSION) from $(TORCH_INDEX). Try again later, or name a mirror: make lab TORCH_INDEX=https://…" >&2; exit 1; }; \
else \
  $(INSTALL) "torch==$(TORCH_VERSION)"; \
fi
endef

$(VENV)/.torch: $(VENV)/.made requirements.lock
	@$(INSTALL_TORCH)
	@touch $@

$(VENV)/.made:
	@for python in $(PYTHONS); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	done; \
	if [ -z "$$python" ]; then \
	  python=$(firstword $(PYTHONS)); \
	  found=$$("$$python" -c 'import sys; print(sys.version.split()[0])' 2>/dev/null || echo missing); \
	  echo "Python 3.11 or newer is needed, and $$python is $$found. Install one, or name it: make lab PYTHON=python3.12" >&2; exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip' 2>/dev/null; then \
	  echo "$$python cannot make a virtual environment without ensurepip. On Debian or Ubuntu: sudo apt install python$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" >&2; exit 1; \
	fi; \
	"$$python" -m venv --clear $(VENV)
	@touch $@

# --- for authors ---

bench: $(VENV)/.test ## time reading, rotating and (on a GPU) training against transformers and a floor
	$(RUN) -m benchmarks.speed

bench-sliders: $(VENV)/.test ## time every slider from key press to paint, in Chromium
	$(RUN) -m benchmarks.sliders

bench-site: site ## time the sliders of the published pages from key press to paint, in Chromium
	$(SPHINX) -m benchmarks.pages

# --- other places, other years: each in an environment of its own, and longer than make test ---

# What can be said of code in any year. The rest of tests/ is about what is saved, which has the
# versions of the lock, or drives a browser.
UNIT = $(foreach name,angles rope scaling methods model perplexity floors corpus weights training \
  search figures charts widgets guesses progress files machine catalogue hub_config hub_kinds \
  hub_export hub_scoring,tests/test_$(name).py)
ON_COLAB = $(foreach name,widgets charts figures guesses progress,tests/test_$(name).py)
# These compare with a saved page, or with one version of transformers. test_hub_config follows the
# newest version of transformers field by field, so an old one reads some configs in another way.
NOT_ELSEWHERE ?= nbval or saved or compare
TRY = $(VENV)/bin/python -m tools.try_notebooks $(NOTEBOOKS)

test-binder: $(VENV)/.test $(VENV)/.binder ## build for Binder by its rules; run every notebook in 2 GB, on one core
	$(VENV)/binder/bin/python -m pytest --noconftest -o cache_dir=$(VENV)/pytest tests/binder.py
	$(TRY) --lean

# Colab has no nbval.
test-colab: NOT_ELSEWHERE := $(NOT_ELSEWHERE) or comparison
test-colab: $(VENV)/.colab ## run every notebook with Colab's versions, and its first cell as on Colab
	$(VENV)/bin/python -m tools.first_cell --python $(VENV)/colab/bin/python
	OMP_NUM_THREADS=$(TEST_THREADS) $(VENV)/colab/bin/python -m pytest -m "not browser" -k "not ($(NOT_ELSEWHERE))" $(ON_COLAB)
	$(TRY) --python $(VENV)/colab/bin/python

# An older SymPy is another document, so these have nothing to say about it.
test-oldest: NOT_ELSEWHERE := $(NOT_ELSEWHERE) or known_ones or as_the_gpu_did
test-oldest: $(VENV)/.oldest ## run units and notebooks with the oldest versions that are promised
	$(call IN_ENVIRONMENT,oldest,$(filter-out tests/test_hub_config.py,$(UNIT)))

test-latest: $(VENV)/.latest ## run units and notebooks with the newest versions of everything
	$(call IN_ENVIRONMENT,latest,$(UNIT))

define IN_ENVIRONMENT
OMP_NUM_THREADS=$(TEST_THREADS) $(VENV)/$(1)/bin/python -m pytest -m "not browser" -k "not ($(NOT_ELSEWHERE))" $(2)
$(TRY) --python $(VENV)/$(1)/bin/python
endef

$(VENV)/.binder: $(VENV)/.made
	@$(VENV)/bin/python -m venv --clear $(VENV)/binder
	@$(VENV)/binder/bin/python -m pip install -q jupyter-repo2docker pyyaml pytest
	@touch $@

ELSEWHERE = $(VENV)/$(subst $(VENV)/.,,$@)
$(VENV)/.oldest $(VENV)/.latest $(VENV)/.colab: $(VENV)/.test pyproject.toml tools/colab.txt
	@$(INSTALL) -q uv
	@$(VENV)/bin/python -m venv --clear $(ELSEWHERE)
	@$(VENV)/bin/python -m tools.other_versions $(notdir $(ELSEWHERE)) --python $(ELSEWHERE)/bin/python --torch-index $(TORCH_INDEX)
	@touch $@

# A second environment, so that nothing left over in yours gets into the lock. Use the oldest Python
# that pyproject.toml allows, since numpy and others drop it early. Local versions (+cpu) are cut
# off, because they are true of one platform only.
lock: RUN := $(VENV)/relock/bin/python
lock: $(VENV)/.made ## resolve every version anew and write requirements.lock
	$(VENV)/bin/python -m venv --clear $(VENV)/relock
	@$(INSTALL_TORCH)
	$(INSTALL) -e ".[lab,test]"
	$(RUN) -m pip freeze --all --exclude pip --exclude-editable > $(VENV)/frozen
	@{ \
	  echo '# The versions that the lessons were saved and tested with. Made by `make lock`; do not edit.'; \
	  echo '# Use it as constraints, not as requirements, so that what only some platforms need still'; \
	  echo '# resolves:  pip install -c requirements.lock -e ".[lab]"'; \
	  sed 's/+[a-z0-9.]*$$//' $(VENV)/frozen; \
	} > requirements.lock
	rm -rf $(VENV)/relock

lock-site: $(VENV)/.test ## resolve what the published pages need anew, and write requirements-site.lock
	echo > requirements-site.lock
	rm -f $(VENV)/.site
	$(MAKE) $(VENV)/.site
	@{ \
	  echo '# What the published pages were made and tested with, beside requirements.lock.'; \
	  echo '# Made by `make lock-site`; do not edit.'; \
	  $(SPHINX) -m pip freeze --exclude-editable --path "$$($(SPHINX) -c "$(PACKAGES)")"; \
	} > $(VENV)/frozen-site
	mv $(VENV)/frozen-site requirements-site.lock
