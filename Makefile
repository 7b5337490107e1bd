# The two commands of README.md, and what they need.
#
#   make lab [LANG_EXPLAIN=english|chinese]   the classic two-router lab
#   make test [TESTFLAGS=...]                 all tests; as root also those with real peers
#   make interop                              every suite with every peer, into docs/interoperability.md; needs root
#   make bench [BENCHFLAGS=...]               benchmarks against their controls; needs root

export CGO_ENABLED = 0
GO ?= go

bin/conft: FORCE
	$(GO) build -trimpath -o $@ ./cmd/conft

bin/conft-bench: FORCE
	$(GO) build -trimpath -o $@ ./cmd/conft-bench

# What the benchmark compares with: a conft that copies where it would encrypt, and
# wireguard-go.
bin/conft-null: FORCE
	$(GO) build -trimpath -tags nullcopy -o $@ ./cmd/conft

bin/wireguard-go: FORCE
	$(GO) build -trimpath -o $@ golang.zx2c4.com/wireguard

lab: bin/conft
	@bin/conft lab up classic $(if $(LANG_EXPLAIN),--explain $(LANG_EXPLAIN))

test:
	@scripts/test-packages
	$(GO) vet ./...
	$(GO) test $(TESTFLAGS) ./...

bench: bin/conft bin/conft-bench bin/conft-null bin/wireguard-go
	@scripts/test-packages
	@bin/conft-bench $(BENCHFLAGS)
	$(GO) test -run '^$$' -bench . -benchtime 200ms ./esp ./ike

interop:
	@scripts/test-packages
	$(GO) test ./internal/nettest -count=1 -timeout 20m -run '^TestInteroperability$$' -interop $(CURDIR)/docs/interoperability.md

FORCE:
.PHONY: lab test bench interop FORCE
