package commands

import (
	"fmt"
	"io"

	"conft/internal/router"
)

// session is what `show crypto session` prints as one block: a peer on an
// interface with its IKE SAs and flows.
type session struct {
	first router.IPsecIdent
	ike   []router.ISAKMPSA
	flows []router.IPsecIdent
}

// showCryptoSession prints `show crypto session`.
func showCryptoSession(w io.Writer, sas []router.ISAKMPSA, idents []router.IPsecIdent) {
	fmt.Fprint(w, "Crypto session current status\n\n")
	for _, s := range sessions(sas, idents) {
		fmt.Fprintf(w, "Interface: %s\n", s.first.Interface)
		fmt.Fprintf(w, "Session status: %-14s\n", s.status())
		peer := "(none)"
		if s.first.Peer.IsValid() {
			peer = s.first.Peer.String()
		}
		fmt.Fprintf(w, "Peer: %s port %d \n", peer, s.first.PeerPort)
		if len(s.ike) > 0 {
			fmt.Fprint(w, "  Session ID: 0  \n")
		}
		for _, sa := range s.ike {
			state := "Inactive"
			if active(sa) {
				state = "Active"
			}
			fmt.Fprintf(w, "  IKEv1 SA: local %s/%d remote %s/%d %s \n", sa.Local, sa.LocalPort, sa.Remote, sa.RemotePort, state)
		}
		for _, f := range s.flows {
			fmt.Fprintf(w, "  IPSEC FLOW: permit %s %s %s \n", protocolNumberText(f.Local.Protocol), flowText(f.Local), flowText(f.Remote))
			origin := "crypto map"
			if f.Template != "" {
				origin = "dynamic crypto map"
			}
			fmt.Fprintf(w, "        Active SAs: %d, origin: %s\n", len(f.Inbound)+len(f.Outbound), origin)
		}
		fmt.Fprintln(w)
	}
}

// sessions groups the proxy pairs by interface and peer, in their order.
func sessions(sas []router.ISAKMPSA, idents []router.IPsecIdent) []*session {
	var all []*session
	for _, id := range idents {
		var s *session
		for _, t := range all {
			if t.first.Interface == id.Interface && t.first.Peer == id.Peer {
				s = t
			}
		}
		if s == nil {
			s = &session{first: id}
			for _, sa := range sas {
				if sa.Remote == id.Peer && sa.Local == id.LocalAddr {
					s.ike = append(s.ike, sa)
				}
			}
			all = append(all, s)
		}
		s.flows = append(s.flows, id)
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
