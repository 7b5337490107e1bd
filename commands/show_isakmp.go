package commands

import (
	"fmt"
	"io"
	"net/netip"
	"strings"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/router"
)

// showISAKMPSA prints `show crypto isakmp sa`. Both headings are always there,
// and there is no slot column: parsers of both releases read this form, and the
// destination is the responder whichever side we are.
func showISAKMPSA(w io.Writer, sas []router.ISAKMPSA) {
	fmt.Fprint(w, "IPv4 Crypto ISAKMP SA\n"+
		"dst             src             state          conn-id status\n")
	for _, sa := range sas {
		dst, src := sa.Local, sa.Remote
		if sa.Initiator {
			dst, src = src, dst
		}
		status := "ACTIVE"
		if sa.Deleted {
			status += " (deleted)"
		}
		fmt.Fprintf(w, "%-15s %-15s %-15s%7d %s\n", dst, src, sa.State, sa.ConnID, status)
	}
	fmt.Fprint(w, "\nIPv6 Crypto ISAKMP SA\n\n")
}

// showISAKMPSADetail prints `show crypto isakmp sa detail`.
func showISAKMPSADetail(w io.Writer, sas []router.ISAKMPSA) {
	fmt.Fprint(w, "Codes: C - IKE configuration mode, D - Dead Peer Detection\n"+
		"       K - Keepalives, N - NAT-traversal\n"+
		"       T - cTCP encapsulation, X - IKE Extended Authentication\n"+
		"       psk - Preshared key, rsig - RSA signature\n"+
		"       renc - RSA encryption\n"+
		"IPv4 Crypto ISAKMP SA\n"+
		"\n"+
		"C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.\n\n")
	for _, sa := range sas {
		// The column has no room for a key length.
		cipher, _, _ := strings.Cut(sa.Encryption, " ")
		auth, engine := "", "????"
		if cipher != "" {
			auth = authWord(sa)
		}
		if sa.ConnID != 0 {
			engine = fmt.Sprintf("SW:%d", engineConn(sa.ConnID))
		}
		fmt.Fprintf(w, "%-5d %-15s %-15s        ACTIVE %-4s %-6s %-4s %-2d %-8s %s\n",
			sa.ConnID, sa.Local, sa.Remote, cipher, sa.Hash, auth, sa.Group, remainingText(sa), capabilities(sa))
		fmt.Fprintf(w, "       Engine-id:Conn-id =  %s\n", engine)
		if sa.Deleted {
			fmt.Fprint(w, textISAKMPDeleted)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "IPv6 Crypto ISAKMP SA\n\n")
}

// remainingText is what is left of a lifetime, in hours or as a bare 0.
func remainingText(sa router.ISAKMPSA) string {
	if sa.Remaining > 0 {
		return hoursText(sa.Remaining)
	}
	return "0"
}

func authWord(sa router.ISAKMPSA) string {
	if sa.Signed {
		return "rsig"
	}
	return "psk"
}

// engineConn is the number that the crypto engine gives a connection: 15.x counts its
// connections from 1001, the engine from 1.
func engineConn(id uint32) uint32 {
	if id > 1000 {
		return id - 1000
	}
	return id
}

// capabilities are the letters of the legend that apply.
func capabilities(sa router.ISAKMPSA) string {
	letters := ""
	if sa.DPD {
		letters = "D"
	}
	if sa.NATT {
		letters += "N"
	}
	return letters
}

// showISAKMPPeers prints `show crypto isakmp peers`: those that have proved who they are.
func showISAKMPPeers(w io.Writer, sas []router.ISAKMPSA, only netip.Addr) {
	type endpoints struct {
		local, remote netip.Addr
		port          uint16
	}
	seen := map[endpoints]bool{}
	for _, sa := range sas {
		at := endpoints{sa.Local, sa.Remote, sa.RemotePort}
		if sa.PeerID == "" || sa.Deleted || seen[at] || only.IsValid() && sa.Remote != only {
			continue
		}
		seen[at] = true
		fmt.Fprintf(w, "Peer: %s Port: %d Local: %s\n Phase1 id: %s\n", sa.Remote, sa.RemotePort, sa.Local, sa.PeerID)
	}
}

// showISAKMPFailures prints `show crypto isakmp diagnose error`. The columns are our
// own: no capture of IOS's was at hand.
func showISAKMPFailures(w io.Writer, list []router.IKEFailure, clock debug.Clock, only netip.Addr) {
	fmt.Fprint(w, "Last failures of IKE, newest first\n\n"+
		"Time                  Peer            Exchange      Role Msg Times Reason\n")
	for _, f := range list {
		if only.IsValid() && f.Peer != only {
			continue
		}
		exchange, message := "-", "-"
		if f.Exchange != "" {
			exchange = f.Exchange
		}
		if f.Message != 0 {
			message = fmt.Sprint(f.Message)
		}
		at := clock.Now().Add(-f.Age).Format("Jan _2 15:04:05.000")
		if mark := clock.Mark(); mark != 0 {
			at = string(mark) + at
		}
		fmt.Fprintf(w, "%-21s %-15s %-13s %-4c %3s %5d %s\n", at, f.Peer, exchange, f.Role, message, f.Times, f.Reason)
	}
}

// showISAKMPPolicy prints `show crypto isakmp policy`. IOS adds its default
// suites; conft never proposes what is not configured, so none is shown.
func showISAKMPPolicy(w io.Writer, c *config.Config) {
	fmt.Fprint(w, "\nGlobal IKE policy\n")
	for _, p := range c.ISAKMPPolicy {
		fmt.Fprintf(w, "Protection suite of priority %d\n", p.Priority)
		fmt.Fprintf(w, "\tencryption algorithm:\t%s\n", isakmpCipherTitle[p.Encryption])
		fmt.Fprintf(w, "\thash algorithm:\t\t%s\n", isakmpHashTitle[p.Hash])
		fmt.Fprintf(w, "\tauthentication method:\t%s\n", isakmpAuthTitle[p.Authentication])
		fmt.Fprintf(w, "\tDiffie-Hellman group:\t#%d (%s)\n", p.Group, groupTitle[p.Group])
		fmt.Fprintf(w, "\tlifetime:\t\t%d seconds, no volume limit\n", p.Lifetime)
	}
}

var isakmpCipherTitle = map[config.Encryption]string{
	config.DES:       "DES - Data Encryption Standard (56 bit keys).",
	config.TripleDES: "Three key triple DES",
	config.AES128:    "AES - Advanced Encryption Standard (128 bit keys).",
	config.AES192:    "AES - Advanced Encryption Standard (192 bit keys).",
	config.AES256:    "AES - Advanced Encryption Standard (256 bit keys).",
}

var isakmpHashTitle = map[config.Hash]string{
	config.MD5:    "Message Digest 5",
	config.SHA:    "Secure Hash Standard",
	config.SHA256: "Secure Hash Standard 2 (256 bit)",
	config.SHA384: "Secure Hash Standard 2 (384 bit)",
	config.SHA512: "Secure Hash Standard 2 (512 bit)",
}

var isakmpAuthTitle = map[config.Authentication]string{
	config.RSASig:   "Rivest-Shamir-Adleman Signature",
	config.PreShare: "Pre-Shared Key",
}

var groupTitle = map[uint8]string{
	1: "768 bit", 2: "1024 bit", 5: "1536 bit", 14: "2048 bit", 15: "3072 bit", 16: "4096 bit",
	19: "256 bit", 20: "384 bit", 21: "521 bit", 24: "2048 bit, 256 bit subgroup",
}
