package ike

import (
	"conft/debug"
	"conft/ike/exchange"
)

// Bounds of what strangers can make the engine keep.
const (
	maxForgeable = 8192    // responder's SAs whose initiator may have forged its address
	maxComputed  = 1024    // those of Aggressive Mode, which hold more and cannot come so fast
	maxRoutable  = 1000    // those whose initiator has answered, but not authenticated
	maxDead      = 1024    // SAs that were up, and wait to be purged
	maxSAs       = 1 << 16 // in all, most of which have authenticated

	// In Aggressive Mode a first message is answered with Diffie-Hellman. So much of it
	// may be due at once to initiators of which nothing else is known; Main Mode does
	// not suffer from more than that.
	maxComputing = 64
)

// makeRoom evicts one of the SAs of which nothing but a first message is known where there
// are too many, and the oldest of the dead.
func (c *Core) makeRoom(aggressive bool) bool {
	if len(c.by.dead) >= maxDead {
		c.forget(c.by.dead[0])
	}
	list, most := c.by.open[forgeable], maxForgeable
	if aggressive {
		list, most = c.by.open[computed], maxComputed
	}
	if len(list) >= most {
		c.drop("half-open SA evicted")
		c.evict(c.oldest(list))
	}
	return len(c.sas) < maxSAs
}

func (c *Core) evict(s *sa) {
	c.step(s, exchange.Delete{Reason: debug.SANoReason})
	c.forget(s)
}

// How many SAs are drawn by lot, to evict one of them. With few it is left to chance which,
// with many the oldest goes, or one of the address that most of them have.
const (
	drawnForgeable = 4
	drawnRoutable  = 8
)

// oldest returns the oldest of some that are drawn by lot. Addresses do not count, for they
// may be forged, even as a peer's own. Whoever answers in the time in which a flood fills
// the room is hardly ever hit; where that time is too short for anybody, some get through.
func (c *Core) oldest(list []*sa) *sa {
	victim := c.pick(list)
	for range drawnForgeable - 1 {
		if s := c.pick(list); s.born < victim.born {
			victim = s
		}
	}
	return victim
}

// crowding draws some by lot and returns the one whose address has most of all, of several the
// oldest: whoever answers is where he says, and takes the room of others there.
func (c *Core) crowding(list []*sa) *sa {
	victim := c.pick(list)
	most := c.by.crowd[victim.peer.Addr]
	for range drawnRoutable - 1 {
		s := c.pick(list)
		if n := c.by.crowd[s.peer.Addr]; n > most || n == most && s.born < victim.born {
			victim, most = s, n
		}
	}
	return victim
}

func (c *Core) pick(list []*sa) *sa { return list[c.draw()%uint32(len(list))] }
