package ike

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"conft/debug"
)

// Held is what the Core keeps, by kind.
func (c *Core) Held() map[string]int {
	open := 0
	for _, list := range c.by.open {
		open += len(list)
	}
	return map[string]int{
		"SAs": len(c.sas), "own cookies": len(c.own), "offers": len(c.offers), "peers": len(c.peers),
		"pairs": len(c.pairs), "requests": len(c.requests), "timers": len(c.timers.heap),
		"index": len(c.by.sas) + len(c.by.pairs) + len(c.by.serving) + len(c.by.crowd) + open + len(c.by.dead),
	}
}

// Inconsistency says what the index has otherwise than the SAs themselves, "" for nothing.
func (c *Core) Inconsistency() string {
	sas, open, dead, computing := 0, 0, 0, 0
	for _, s := range c.sas {
		if !slices.Contains(c.by.sas[s.peer.Addr], s) {
			return "an SA is not under its peer"
		}
		up := !s.m.Since().IsZero()
		if !up && s.m.At().Role == debug.Responder {
			if open++; s.lot == notOpen || (s.lot == routable) != s.m.Routable() || s.place >= len(c.by.open[s.lot]) || c.by.open[s.lot][s.place] != s {
				return "a half-open SA is not where it says"
			}
			if s.m.Computing() {
				computing++
			}
		}
		if up && s.m.Dead() {
			if dead++; !slices.Contains(c.by.dead, s) {
				return "a dead SA is not among the dead"
			}
		}
	}
	for _, list := range c.by.sas {
		sas += len(list)
	}
	inLots := 0
	for _, list := range c.by.open {
		inLots += len(list)
	}
	crowd := make(map[netip.Addr]int)
	for _, s := range c.by.open[routable] {
		crowd[s.peer.Addr]++
	}
	if !maps.Equal(crowd, c.by.crowd) {
		return fmt.Sprintf("%v counted of each address, %v are there", c.by.crowd, crowd)
	}
	byPeer, byKey := 0, 0
	for addr, list := range c.by.pairs {
		for _, p := range list {
			if byPeer++; p.peer.Addr != addr || c.pairs[p.InboundSPI] != p || !slices.Contains(c.by.serving[p.Flow()], p) {
				return "a pair is not where it should be"
			}
		}
	}
	for _, list := range c.by.serving {
		byKey += len(list)
	}
	if sas != len(c.sas) || open != inLots || computing != c.by.computing || dead != len(c.by.dead) || byPeer != len(c.pairs) || byKey != len(c.pairs) {
		return fmt.Sprintf("%d of %d SAs, %d of %d half-open, %d of %d dead, %d and %d of %d pairs", sas, len(c.sas), len(c.by.open), open, len(c.by.dead), dead, byPeer, byKey, len(c.pairs))
	}
	return ""
}
