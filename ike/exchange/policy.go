package exchange

import (
	"net/netip"
	"slices"
	"time"

	"conft/debug"
	"conft/internal/suite"
)

// Authentication is an authentication method of phase 1 (RFC 2409, appendix A).
type Authentication uint16

const (
	PreShared Authentication = 1
	RSASig    Authentication = 3
)

// Policy is everything the machines know of the configuration. It is immutable.
type Policy struct {
	Version    debug.Manner     // the release whose vendor IDs are offered
	Proposals  []ISAKMPProposal // in priority order
	Identity   Identity         // what this router calls itself; zero stands for its address
	Keys       []PresharedKey   // those of `crypto isakmp key`, then those of each keyring
	Profiles   []Profile        // in the order of `show running-config`
	Aggressive []AggressivePeer
	Tunnels    []Tunnel // in the order of the crypto maps and their sequence numbers

	Credentials []Credential // for RSA signatures, in the order of the trustpoints
	Authorities []Authority  // of all trustpoints
	Trust       Trust        // nil without any

	DPD          DPD
	NATKeepalive time.Duration // how often a NAT that we are behind is reminded of us; 0 for never
	NoUDPEncap   bool          // NAT traversal is neither offered nor accepted
	NoAggressive bool          // aggressive mode is neither begun nor answered
	// InvalidSPIRecovery begins phase 1 with a peer that sends on an SA that is not
	// there, so that INITIAL-CONTACT tells it what has become of its SAs.
	InvalidSPIRecovery bool
	// LogSessions says when a peer's first IPsec SAs come and when its last have gone.
	LogSessions bool
}

// ISAKMPProposal is one `crypto isakmp policy`.
type ISAKMPProposal struct {
	Priority    int
	Encryption  suite.Encryption
	KeyBits     int // of AES, 0 for the others
	Hash        suite.Hash
	Group       suite.Group
	Auth        Authentication
	LifeSeconds uint32
}

// TransformSet is what protects together: AH, an ESP transform with its authenticator, or
// both.
type TransformSet struct {
	AH        suite.Auth      // AuthNone without AH
	Transform suite.Transform // 0 without ESP
	KeyBits   int             // of AES, 0 for the others
	Auth      suite.Auth      // AuthNone with GCM, or where only encryption is wanted
	Mode      Mode            // that may be negotiated; of a pair its SAInfo says which it is
}

// Mode is the encapsulation mode of a transform set.
type Mode uint8

const (
	TunnelMode       Mode = iota // always
	TransportMode                // proposed where the proxies are the peers; either is accepted
	RequireTransport             // nothing else
)

// Propose returns the mode that an initiator proposes for the set, and false if it has
// none to propose. Transport mode serves only what the peers themselves say.
func (s TransformSet) Propose(of Selector, local, remote netip.Addr) (transport, ok bool) {
	hosts := of.Between(local, remote)
	return s.Mode != TunnelMode && hosts, hosts || s.Mode != RequireTransport
}

// Accept reports whether a responder agrees to a mode.
func (s TransformSet) Accept(transport bool, of Selector, local, remote netip.Addr) bool {
	if transport {
		return s.Mode != TunnelMode && of.Between(local, remote)
	}
	return s.Mode != RequireTransport
}

// Tunnel is one entry of a crypto map on an interface.
type Tunnel struct {
	Map           string
	Seq           int
	Interface     string // or whatever names a set of SAs that several interfaces share
	Profile       string // the ISAKMP profile of phase 1, "" for any
	Local         netip.Addr
	Peers         []netip.Addr // tried in this order
	DefaultPeer   netip.Addr   // one of them that is tried first whenever there is a choice; zero for none
	Transforms    []TransformSet
	PFS           suite.Group // 0 for none
	LifeSeconds   uint32
	LifeKilobytes uint32
	IdleTime      time.Duration // after which unused SAs are deleted; 0 for never
	IdleDefault   bool          // and the default peer is tried next
	Selectors     []Selector    // one per permit entry of the access list
	Dynamic       bool          // an entry of a dynamic crypto map: answers whoever comes, begins nothing
	Except        []Selector    // what a dynamic entry leaves to the others of its crypto map
}

// Selector is a pair of proxy identities as this side sees them.
type Selector struct{ Local, Remote Proxy }

// Proxy is one side of a proxy identity. Port 0 and protocol 0 mean any.
type Proxy struct {
	Prefix   netip.Prefix
	Protocol uint8
	Port     uint16
}

// Contains reports whether all traffic of q is traffic of p.
func (p Proxy) Contains(q Proxy) bool {
	return p.Prefix.Bits() <= q.Prefix.Bits() && p.Prefix.Contains(q.Prefix.Addr()) &&
		(p.Protocol == 0 || p.Protocol == q.Protocol) && (p.Port == 0 || p.Port == q.Port)
}

// Contains reports whether all traffic of t is traffic of s.
func (s Selector) Contains(t Selector) bool {
	return s.Local.Contains(t.Local) && s.Remote.Contains(t.Remote)
}

// Place names an entry of a crypto map where it is in force: the same map may stand on
// several interfaces, each with SAs of its own.
type Place struct {
	Interface string
	Map       string
	Seq       int
}

// Place returns where the entry is.
func (t *Tunnel) Place() Place { return Place{t.Interface, t.Map, t.Seq} }

// Tunnel returns the entry of a crypto map, nil if there is none (any more).
func (p *Policy) Tunnel(at Place) *Tunnel {
	for i := range p.Tunnels {
		if t := &p.Tunnels[i]; t.Place() == at {
			return t
		}
	}
	return nil
}

// Between returns a tunnel that leads from local to remote, nil if there is none.
func (p *Policy) Between(local, remote netip.Addr) *Tunnel {
	for i := range p.Tunnels {
		if t := &p.Tunnels[i]; t.Local == local && t.HasPeer(remote) {
			return t
		}
	}
	return nil
}

// Leads reports whether a tunnel may lead from local to remote, one to any peer as well.
func (p *Policy) Leads(local, remote netip.Addr) bool {
	return slices.ContainsFunc(p.Tunnels, func(t Tunnel) bool { return t.Local == local && t.Admits(remote) })
}

// HasPeer reports whether the entry names a peer.
func (t *Tunnel) HasPeer(peer netip.Addr) bool {
	for _, a := range t.Peers {
		if a == peer {
			return true
		}
	}
	return false
}
