package commands

import (
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/router"
)

// session is what `show crypto session` prints as one block: a peer on an
// interface with its IKE SAs and flows.
type session struct {
	first router.IPsecIdent
	port  uint16 // the peer's, 0 while no pair has SAs
	main  bool   // the first at the peer's address on the interface
	ike   []router.ISAKMPSA
	flows []router.IPsecIdent
}

// showCryptoSession prints `show crypto session`.
func showCryptoSession(w io.Writer, sas []router.ISAKMPSA, idents []router.IPsecIdent) {
	fmt.Fprint(w, "Crypto session current status\n\n")
	for _, s := range sessions(sas, idents) {
		fmt.Fprintf(w, "Interface: %s\n", s.first.Interface)
		s.showProfile(w)
		fmt.Fprintf(w, "Session status: %-14s\n", s.status())
		fmt.Fprintf(w, "Peer: %s port %d \n", s.peer(), cmp.Or(s.port, s.first.PeerPort))
		if len(s.ike) > 0 {
			fmt.Fprint(w, "  Session ID: 0  \n")
		}
		for _, sa := range s.ike {
			showSessionIKE(w, sa)
		}
		for _, f := range s.flows {
			showSessionFlow(w, f)
		}
		fmt.Fprintln(w)
	}
}

func showSessionIKE(w io.Writer, sa router.ISAKMPSA) {
	state := "Inactive"
	if active(sa) {
		state = "Active"
	}
	fmt.Fprintf(w, "  IKEv1 SA: local %s/%d remote %s/%d %s \n", sa.Local, sa.LocalPort, sa.Remote, sa.RemotePort, state)
}

func showSessionFlow(w io.Writer, f router.IPsecIdent) {
	fmt.Fprintf(w, "  IPSEC FLOW: permit %s %s %s \n", protocolNumberText(f.Local.Protocol), flowText(f.Local), flowText(f.Remote))
	origin := "crypto map"
	if f.Template != "" {
		origin = "dynamic crypto map"
	}
	fmt.Fprintf(w, "        Active SAs: %d, origin: %s\n", len(f.Inbound)+len(f.Outbound), origin)
}

// showCryptoSessionDetail prints `show crypto session detail`.
func showCryptoSessionDetail(w io.Writer, c *config.Config, sas []router.ISAKMPSA, idents []router.IPsecIdent) {
	fmt.Fprint(w, "Crypto session current status\n\n"+
		"Code: C - IKE Configuration mode, D - Dead Peer Detection     \n"+
		"K - Keepalives, N - NAT-traversal, T - cTCP encapsulation     \n"+
		"X - IKE Extended Authentication, F - IKE Fragmentation\n"+
		"R - IKE Auto Reconnect, U - IKE Dynamic Route Update\n"+
		"S - SIP VPN\n\n")
	for _, s := range sessions(sas, idents) {
		fmt.Fprintf(w, "Interface: %s\n", s.first.Interface)
		s.showProfile(w)
		if up := s.uptime(); up > 0 {
			fmt.Fprintf(w, "Uptime: %s\n", debug.UptimeText(up))
		}
		fmt.Fprintf(w, "Session status: %-14s\n", s.status())
		fmt.Fprintf(w, "Peer: %s port %d fvrf: (none) ivrf: (none)\n", s.peer(), cmp.Or(s.port, s.first.PeerPort))
		description := peerDescription(c, s.peer())
		if id := s.identity(); id != "" {
			fmt.Fprintf(w, "      Phase1_id: %s\n      Desc: %s\n", id, description)
		} else { // and in that order
			fmt.Fprintf(w, "      Desc: %s\n      Phase1_id: (none)\n", description)
		}
		for _, sa := range s.ike {
			fmt.Fprint(w, "  Session ID: 0  \n")
			showSessionIKE(w, sa)
			letters := cmp.Or(capabilities(sa), "(none)")
			fmt.Fprintf(w, "          Capabilities:%s connid:%d lifetime:%s\n", letters, sa.ConnID, remainingText(sa))
		}
		for _, f := range s.flows {
			showSessionFlow(w, f)
			fmt.Fprintf(w, "        Inbound:  #pkts dec'ed %d drop %d life (KB/Sec) %s\n", f.Decaps, f.RecvErrs, lifeLeft(f.Inbound))
			fmt.Fprintf(w, "        Outbound: #pkts enc'ed %d drop %d life (KB/Sec) %s\n", f.Encaps, f.SendErrs, lifeLeft(f.Outbound))
		}
		fmt.Fprintln(w)
	}
}

