# What README, CI and people call. Every target works on a fresh clone: it installs what it needs first.
NODE := node_modules/.bin/node
GUEST := cache-fixtures/guests/elf/fibonacci.rv64.elf
INPUT := u64:800000

.PHONY: all setup build demo package install uninstall check test exhaustive fuzz sanitize words cache-torture bench bench-cache bench-cold bench-start bench-execute bench-trace bench-dwarf bench-calls bench-shards bench-isa bench-apc bench-prove guests real-guests real tools clean

all: build

# Packages from the registry, the project's own Node among them. Not npm ci: it refuses a lock file without the optional packages of other platforms.
node_modules/.package-lock.json: package.json package-lock.json
	npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@

setup: node_modules/.package-lock.json

build: setup
	@npm run --silent build

# The main job on a real guest: nothing is there; the native interpreter is; the guest is compiled; it is in the cache.
DEMO := $(NODE) dist/cli/main.js run $(GUEST) --input $(INPUT) --cache-dir build/demo-cache
demo: SHELL := /bin/bash
demo: build
	@rm -rf build/demo-cache
	@TIMEFORMAT='took            %R s'; for how in '' '' '--tier native' ''; do \
	  echo "$$ rvr run $(notdir $(GUEST)) --input $(INPUT) $$how"; time $(DEMO) $$how || exit 1; echo; done

# What npm and other machines install.
PACKAGE = build/rvr-$(shell $(NODE) -p "require('./package.json').version").tgz
package: build
	@mkdir -p build
	@npm pack --silent --ignore-scripts --pack-destination build >/dev/null
	@echo $(PACKAGE)

# rvr on PATH, with a Node of its own beside it, so that the system's may be older.
PREFIX ?= $(if $(filter 0,$(shell id -u)),/usr/local,$(HOME)/.local)
install: package
	@rm -rf "$(PREFIX)/lib/rvr"
	@mkdir -p "$(PREFIX)/lib/rvr" "$(PREFIX)/bin"
	@echo '{"private":true,"allowScripts":{"node":true,"koffi":true}}' > "$(PREFIX)/lib/rvr/package.json"
	@npm install --prefix "$(PREFIX)/lib/rvr" --no-audit --no-fund --loglevel=error "$(abspath $(PACKAGE))" \
	  node@$(shell $(NODE) -p process.versions.node)
	@printf '#!/bin/sh\nexec "%s/node_modules/.bin/node" "%s/node_modules/rvr/dist/cli/main.js" "$$@"\n' \
	  "$(PREFIX)/lib/rvr" "$(PREFIX)/lib/rvr" > "$(PREFIX)/bin/rvr"
	@chmod 755 "$(PREFIX)/bin/rvr"
	@"$(PREFIX)/bin/rvr" --version >/dev/null
	@echo "installed $(PREFIX)/bin/rvr"
	@case ":$$PATH:" in *":$(PREFIX)/bin:"*) ;; *) echo "$(PREFIX)/bin is not on PATH: export PATH=\"$(PREFIX)/bin:\$$PATH\"";; esac

uninstall:
	rm -rf "$(PREFIX)/lib/rvr" "$(PREFIX)/bin/rvr"

check: setup
	@npm run --silent check

# Debian packages for tests that are skipped without them: another compiler and what its sanitizers need, another implementation of RISC-V, what compiles the real guests,
# a server and another user of it, what opens profiles of guests.
PACKAGES := qemu-user clang-22 lld-22 llvm-22 libclang-rt-22-dev gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf nginx ccache valgrind lcov gdb-multiarch lldb
# Another apt or dpkg that is at work is waited for.
APT := DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300
tools:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  for package in $(PACKAGES); do \
	    dpkg -s $$package >/dev/null 2>&1 && continue; \
	    echo "installing $$package"; \
	    [ -n "$$updated" ] || said=$$($(APT) update 2>&1) || printf 'the lists of packages cannot be brought up to date:\n%s\n' "$$said" >&2; \
	    updated=1; \
	    said=$$($(APT) install -y --no-install-recommends $$package 2>&1) || printf '%s cannot be installed: tests that need it are skipped. apt-get says:\n%s\n' "$$package" "$$said" >&2; \
	  done; \
	else echo "not root or no apt-get: install $(PACKAGES) by hand for all witnesses" >&2; fi

test: tools setup check build
	@npm run --silent test

