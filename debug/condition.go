package debug

import (
	"net/netip"
	"slices"
)

// Condition limits the lines of `debug crypto` to some peers. The zero value shows all.
type Condition struct {
	Peers     []netip.Prefix
	Unmatched bool // also what concerns no peer that is known
}

// SetCondition replaces the condition.
func (h *Hub) SetCondition(c Condition) {
	if len(c.Peers) == 0 && !c.Unmatched {
		h.condition.Store(nil)
		return
	}
	h.condition.Store(&c)
}

// Condition returns the condition, which is not to be changed.
func (h *Hub) Condition() Condition {
	if c := h.condition.Load(); c != nil {
		return *c
	}
	return Condition{}
}

// Watches reports whether lines about a peer are shown; the zero address stands for no
// peer that is known. It costs one atomic load while there is no condition.
func (h *Hub) Watches(peer netip.Addr) bool {
	c := h.condition.Load()
	switch {
	case c == nil:
		return true
	case !peer.IsValid():
		return c.Unmatched
	}
	return slices.ContainsFunc(c.Peers, func(p netip.Prefix) bool { return p.Contains(peer) })
}
