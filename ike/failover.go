package ike

import (
	"net/netip"
	"slices"

	"conft/ike/exchange"
)

// Several peers may stand in one crypto map entry. The one in use stays so until it is
// found dead, by retransmission or by dead peer detection; then comes the one behind it,
// or the default peer where one is configured.

// firstPeer is the index of the peer that a request tries first.
func (c *Core) firstPeer(t *exchange.Tunnel) int {
	if i := slices.Index(t.Peers, c.current[t.Place()]); i >= 0 {
		return i
	}
	return max(0, slices.Index(t.Peers, t.DefaultPeer))
}

// CurrentPeers returns the peer that the next request of each tunnel would go to.
func (c *Core) CurrentPeers() map[exchange.Place]netip.Addr {
	peers := make(map[exchange.Place]netip.Addr, len(c.policy.Tunnels))
	for i := range c.policy.Tunnels {
		if t := &c.policy.Tunnels[i]; len(t.Peers) > 0 {
			peers[t.Place()] = t.Peers[c.firstPeer(t)]
		}
	}
	return peers
}

// keepPeers forgets the peers in use that their tunnels do not name any more.
func (c *Core) keepPeers() {
	kept := make(map[exchange.Place]netip.Addr, len(c.current))
	for i := range c.policy.Tunnels {
		t := &c.policy.Tunnels[i]
		if peer, ok := c.current[t.Place()]; ok && slices.Contains(t.Peers, peer) {
			kept[t.Place()] = peer
		}
	}
	c.current = kept
}

// failOver leaves a peer that was found dead.
func (c *Core) failOver(at exchange.Place, dead netip.Addr) {
	t := c.policy.Tunnel(at)
	if t == nil || len(t.Peers) == 0 || c.current[at] != dead {
		return
	}
	if t.DefaultPeer.IsValid() && t.DefaultPeer != dead {
		delete(c.current, at)
		return
	}
	i := slices.Index(t.Peers, dead)
	c.current[at] = t.Peers[(i+1)%len(t.Peers)]
}

// nextPeer turns a request to the peer behind the one that was tried, and reports whether
// there is one left.
func (c *Core) nextPeer(q *request) bool {
	peers := q.Tunnel.Peers
	c.failOver(q.Tunnel.Place(), peers[q.peer])
	if q.count++; q.count >= len(peers) {
		return false
	}
	q.peer, q.fired = (q.peer+1)%len(peers), 0
	c.timers.set(timerKey{owner: q}, c.now.Add(requestEvery))
	return true
}