# More random programs than make test: RVR_FUZZ_ROUNDS programs of 100 cases per width in all modes, seeds from RVR_FUZZ_SEED. Of three programs two
# take rare paths; RVR_STRESS=paths or stops makes all of them do that. And as many seeds of random loops, and all values of counted ones;
# and 300 random mutations of an archive of each content for each round, in both readers; and four programs for each round and width,
# whose traces the engine and the reference fill; and 60 kinds of damage to the debug information of each of eight guests for each round;
# and 20 random systems for each round, proved honestly and with cells changed by two provers, and verified by two verifiers.
fuzz: tools setup
	RVR_FUZZ_ROUNDS=$${RVR_FUZZ_ROUNDS:-20} RVR_FUZZ_SEED=$${RVR_FUZZ_SEED:-$$(date +%s)} npm run --silent test -- test/differential test/run/random-loops.test.ts test/run/counted-loops.test.ts test/archive test/stark/verify.test.ts test/trace/fuzz.test.ts test/elf/dwarf/damaged.test.ts test/stark/attacks

# Recordings, honest and damaged, archives, fragments and checks with a trace engine that AddressSanitizer and UndefinedBehaviorSanitizer watch: some minutes.
sanitize: tools setup
	@$(NODE) test/sanitize.ts

# Every class of instruction words, with all values of the field rs2, against the manual and qemu. make test does a part.
words: tools setup
	RVR_WORDS=all npm run --silent test -- test/isa/reserved-words.test.ts

# What make test takes a sample of: all modes, widths, compilers, limits and cases of the tests that say so (test/support/exhaustive.ts).
exhaustive: tools setup build
	RVR_EXHAUSTIVE=1 npm run --silent test

# The cache under faults, kills and eviction at length: RVR_CACHE_TORTURE rounds of processes killed at random, every call failing in every way. make test does a part.
cache-torture: setup
	RVR_CACHE_TORTURE=$${RVR_CACHE_TORTURE:-300} npm run --silent test -- test/store/torture

# What a hit costs by size and by store.
bench-cache: setup
	$(NODE) test/bench/cache.ts

# What starting takes, beside Node alone.
bench-start: setup build
	@$(NODE) test/bench/start.ts

# What one run of a small guest takes in a process that goes on, and a hit.
bench-execute: setup
	@$(NODE) test/bench/execute.ts

# Guests that are in no cache: rates of all engines, and what the wait for an answer is. QUICK=--quick takes a minute or two.
bench-cold: setup build
	@$(NODE) test/bench/cold/main.ts $(QUICK)

# What traces cost, as ratios in one run; so far recording (mode preflight) beside mode pure.
bench-trace: setup
	@$(NODE) test/bench/trace/main.ts

# What reading all debug information of a guest takes that has 20 MB of it, for a profile: seconds and memory.
bench-dwarf: tools setup
	@$(NODE) test/bench/dwarf.ts

# What modes profile and calls cost beside pure, and a profile of a million calling contexts. OPTIONS='--cc gcc,clang' and others: --help.
bench-calls: setup
	@$(NODE) test/bench/calls.ts $(OPTIONS)

# What mode shards costs beside pure, on kernels and large guests, and how much memory by word. OPTIONS='--kernels sieve' and others: --help.
bench-shards: setup
	@$(NODE) test/bench/shards.ts $(OPTIONS)

# What C and Zba, Zbb, Zbs cost or save: kernels as rv64im, rv64imac, rv64imac_zba_zbb_zbs, beside native and qemu. OPTIONS='--widths 32,64' and others: --help.
bench-isa: setup
	@$(NODE) test/bench/isa.ts $(OPTIONS)

# Sizes after the optimiser of autoprecompiles: published blocks (where they lie beside the repository) pass by pass, blocks of our guests for RV64, how time grows, and what whole guests save.
bench-apc: setup
	@$(NODE) test/bench/apc.ts
	@$(NODE) test/bench/apc-rv64.ts
	@$(NODE) test/bench/apc-growth.ts
	@$(NODE) test/bench/apc-guests.ts

# What proofs of a table of 63 columns cost, by set and threads. OPTIONS='--rows 20', '--plonky3' (needs cargo) and others.
bench-prove: setup
	@$(NODE) test/bench/prove/main.ts $(OPTIONS)

# What pulling a witness saves of unpacking it at the start: instructions, cells, segments, crossings of the example guest.
bench-streaming: setup
	@$(NODE) test/bench/streaming.ts

bench: setup build
	@npm run --silent bench --

# Rebuilds the committed guests; needs clang-22, lld-22, llvm-22, gcc-riscv64-unknown-elf, picolibc and, for the Rust ones, rustc-web, cargo-web and rust-web-src.
guests:
	$(MAKE) -C cache-fixtures/guests

# libsecp256k1 and SQLite as guests, from sources of the registry. Tests and bench build them by themselves.
real-guests: tools
	$(MAKE) -C cache-fixtures/guests/real

# Real guests in all modes on both widths: compiles for many minutes.
real: tools setup
	RVR_REAL_GUESTS=all npm run --silent test -- test/real-guests

clean:
	rm -rf dist build node_modules
