package exchange

import (
	"net/netip"
	"time"

	"conft/internal/suite"
)

// Acquire asks for IPsec SAs: a packet matched a permit entry and found none.
type Acquire struct{ Flow }

// Keys are the keys of one direction, cut from KEYMAT. Encryption includes the salt
// of GCM. AH is the key of AH.
type Keys struct{ Encryption, Authentication, AH []byte }

// Clear forgets the keys.
func (k Keys) Clear() {
	clear(k.Encryption)
	clear(k.Authentication)
	clear(k.AH)
}

// SAInfo is a pair of IPsec SAs, one per direction, as a Quick Mode negotiated it.
type SAInfo struct {
	Map                        string
	Seq                        int
	Interface                  string
	Local, Remote              netip.AddrPort // of the outer packets; the ports matter with UDPEncap
	UDPEncap                   bool           // RFC 3948
	Roams                      bool           // the peer's NAT may change Remote: authenticated packets say so
	Transport                  bool           // mode
	Initiator                  bool           // of the Quick Mode
	InboundSPI, OutboundSPI    uint32         // those of ESP; of AH where it is alone
	InboundConn, OutboundConn  uint32         // 2001, 2002, … in the order of installation
	AH                         AHInfo         // of a bundle
	SentFrom, SentTo           netip.Addr     // the peer's addresses in its own eyes, where a NAT has changed them
	Set                        TransformSet
	PFS                        suite.Group // 0 for none
	Selector                   Selector
	LifeSeconds, LifeKilobytes uint32 // the lower of both sides' values; no kilobytes for no limit
	Installed                  time.Time
	Session                    time.Time // when the peer had its first SAs, since it has any
}

// AHInfo is the AH beside ESP.
type AHInfo struct{ InboundSPI, OutboundSPI, InboundConn, OutboundConn uint32 }

// Leg is one protocol of a pair, an SA in each direction.
type Leg struct {
	AHInfo
	AH  bool
	Set TransformSet // of this protocol alone
}

// Legs returns the protocols of a pair, the outermost first.
func (i SAInfo) Legs() []Leg {
	sets := i.Set.Split()
	legs := make([]Leg, len(sets))
	for n, set := range sets {
		legs[n] = Leg{AHInfo{i.InboundSPI, i.OutboundSPI, i.InboundConn, i.OutboundConn}, set.AH != suite.AuthNone, set}
	}
	if len(legs) == 2 {
		legs[0].AHInfo = i.AH
	}
	return legs
}

// Split returns a set for each of the protocols, AH first.
func (s TransformSet) Split() []TransformSet {
	ah, esp := s, s
	ah.Transform, ah.KeyBits, ah.Auth = 0, 0, suite.AuthNone
	esp.AH = suite.AuthNone
	switch {
	case s.AH == suite.AuthNone:
		return []TransformSet{esp}
	case s.Transform == 0:
		return []TransformSet{ah}
	}
	return []TransformSet{ah, esp}
}

// Between reports whether the proxies are the two hosts themselves.
func (s Selector) Between(local, remote netip.Addr) bool {
	return s.Local.Prefix == netip.PrefixFrom(local, 32) && s.Remote.Prefix == netip.PrefixFrom(remote, 32)
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
