package exchange

import (
	"net/netip"
	"time"

	"conft/debug"
)

// Failure is a negotiation that came to nothing, or a message that was refused, as an
// operator wants to find it afterwards.
type Failure struct {
	Time     time.Time // the last time
	Times    int       // that it happened in a row
	Peer     netip.Addr
	Role     debug.Role // our part, NoRole where the message belonged to no SA
	Exchange debug.Mode // "" where there was none
	Message  int        // of the exchange, 0 where it is not known
	Reason   string
}