// lifeLeft is what is left of the newest SA, in kilobytes and seconds.
func lifeLeft(sas []router.IPsecSA) string {
	if len(sas) == 0 {
		return "0/0"
	}
	return fmt.Sprintf("%d/%d", sas[0].RemainingKB, sas[0].RemainingSec)
}

// peer is the address, or that there is none.
func (s *session) peer() string {
	if s.first.Peer.IsValid() {
		return s.first.Peer.String()
	}
	return "(none)"
}

// identity is that of phase 1, "" before it is proved.
func (s *session) identity() string {
	for _, sa := range s.ike {
		if sa.PeerID != "" {
			return sa.PeerID
		}
	}
	return ""
}

// uptime is the time since the peer had its first SAs, 0 without any.
func (s *session) uptime() (up time.Duration) {
	for _, f := range s.flows {
		up = max(up, f.Uptime)
	}
	return up
}

func (s *session) showProfile(w io.Writer) {
	if len(s.ike) > 0 && s.ike[0].Profile != "" {
		fmt.Fprintf(w, "Profile: %s\n", s.ike[0].Profile)
	}
}

// sessions groups the proxy pairs by interface and peer, in their order. Peers behind one
// NAT have one address and are told apart by their ports; a pair without SAs, and a phase 1
// at a port that has none, is the first's of the address.
func sessions(sas []router.ISAKMPSA, idents []router.IPsecIdent) []*session {
	type place struct {
		ifc  string
		peer netip.Addr
	}
	type ends struct{ local, remote netip.Addr }
	known, at := map[place][]*session{}, map[ends][]*session{}
	var all []*session
	for _, id := range idents {
		key, port := place{id.Interface, id.Peer}, uint16(0)
		if len(id.Inbound) > 0 {
			port = id.PeerPort
		}
		i := slices.IndexFunc(known[key], func(s *session) bool { return port == 0 || s.port == 0 || s.port == port })
		if i < 0 {
			s := &session{first: id, main: len(known[key]) == 0}
			i, known[key] = len(known[key]), append(known[key], s)
			all, at[ends{id.LocalAddr, id.Peer}] = append(all, s), append(at[ends{id.LocalAddr, id.Peer}], s)
		}
		s := known[key][i]
		s.port, s.flows = max(s.port, port), append(s.flows, id)
	}
	for _, sa := range sas {
		of := at[ends{sa.Local, sa.Remote}]
		own := func(s *session) bool { return s.port == sa.RemotePort }
		owned := slices.ContainsFunc(of, own)
		for _, s := range of {
			if own(s) || !owned && s.main {
				s.ike = append(s.ike, sa)
			}
		}
	}
	return all
}

// status is IOS's summary of both phases.
func (s *session) status() string {
	flows, ike := false, false
	for _, f := range s.flows {
		flows = flows || len(f.Inbound) > 0
	}
	for _, sa := range s.ike {
		ike = ike || active(sa)
	}
	switch {
	case flows && ike:
		return "UP-ACTIVE"
	case flows:
		return "UP-NO-IKE"
	case ike:
		return "UP-IDLE"
	case len(s.ike) > 0:
		return "DOWN-NEGOTIATING"
	}
	return "DOWN"
}

func active(sa router.ISAKMPSA) bool { return sa.State == "QM_IDLE" && !sa.Deleted }

// flowText is "host A" or "A/M".
func flowText(p router.Proxy) string {
	if p.Mask == 0xffffffff {
		return "host " + ipText(p.Addr)
	}
	return ipText(p.Addr) + "/" + ipText(p.Mask)
}

// protocolNumberText is "ip" for every protocol and the number for one.
func protocolNumberText(p uint8) string {
	if p == 0 {
		return "ip"
	}
	return fmt.Sprint(p)
}
