# Every task that a person or CI runs. `make` lists them.

SHELL := bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
PYTHON := $(CURDIR)/$(VENV)/bin/python
# cargo-lambda and its linker are in the virtual environment.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

# The functions are built for the machine they are tested on.
ifneq ($(filter aarch64 arm64,$(shell uname -m)),)
ARCHITECTURE := --arm64
endif

# What the functions run on once they are deployed: arm64 or x86_64.
DEPLOY_ARCHITECTURE ?= arm64
# What is told to infra/deploy besides, such as --no-build.
DEPLOY ?=

# What the demo and the tests run: the development build, which is compiled for the tests of the crates anyway; with RELEASE=1
# what is shipped, which takes four times as long to build.
RELEASE ?=
BINARIES := $(if $(RELEASE),build,build-dev)
ifeq ($(RELEASE),)
demo test-e2e chaos test-infra system-test acceptance bench-check: export GUARD_BINARIES ?= $(CURDIR)/target/debug
endif

# Says before the first build what is being waited for: first-build FILE,WHAT,MINUTES.
first-build = @test -e $1 || echo "Compiling the AWS SDK and $2: once, about $3 minutes of processor time." >&2

# Scans the Terraform; its dependencies don't go with those of the tests.
SCAN := .venv-scan
# What emulates AWS for the deployed system; it pins a botocore that the tests don't.
SYSTEM := .venv-system
# The AWS CLI, which runs the commands of findings; nothing but the end-to-end tests needs it.
AWS := .venv-aws
SARIF := $(VENV)/sarif-2.1.0.json

SIMULATOR := target/debug/simulator

