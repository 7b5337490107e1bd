package ike

import (
	"net/netip"
	"slices"

	"conft/ike/exchange"
)

// Several peers may stand in one crypto map entry. The one in use stays so until it is
// found dead, by retransmission or by dead peer detection; then comes the one behind it,
// or the default peer where one is configured.

// tunnelKey names an entry of a crypto map.
type tunnelKey struct {
	name string
	seq  int
}

// firstPeer is the index of the peer that a request tries first.
func (c *Core) firstPeer(t *exchange.Tunnel) int {
	if i := slices.Index(t.Peers, c.current[tunnelKey{t.Map, t.Seq}]); i >= 0 {
		return i
	}
	return max(0, slices.Index(t.Peers, t.DefaultPeer))
}

// serves notes which peer serves an entry.
func (c *Core) serves(name string, seq int, peer netip.Addr) {
	c.current[tunnelKey{name, seq}] = peer
}

// failOver leaves a peer that was found dead.
func (c *Core) failOver(name string, seq int, dead netip.Addr) {
	key := tunnelKey{name, seq}
	t := c.policy.Tunnel(name, seq)
	if t == nil || len(t.Peers) == 0 || c.current[key] != dead {
		return
	}
	if t.DefaultPeer.IsValid() && t.DefaultPeer != dead {
		delete(c.current, key)
		return
	}
	i := slices.Index(t.Peers, dead)
	c.current[key] = t.Peers[(i+1)%len(t.Peers)]
}

// nextPeer turns a request to the peer behind the one that was tried, and reports whether
// there is one left.
func (c *Core) nextPeer(q *request) bool {
	peers := q.Tunnel.Peers
	c.failOver(q.Tunnel.Map, q.Tunnel.Seq, peers[q.peer])
	if q.count++; q.count >= len(peers) {
		return false
	}
	q.peer, q.fired = (q.peer+1)%len(peers), 0
	c.timers.set(timerKey{owner: q}, c.now.Add(requestEvery))
	return true
}
