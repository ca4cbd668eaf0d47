# Earshot: what a person types. `make demo` and `make test` do all of the set-up by themselves.

SHELL := /bin/bash
PYTHON := .venv/bin/python
BUILD := swift build
RELEASE := .build/release/earshot
# Swift's own libraries are linked in: the program starts sooner and runs where there is no toolchain.
# Of the program nothing is exported, so that the loader has less to look through.
BUILD_RELEASE := $(BUILD) -c release --static-swift-stdlib --product earshot -Xlinker --no-export-dynamic
# So many at a time, so that all of them together stay below the 1,024 descriptors that a shell has.
RUN_TESTS := swift test --skip-build --experimental-maximum-parallelization-width 16
SOURCES := Package.swift Sources Tests adapters

# The Debian packages that building and the demo need, and those that only tests need.
PACKAGES := libarchive-dev libcld2-dev libcurl4-openssl-dev libgmime-3.0-dev libsimdjson-dev libsqlite3-dev \
	libxml2-dev libxxhash-dev libzstd-dev pkg-config python3 zlib1g-dev
TEST_PACKAGES := dovecot-imapd dovecot-pop3d nginx-light openssl python3-venv swaks valgrind

.PHONY: demo test conformance faults fuzz hostile sanitize race schemas format lint bench bench-peers counts growth latency install clean deps deps-test help

help:
	@echo "make demo         build, and run the quickstart on the sample data of all channels"
	@echo "make test         build, and run every test"
	@echo "make conformance  run the corpora, where they are present, and print what held"
	@echo "make faults       inject every fault into the built program: KILLS=500 EACH=20 SEED=1, FAULTS=\"F01 F13\""
	@echo "make fuzz         fuzz every adapter and format for TIME=60 seconds each, or those in TARGETS=\"rss html\""
	@echo "make hostile      read COUNT=10000 hostile documents with every adapter, each in less than 256 MiB"
	@echo "make sanitize     run the C and C++ under sanitizers, over seeds and corpora"
	@echo "make race         run the gateway's tests under the thread sanitizer"
	@echo "make install      build for speed and install to \$$PREFIX/bin (default /usr/local)"
	@echo "make bench        time the program built for speed in turn with its peers: ROUNDS=5 SCALE=\"1 4\" ONLY=\"feeds\""
	@echo "make growth       measure much of everything: archives, seen keys, feeds, channels, sinks"
	@echo "make latency      measure how long a mention is under way, by load"
	@echo "make counts       count the instructions of the inner stages, and hold them against thresholds; RECORD=1"
	@echo "make bench-peers  install the peers that are written in Python"
	@echo "make schemas format lint clean deps"

deps:
	@.ci/packages $(PACKAGES)

deps-test: deps
	@.ci/packages $(TEST_PACKAGES)

demo: deps
	$(BUILD) --product earshot
	@.ci/demo

install: deps
	$(BUILD_RELEASE)
	install -Dm755 $(RELEASE) $(DESTDIR)$(or $(PREFIX),/usr/local)/bin/earshot

format: deps
	swift format -i -r -p $(SOURCES)

lint: deps
	swift format lint --strict -r -p $(SOURCES)

# Writes the schemas of settings and of the configuration anew, from what adapters and sinks say of themselves.
schemas: deps
	$(BUILD) --build-tests
	EARSHOT_RECORD=1 swift test --skip-build --filter 'SchemaTextTests|ConfigurationSchemaTests'

clean:
	rm -rf .build .venv data out

.venv/bin/python: Tests/Schema/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip -q install --disable-pip-version-check -r Tests/Schema/requirements.txt
	@touch $@

test: deps-test .venv/bin/python
	$(BUILD) --build-tests
	cat adapters/*/Fixtures/*/mentions.ndjson adapters/declared/*/Fixtures/*/mentions.ndjson | grep -v '^refused: ' | $(PYTHON) Tests/Schema/validate.py
	@$(MAKE) --no-print-directory conformance-only
	.build/debug/Faults WORKERS=8
	@$(MAKE) --no-print-directory counts
	$(RUN_TESTS)

