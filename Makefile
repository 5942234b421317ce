# Everything runs in a virtual environment that the first target makes; nothing but Python 3.10 to 3.13 with pip is needed.
PYTHON ?= python3
VENV ?= .venv
RUN := $(VENV)/bin/python
# Fits and tests run so many side by side; by itself fits one a core, which takes less time than one after another on all, and tests
# three: some wait for a small process.
JOBS ?=
# Their files lie in memory where there is room: each checkpoint is flushed to its disk, which on some takes longer than the test.
MEMORY := $(shell test "$$(df -kP /dev/shm 2>/dev/null | awk 'END { print $$4 }')" -gt 4000000 2>/dev/null && echo /dev/shm)
TEST := $(if $(MEMORY),TMPDIR=$(MEMORY)) OMP_NUM_THREADS=1 $(RUN) -m pytest -q -n $(or $(JOBS),3)

# Of `make set14`: which preset, which magnification, products in bf16 or float32 (auto: bf16 on CPUs that have it), the folder of
# the results, and further options of tools/benchmark_set14.py.
PRESET ?= fast
FACTOR ?= 8
PRECISION ?= auto
OUT ?= out/set14_x$(FACTOR)_$(PRESET)
OPTIONS ?=

.PHONY: help benchmark set14 test test-slow parity notebooks browser ray fuzz docs figures test-long speed lint clean

help:
	@echo "make benchmark   restore four photos that come with scikit-image, x8 (a few minutes)"
	@echo "make set14       the real benchmark, on datas/sr/Set14 or \$$PADDLE_DIP_DATA/sr/Set14 (resumable); PRESET=quick or best, FACTOR=4, OUT=folder"
	@echo "make test        the tests (some minutes); make test-slow, make parity: long ones; make test-long: all long ones"
	@echo "make notebooks   run the notebooks from a clean copy of the checkout (a few minutes)"
	@echo "make browser     drive the live page, the reports and the site in the system's Chromium"
	@echo "make docs        build the documentation site into site/, strictly"
	@echo "make ray         units of work on a Ray cluster of this machine, with workers killed"
	@echo "make fuzz        100,000 damaged files to all readers of files (some minutes)"
	@echo "make figures     renew README's tables and the plot of quality against time, from results/"
	@echo "make speed       the fit step's time against PyTorch's"
	@echo "make lint        ruff and mypy"

$(VENV)/run.done: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Python 3.10 to 3.13 is needed, $(PYTHON) is $$($(PYTHON) --version); choose one with make PYTHON=..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/test.done: $(VENV)/run.done requirements-test.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@touch $@

$(VENV)/docs.done: $(VENV)/run.done requirements-docs.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-docs.txt
	@touch $@

# Apart from the other tests' packages: Gradio keeps Pillow below 13.
$(VENV)/browser.done: $(VENV)/test.done $(VENV)/docs.done requirements-browser.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-browser.txt
	@touch $@

benchmark: $(VENV)/run.done
	$(RUN) tools/benchmark_set14.py --data embedded --preset quick --out out/embedded --resume

set14: $(VENV)/run.done
	$(RUN) tools/benchmark_set14.py --data set14 --preset $(PRESET) --factor $(FACTOR) --precision $(PRECISION) --out $(OUT) \
		$(if $(JOBS),--jobs $(JOBS)) --resume $(OPTIONS)

test: $(VENV)/test.done
	$(TEST)

test-slow: $(VENV)/test.done
	$(TEST) -m slow

parity: $(VENV)/test.done
	$(TEST) -m parity tests/parity

notebooks: $(VENV)/test.done
	$(TEST) -m notebooks tests/test_notebooks.py

browser: $(VENV)/browser.done
	$(TEST) -m browser tests/serve tests/report tests/docs --dist loadfile

# The variable switches off a note on MkDocs 2, which is not what is installed.
docs: $(VENV)/docs.done
	NO_MKDOCS_2_WARNING=1 $(RUN) -m mkdocs build --quiet --strict

ray: $(VENV)/test.done
	OMP_NUM_THREADS=1 $(RUN) -m pytest -q -m ray tests

# 100,000 damaged files to the readers of images, masks, checkpoints, weights and results.
fuzz: $(VENV)/test.done
	$(TEST) -m fuzz tests/fuzz

figures: $(VENV)/run.done
	$(RUN) tools/update_readme.py

# All of the long ones in one go, which keeps the cores busy to the end.
test-long: $(VENV)/browser.done
	$(TEST) -m "slow or parity or notebooks or browser or ray"

speed: $(VENV)/test.done
	$(RUN) tools/measure_speed.py --size 256 --against torch,paddle-plain --json out/speed_256.json
	$(RUN) tools/measure_speed.py --size 512 --steps 4 --against torch --json out/speed_512.json

lint: $(VENV)/test.done
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy --no-error-summary

clean:
	rm -rf $(VENV) build *.egg-info
