package commands

import (
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"conft/internal/router"
	"conft/shell/grammar"
)

// showDroppedPackets is `show crypto engine connections dropped-packet`: IOS's table,
// and below it every reason for which something was dropped.
func showDroppedPackets(r Router) exec {
	return exec{
		Syntax: "show crypto engine connections dropped-packet",
		Help: grammar.Help{
			"engine":         "Show crypto engine info",
			"connections":    "Show crypto engine connections",
			"dropped-packet": "Show crypto engine dropped packets, by interface and by reason",
		},
		Run: output(func(w io.Writer, _ grammar.Args) error { showCryptoDrops(w, r.CryptoDrops()); return nil }),
	}
}

// showActiveConnections is `show crypto engine connections active`: the ISAKMP SAs, then
// the IPsec SAs, each direction and protocol by itself.
func showActiveConnections(r Router) exec {
	return exec{
		Syntax: "show crypto engine connections active",
		Help:   grammar.Help{"active": "Show active crypto engine connections"},
		Run: output(func(w io.Writer, _ grammar.Args) error {
			showConnections(w, r.IPsecIdents(), r.ISAKMPSAs())
			return nil
		}),
	}
}

func showConnections(w io.Writer, idents []router.IPsecIdent, isakmp []router.ISAKMPSA) {
	fmt.Fprint(w, "Crypto Engine Connections\n\n   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address\n")
	row := func(id uint32, kind, algorithm string, encrypt, decrypt uint64, last uint32, local netip.Addr) {
		fmt.Fprintf(w, "%5d  %-7s %-18s %8d %8d %8d %s\n", id, kind, algorithm, encrypt, decrypt, last, local)
	}
	for _, i := range slices.Backward(isakmp) { // the oldest first
		if i.ConnID != 0 && !i.Deleted {
			row(i.ConnID, "IKE", strings.ToUpper(i.Hash+"+"+strings.ReplaceAll(i.Encryption, " ", "")), 0, 0, 0, i.Local)
		}
	}
	type sa struct {
		router.IPsecSA
		inbound bool
		local   netip.Addr
	}
	var sas []sa
	for _, id := range idents {
		for _, s := range id.Inbound {
			sas = append(sas, sa{s, true, id.LocalAddr})
		}
		for _, s := range id.Outbound {
			sas = append(sas, sa{s, false, id.LocalAddr})
		}
	}
	slices.SortFunc(sas, func(a, b sa) int { return cmp.Compare(a.ConnID, b.ConnID) })
	for _, s := range sas {
		if s.inbound {
			row(s.ConnID, "IPsec", engineText(s.Transforms), 0, s.Packets, s.LastSeq, s.local)
		} else {
			row(s.ConnID, "IPsec", engineText(s.Transforms), s.Packets, 0, 0, s.local)
		}
	}
}

// engineText names the algorithms of one protocol as the engine does: "AES256+SHA".
func engineText(transforms []string) string {
	var words []string
	for _, t := range transforms {
		t = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(t, "esp-"), "ah-"), "-hmac")
		if bits, cipher, ok := strings.Cut(t, "-"); ok { // "256-aes"
			t = cipher + bits
		}
		words = append(words, strings.ToUpper(strings.ReplaceAll(t, " ", "")))
	}
	return strings.Join(words, "+")
}

func showCryptoDrops(w io.Writer, d router.CryptoDrops) {
	fmt.Fprintf(w, "%-26s %-15s %s\n", "Interface", "IP-Address", "Drop Count")
	for _, i := range d.Interfaces {
		fmt.Fprintf(w, "%-26s %-15s %d\n", i.Interface, ipText(i.Address), i.Dropped)
	}
	for _, part := range []struct {
		title   string
		reasons []router.DropReason
	}{{"Packets dropped:", d.Packets}, {"IKE messages dropped:", d.IKE}} {
		fmt.Fprintf(w, "\n%s\n", part.title)
		for _, r := range part.reasons {
			fmt.Fprintf(w, "  %-44s %d\n", r.Reason, r.Count)
		}
	}
}