# What `make fuzz` runs, and for how long each.
TARGET := $(notdir $(wildcard tests/fuzz/corpus/*))
SECONDS_EACH := 60

.PHONY: help setup build build-dev build-demo demo test test-unit test-sim sim fuzz test-e2e chaos test-infra system-test acceptance bench bench-check check lint fmt readme clean deploy plan invoke-audit destroy dist \
	need-python need-cargo need-fuzz

help: ## List these tasks
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(VENV)/.stamp need-cargo ## Install the pinned Python tools into .venv

build: setup ## Build the functions and the command line as they are shipped
	$(call first-build,target/release/ecs-nlb-guard,what is shipped,25)
	cargo lambda build --release $(ARCHITECTURE)
	@mkdir -p target/release
ifeq ($(shell uname -s),Linux)
	# It was built along with the functions, of which it is none.
	mv target/lambda/ecs-nlb-guard/bootstrap target/release/ecs-nlb-guard
	rmdir target/lambda/ecs-nlb-guard
else
	# What runs on Lambda doesn't run here.
	rm -rf target/lambda/ecs-nlb-guard
	cargo build --release --bin ecs-nlb-guard
endif

# `--workspace` and `--test` give the AWS SDK the features that it has in the tests of the crates: it is compiled once for all.
build-dev: need-cargo ## Build what the tests run
	$(call first-build,target/debug/guard,the functions,15)
	cargo build --workspace --bin registrar --bin guard --bin audit --bin ecs-nlb-guard --test seeds

build-demo: need-cargo
	$(call first-build,target/debug/guard,two functions,11)
	cargo build --workspace --bin registrar --bin guard --test pages

demo: setup $(if $(RELEASE),build,build-demo) ## Watch the registrar and the guard repair a broken account
	PYTHONPATH=tests/e2e $(PYTHON) tests/demo/demo.py

test: setup $(BINARIES) test-unit test-sim ## Run all tests; with RELEASE=1 against the binaries as they are shipped
	@# Terraform mostly waits, and so does what is counted. The deployed system has the machine when the end-to-end tests are over.
	$(MAKE) --no-print-directory --jobs 3 --output-sync=target TOGETHER=1 test-e2e test-infra bench-check system-test

test-unit: need-cargo ## Run the tests of the crates
	@if cargo nextest --version >/dev/null 2>&1; then \
		set -ex; cargo nextest run --workspace --no-tests pass; cargo test --workspace --doc --quiet; \
	else \
		set -ex; cargo test --workspace --quiet; \
	fi

test-sim: build-dev ## Simulate a fixed thousand accounts, and a thousand nobody has seen
	$(SIMULATOR) 1000
	$(SIMULATOR) 1000 $$(date +%s000)

sim: build-dev ## Simulate SEEDS=10000 accounts, or tell the story of SEED=...
	$(SIMULATOR) $(if $(SEED),--replay '$(SEED)',$(or $(SEEDS),10000) $(or $(FROM),0))

fuzz: need-fuzz ## Fuzz all that is read from outside, or TARGET=policy, for SECONDS_EACH=60
	@# What is found new goes to a corpus that isn't committed; a crash to artifacts/, from where it is kept by a copy into corpus/.
	@set -e; cd tests/fuzz/cargo-fuzz; for target in $(TARGET); do \
		mkdir -p corpus/$$target; \
		cargo +nightly fuzz run --fuzz-dir . --sanitizer none $$target corpus/$$target ../corpus/$$target -- \
			-max_total_time=$(SECONDS_EACH) -dict=../dictionaries/$$target.dict -timeout=10 -print_final_stats=1; \
	done

test-e2e: setup $(BINARIES) $(AWS)/.stamp $(SARIF) ## Run the functions and the command line against a moto server
	cd tests/e2e && $(PYTHON) -m pytest --quiet --numprocesses 2 --dist worksteal -m "not alone" $(PYTEST)

chaos: setup $(BINARIES) ## Task state changes by the thousand under injected faults, CHAOS_SEED=2026; with nothing else on the machine
	cd tests/e2e && $(PYTHON) -m pytest --quiet -rP -m alone $(PYTEST)

test-infra: setup $(BINARIES) $(SCAN)/.stamp ## Apply the Terraform to a moto server, and destroy it again
	@if command -v terraform >/dev/null; then \
		set -ex; cd tests/infra && CHECKOV=$(CURDIR)/$(SCAN)/bin/checkov $(PYTHON) -m pytest --quiet $(PYTEST); \
	else \
		echo "terraform is not at hand: the infrastructure was NOT tested"; \
	fi

# One after the other where `test` runs both.
ifdef TOGETHER
system-test: | test-e2e
endif
system-test: setup $(BINARIES) $(SYSTEM)/.stamp ## Deploy the guard to an emulated account, have it run there, and destroy it
	@if command -v terraform >/dev/null; then \
		set -ex; cd tests/system && $(PYTHON) -m pytest --quiet -m "not alone" $(PYTEST); \
	else \
		echo "terraform is not at hand: the deployed system was NOT tested"; \
	fi

acceptance: setup $(if $(filter emulated,$(ACCOUNT)),$(BINARIES),build) $(SYSTEM)/.stamp ## Deploy the guard to ACCOUNT=111122223333, play stories there, and destroy it; or ACCOUNT=emulated
	cd tests/system && PYTHONPATH=.:../e2e:../infra $(PYTHON) $(if $(filter emulated,$(ACCOUNT)),-m emulated,-m acceptance --account '$(ACCOUNT)')

bench: build ## Measure the shipped binaries against what can't be beaten, as one table of ratios
	@# The functions are selected along with what they are measured against, so that the AWS SDK isn't compiled once more.
	cargo lambda build --release $(ARCHITECTURE) --package registrar --package guard --package audit --package bench \
		--examples --lambda-dir target/bench
	PYTHONPATH=tests:tests/e2e $(PYTHON) -m bench

bench-check: setup $(BINARIES) ## Compare counts of calls and sizes with the committed ones, or commit to new ones with BASELINE=new
	cd tests/bench && $(PYTHON) -m pytest --quiet $(PYTEST)
	cargo test --quiet --workspace --test many_groups
	PYTHONPATH=tests:tests/e2e $(PYTHON) -m bench.check $(if $(BASELINE),--write)

deploy: setup ## Bring the guard into the account and Region of your AWS settings, or up to date there
	infra/deploy up --architecture $(DEPLOY_ARCHITECTURE) $(DEPLOY)

plan: need-python ## Show what deploying would change
	infra/deploy plan --architecture $(DEPLOY_ARCHITECTURE) $(DEPLOY)

invoke-audit: setup ## Have the deployed audit look at everything, or at what REQUEST says
	infra/deploy audit '$(or $(REQUEST),{})'

destroy: need-python ## Take the guard out of the account and Region
	infra/deploy down --architecture $(DEPLOY_ARCHITECTURE) $(DEPLOY)

dist: setup ## Make a release: archives, module, SBOM and checksums, the same bytes every time
	infra/dist $(DIST)

check: lint test ## Everything a change must pass

lint: need-cargo ## Check format, warnings and documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- --deny warnings
	# With --examples the crates get the features that clippy's had, and the AWS SDK is not checked a second time.
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --lib --bins --examples --no-deps --quiet

fmt: need-cargo ## Format the code
	cargo fmt --all

readme: need-python ## Write the tables in the Terraform modules' READMEs anew
	python3 infra/readme.py

clean: ## Remove everything that was built or installed here
	rm -rf target/* tests/fuzz/cargo-fuzz/target $(VENV) $(SCAN) $(SYSTEM) $(AWS) tests/{bench,e2e,infra,system}/.pytest_cache

# Made anew when the requirements change; a half-made one has no stamp.
$(VENV)/.stamp: tests/requirements.txt | need-python
	python3 -m venv --clear $(VENV)
	@# What isn't imported needn't be compiled.
	$(PYTHON) -m pip install --quiet --no-compile --disable-pip-version-check --requirement tests/requirements.txt
	touch $@

# The schema that SARIF is checked against is in the sources of a package.
$(SARIF): $(VENV)/.stamp
	$(PYTHON) -m pip download --quiet --no-deps --no-binary sarif-om --disable-pip-version-check --dest $(VENV)/sarif sarif-om==1.0.4
	tar --extract --gzip --to-stdout --file $(VENV)/sarif/sarif_om-1.0.4.tar.gz sarif_om-1.0.4/sarif-2.1.0-rtm.4.json >$@

$(SCAN)/.stamp: tests/infra/requirements.txt | need-python
	python3 -m venv --clear $(SCAN)
	$(SCAN)/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/infra/requirements.txt
	touch $@

$(SYSTEM)/.stamp: tests/system/requirements.txt | need-python
	python3 -m venv --clear $(SYSTEM)
	$(SYSTEM)/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/system/requirements.txt
	touch $@

$(AWS)/.stamp: tests/e2e/requirements.txt | need-python
	python3 -m venv --clear $(AWS)
	$(AWS)/bin/python -m pip install --quiet --no-compile --disable-pip-version-check --requirement tests/e2e/requirements.txt
	touch $@

need-python:
	@command -v python3 >/dev/null || { echo "python3 is missing: install Python 3.11 or newer" >&2; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$$(python3 --version) is too old: install Python 3.11 or newer" >&2; exit 1; }

need-cargo:
	@command -v cargo >/dev/null || { echo "cargo is missing: install Rust with rustup, https://rustup.rs" >&2; exit 1; }

need-fuzz: need-cargo
	@rustc +nightly --version >/dev/null 2>&1 \
		|| { echo "a nightly Rust is missing: rustup toolchain install nightly --profile minimal" >&2; exit 1; }
	@cargo fuzz --version >/dev/null 2>&1 \
		|| { echo "cargo-fuzz is missing: cargo install cargo-fuzz --locked" >&2; exit 1; }
