package ike

import (
	"maps"
	"net/netip"
	"slices"
	"time"

	"conft/debug"
	"conft/ike/exchange"
)

// Counters returns how often each kind of input was refused.
func (c *Core) Counters() []Counter {
	var list []Counter
	for _, name := range slices.Sorted(maps.Keys(c.drops)) {
		list = append(list, Counter{name, c.drops[name]})
	}
	return list
}

func (c *Core) drop(reason string) { c.drops[reason]++ }

// spokenEvery is the least time between two answers of a kind that anybody on the
// network can provoke.
const spokenEvery = time.Second

// limit reports whether it is too early for another answer of a kind.
func (c *Core) limit(kind string) bool {
	if last, ok := c.spoken[kind]; ok && c.now.Before(last.Add(spokenEvery)) {
		c.drop("not repeated: " + kind)
		return true
	}
	c.spoken[kind] = c.now
	return false
}

// refuse reports a datagram that belongs to no machine, or to none that could take it.
func (c *Core) refuse(peer netip.Addr, e debug.Event) {
	a := account{f: exchange.Failure{Peer: peer}}
	a.read(e)
	c.remember(a.f)
	c.emit(e)
}

// emit reports an event. Messages that strangers provoke are limited in rate.
func (c *Core) emit(e debug.Event) {
	var kind string
	switch e.(type) {
	case debug.CryptoBadMessage:
		kind = "bad message"
	case debug.CryptoNoSA:
		kind = "no SA"
	case debug.CryptoNotEncrypted:
		kind = "not encrypted"
	case debug.CryptoNotAuthenticated:
		kind = "not authenticated"
	case debug.CryptoModeFailure:
		kind = "mode failure"
	case debug.CryptoInvalidCert:
		kind = "invalid certificate"
	case debug.PKIInvalid:
		kind = "certificate rejected"
	case debug.CryptoAggressiveDisabled:
		kind = "aggressive mode is disabled"
	}
	if e.Flag() != debug.FlagNone && !c.o.Hub.Watches(c.about) {
		return
	}
	if kind == "" || !c.limit(kind) {
		c.o.Hub.Emit(e)
	}
}

// tracing reports whether anybody reads debug lines.
func (c *Core) tracing() bool { return c.o.Hub.On(^debug.FlagNone) }

// pointer returns what stands for the address of a structure in debug lines.
func (c *Core) pointer() uint32 {
	c.ptrs++
	return 0x64E00000 + c.ptrs*0x1A4
}
