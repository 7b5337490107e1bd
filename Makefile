# The two commands of README.md, and what they need.
#
#   make lab [LANG_EXPLAIN=english|chinese]   the classic two-router lab
#   make test [TESTFLAGS=...]                 all tests; as root also those with real peers
#   make bench [BENCHFLAGS=...]               benchmarks against their controls; needs root

export CGO_ENABLED = 0
GO ?= go

bin/conft: FORCE
	$(GO) build -trimpath -o $@ ./cmd/conft

bin/conft-bench: FORCE
	$(GO) build -trimpath -o $@ ./cmd/conft-bench

lab: bin/conft
	@bin/conft lab up classic $(if $(LANG_EXPLAIN),--explain $(LANG_EXPLAIN))

test:
	@scripts/test-packages
	$(GO) vet ./...
	$(GO) test $(TESTFLAGS) ./...

bench: bin/conft bin/conft-bench
	@scripts/test-packages
	@bin/conft-bench $(BENCHFLAGS)
	$(GO) test -run '^$$' -bench . -benchtime 200ms ./esp ./ike

FORCE:
.PHONY: lab test bench FORCE
