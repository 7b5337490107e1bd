package ike

// Held is what the Core keeps, by kind.
func (c *Core) Held() map[string]int {
	return map[string]int{
		"SAs": len(c.sas), "own cookies": len(c.own), "offers": len(c.offers), "peers": len(c.peers),
		"pairs": len(c.pairs), "requests": len(c.requests), "timers": len(c.timers.known),
		"index": len(c.by.sas) + len(c.by.pairs) + len(c.by.serving) + len(c.by.open) + len(c.by.dead),
	}
}
