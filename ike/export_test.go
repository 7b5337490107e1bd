package ike

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"conft/debug"
	"conft/ike/exchange"
)

// Held is what the Core keeps, by kind.
func (c *Core) Held() map[string]int {
	return map[string]int{
		"SAs": len(c.sas), "own cookies": len(c.own), "offers": len(c.offers), "peers": len(c.peers),
		"pairs": len(c.pairs), "requests": len(c.requests), "timers": len(c.timers.heap),
		"index": len(c.by.sas) + len(c.by.pairs) + len(c.by.at) + len(c.by.serving) + len(c.by.ah) + len(c.by.crowd) + c.open() + len(c.by.dead),
	}
}

// open is how many SAs the index has whose initiator has not authenticated.
func (c *Core) open() (n int) {
	for _, list := range c.by.open {
		n += len(list)
	}
	return n
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
	crowd := make(map[netip.Addr]int)
	for _, s := range c.by.open[routable] {
		crowd[s.peer.Addr]++
	}
	if !maps.Equal(crowd, c.by.crowd) {
		return fmt.Sprintf("%v counted of each address, %v are there", c.by.crowd, crowd)
	}
	wanting := 0
	for _, q := range c.requests {
		if q.renews == nil {
			wanting++
		}
	}
	if wanting != c.wanting {
		return fmt.Sprintf("%d requests of traffic without SAs counted, %d are there", c.wanting, wanting)
	}
	flows := make(map[*exchange.Peer]int)
	for _, list := range c.by.serving {
		of := make(map[*exchange.Peer]bool)
		for _, p := range list {
			if !of[p.peer] {
				of[p.peer] = true
				flows[p.peer]++
			}
		}
	}
	if !maps.Equal(flows, c.by.flows) {
		return fmt.Sprintf("%v flows counted of each peer, %v are there", c.by.flows, flows)
	}
	byPeer, byPlace, byKey, bundles := 0, 0, 0, 0
	for addr, list := range c.by.pairs {
		for _, p := range list {
			if byPeer++; p.peer.Addr != addr || c.pairs[p.InboundSPI] != p || !slices.Contains(c.by.serving[p.Flow()], p) || !slices.Contains(c.by.at[p.Remote.Addr()], p) {
				return "a pair is not where it should be"
			}
			if spi := p.AH.InboundSPI; spi != 0 {
				if bundles++; c.receiver(spi) != p {
					return "a bundle is not found by its AH"
				}
			}
		}
	}
	for _, list := range c.by.at {
		byPlace += len(list)
	}
	for _, list := range c.by.serving {
		byKey += len(list)
	}
	if sas != len(c.sas) || open != c.open() || computing != c.by.computing || dead != len(c.by.dead) || byPeer != len(c.pairs) || byPlace != len(c.pairs) || byKey != len(c.pairs) || bundles != len(c.by.ah) {
		return fmt.Sprintf("%d of %d SAs, %d of %d half-open, %d of %d computing, %d of %d dead, %d, %d and %d of %d pairs, %d of %d bundles", sas, len(c.sas), c.open(), open, c.by.computing, computing, len(c.by.dead), dead, byPeer, byPlace, byKey, len(c.pairs), len(c.by.ah), bundles)
	}
	return ""
}