conformance: deps-test .venv/bin/python
	$(BUILD) --build-tests
	@$(MAKE) --no-print-directory conformance-only

conformance-only:
	$(PYTHON) Tests/Conformance/run.py .build/debug/earshot $(or $(EARSHOT_CORPORA),../shared/corpora)

# Options: ROUNDS=5, SCALE="1 4", ONLY="feeds mail", and CONNECTIONS=48 of webhooks. The table is kept in .build/bench.md and .build/bench.json.
bench: deps
	$(BUILD_RELEASE)
	ROUNDS="$(ROUNDS)" SCALE="$(SCALE)" ONLY="$(ONLY)" CONNECTIONS="$(CONNECTIONS)" python3 Tests/Benchmarks/bench.py \
		$(or $(PROGRAM),$(RELEASE)) $(or $(EARSHOT_PEERS),../shared/bench)

# What peers written in Python import, in an environment of their own.
bench-peers:
	python3 -m venv .venv/peers
	.venv/peers/bin/pip -q install --disable-pip-version-check -r Tests/Benchmarks/requirements.txt

# How it grows: ONLY="streams keys feeds channels sinks", GIGABYTES=10 KEYS=10000000 FEEDS=10000 CHANNELS=1000 SINKS=50.
growth: deps
	$(BUILD_RELEASE)
	ONLY="$(ONLY)" GIGABYTES="$(GIGABYTES)" KEYS="$(KEYS)" FEEDS="$(FEEDS)" CHANNELS="$(CHANNELS)" SINKS="$(SINKS)" \
		python3 Tests/Benchmarks/growth.py $(or $(PROGRAM),$(RELEASE)) $(or $(EARSHOT_PEERS),../shared/bench)

# How long a mention is under way at 10, 50 and 90 % of the capacity: ONLY="webhooks feeds", SECONDS_EACH=10, EVERY=5.
latency: deps
	$(BUILD_RELEASE)
	ONLY="$(ONLY)" SECONDS_EACH="$(SECONDS_EACH)" EVERY="$(EVERY)" python3 Tests/Benchmarks/latency.py \
		$(or $(PROGRAM),$(RELEASE)) $(or $(EARSHOT_PEERS),../shared/bench)

# Instructions an item of the inner stages, against Tests/Benchmarks/thresholds.json; RECORD=1 writes those anew.
counts: deps-test
	cd Tests/Benchmarks && $(BUILD) -c release -debug-info-format none
	RECORD="$(RECORD)" ONLY="$(ONLY)" python3 Tests/Benchmarks/counts.py Tests/Benchmarks/.build/release/Counts

faults: deps-test
	$(BUILD)
	.build/debug/Faults all KILLS=$(or $(KILLS),500) EACH=$(or $(EACH),20) SEED=$(or $(SEED),1) \
		BACKLOG=$(or $(BACKLOG),1000000) WORKERS=$(or $(WORKERS),2) PROGRAM=$(or $(PROGRAM),.build/debug/earshot) $(FAULTS)

fuzz: deps-test
	RUNS=$(RUNS) Tests/Fuzzing/run $(or $(TIME),60) $(TARGETS)

hostile: deps
	$(BUILD) --product earshot
	python3 Tests/Hostile/run.py $(or $(PROGRAM),.build/debug/earshot) $(or $(COUNT),10000) $(or $(SEED),1)

sanitize: deps-test
	Tests/Sanitizing/run $(wildcard $(or $(EARSHOT_CORPORA),../shared/corpora))
	RUNS=0 CORPORA=$(abspath $(wildcard $(or $(EARSHOT_CORPORA),../shared/corpora))) Tests/Fuzzing/run 0 $(TARGETS)

# A build of its own, as everything is compiled otherwise.
race: deps-test
	$(BUILD) --build-tests --sanitize=thread --scratch-path .build/race
	TSAN_OPTIONS="halt_on_error=0 suppressions=$(CURDIR)/Tests/Sanitizing/races" $(RUN_TESTS) --sanitize=thread \
		--scratch-path .build/race --filter '$(or $(FILTER),EarshotGatewayTests)'
