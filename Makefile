# The two commands of README.md, and what they need.
#
#   make lab [LANG_EXPLAIN=english|chinese]   the classic two-router lab
#   make test [TESTFLAGS=...]                 all tests; as root also those with real peers
#   make bench                                benchmarks against their controls

export CGO_ENABLED = 0
GO ?= go

bin/conft: FORCE
	$(GO) build -trimpath -o $@ ./cmd/conft

lab: bin/conft
	@bin/conft lab up classic $(if $(LANG_EXPLAIN),--explain $(LANG_EXPLAIN))

test:
	@scripts/test-packages
	$(GO) vet ./...
	$(GO) test $(TESTFLAGS) ./...

FORCE:
.PHONY: lab test FORCE
