package exchange

import (
	"net/netip"
	"time"

	"conft/internal/suite"
)

// Acquire asks for IPsec SAs: a packet matched a permit entry and found none.
type Acquire struct{ Flow }

// Keys are the keys of one direction, cut from KEYMAT. Encryption includes the salt
// of GCM.
type Keys struct{ Encryption, Authentication []byte }

// Clear forgets the keys.
func (k Keys) Clear() {
	clear(k.Encryption)
	clear(k.Authentication)
}

// SAInfo is a pair of IPsec SAs, one per direction, as a Quick Mode negotiated it.
type SAInfo struct {
	Map                        string
	Seq                        int
	Interface                  string
	Local, Remote              netip.AddrPort // of the outer packets; the ports matter with UDPEncap
	UDPEncap                   bool           // RFC 3948
	Roams                      bool           // the peer's NAT may change Remote: authenticated packets say so
	InboundSPI, OutboundSPI    uint32
	InboundConn, OutboundConn  uint32 // 2001, 2002, … in the order of installation
	Set                        TransformSet
	PFS                        suite.Group // 0 for none
	Selector                   Selector
	LifeSeconds, LifeKilobytes uint32 // the lower of both sides' values
	Initiator                  bool   // of the Quick Mode
	Installed                  time.Time
	Session                    time.Time // when the peer had its first SAs, since it has any
}

// Place returns the entry that the pair was negotiated for.
func (i SAInfo) Place() Place { return Place{i.Interface, i.Map, i.Seq} }

// SAPair is a pair of IPsec SAs with its keys, which belong to whoever installs it.
type SAPair struct {
	SAInfo
	Inbound, Outbound Keys
}

// Peer is what is known of an address besides its SAs, IOS's "peer struct". It lives as
// long as either count is not zero.
type Peer struct {
	Addr        netip.Addr
	Ptr, Handle uint32    // printed, nothing else
	IKE, IPsec  int       // references held by phase 1 and by IPsec SAs
	Session     time.Time // when the first IPsec SAs were installed, zero without any
}

// PhaseOneInfo is an ISAKMP SA, for show commands.
type PhaseOneInfo struct {
	Local, Remote netip.AddrPort
	Initiator     bool
	State         string // MM_NO_STATE … QM_IDLE
	ConnID        uint32 // 0 until the policy is agreed
	Deleted       bool   // kept for a minute, not usable
	NATT, DPD     bool
	Aggressive    bool
	Profile       string         // that applies, "" for none
	PeerID        Identity       // zero before the peer has stated it
	Suite         ISAKMPProposal // what was agreed, zero before
	Created       time.Time
	Remaining     time.Duration // of the lifetime, 0 before the SA is up
}
