package exchange

import "time"

// DPD is `crypto isakmp keepalive`: how peers that support dead peer detection
// (RFC 3706) are watched. The zero value watches nobody.
type DPD struct {
	Interval time.Duration // between questions, and of traffic without answer
	Retry    time.Duration // until a question that has no answer is put again
	Periodic bool          // ask always, not only when there is reason to doubt
}

// Traffic counts the packets of a peer's IPsec SAs.
type Traffic struct{ Sent, Received uint64 }
