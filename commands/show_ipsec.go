package commands

import (
	"fmt"
	"io"
	"strings"

	"conft/internal/config"
	"conft/internal/router"
)

// showIPsecSA prints `show crypto ipsec sa`: one heading for each interface, one
// block for each pair of proxies, whether a tunnel is up or not. Identity leaves out the SAs.
func showIPsecSA(w io.Writer, idents []router.IPsecIdent, identity, detail bool) {
	if len(idents) == 0 {
		fmt.Fprint(w, "\nNo SAs found\n")
		return
	}
	last := ""
	for _, id := range idents {
		if id.Interface != last {
			fmt.Fprintf(w, "\ninterface: %s\n    Crypto map tag: %s, local addr %s\n", id.Interface, id.Map, id.LocalAddr)
			last = id.Interface
		}
		showIdent(w, id, detail)
		if !identity {
			showSAs(w, "inbound", id.Inbound, id.Map, detail)
			showSAs(w, "outbound", id.Outbound, id.Map, detail)
		}
	}
}

func showIdent(w io.Writer, id router.IPsecIdent, detail bool) {
	peer := "(none)"
	if id.Peer.IsValid() {
		peer = id.Peer.String()
	}
	fmt.Fprint(w, "\n   protected vrf: (none)\n")
	fmt.Fprintf(w, "   local  ident (addr/mask/prot/port): %s\n", proxyText(id.Local))
	fmt.Fprintf(w, "   remote ident (addr/mask/prot/port): %s\n", proxyText(id.Remote))
	fmt.Fprintf(w, "   current_peer %s port %d\n", peer, id.PeerPort)
	flags := "origin_is_acl,"
	if id.Template != "" {
		flags = "" // the peer's proposal is its origin
	}
	fmt.Fprintf(w, "     PERMIT, flags={%s}\n", flags)
	fmt.Fprintf(w, "    #pkts encaps: %d, #pkts encrypt: %[1]d, #pkts digest: %[1]d\n", id.Encaps)
	fmt.Fprintf(w, "    #pkts decaps: %d, #pkts decrypt: %[1]d, #pkts verify: %[1]d\n", id.Decaps)
	fmt.Fprint(w, "    #pkts compressed: 0, #pkts decompressed: 0\n"+
		"    #pkts not compressed: 0, #pkts compr. failed: 0\n"+
		"    #pkts not decompressed: 0, #pkts decompress failed: 0\n")
	if detail {
		showDrops(w, id.Drops)
	} else {
		fmt.Fprintf(w, "    #send errors %d, #recv errors %d\n", id.SendErrs, id.RecvErrs)
	}
	fmt.Fprintln(w)

	var spi uint32
	if list := protocolSAs(id.Outbound, false); len(list) > 0 {
		spi = list[0].SPI
	} else if len(id.Outbound) > 0 {
		spi = id.Outbound[0].SPI
	}
	pfs, group := "N", "none"
	if id.PFSGroup != 0 {
		pfs, group = "Y", fmt.Sprintf("group%d", id.PFSGroup)
	}
	fmt.Fprintf(w, "     local crypto endpt.: %s, remote crypto endpt.: %s\n", id.LocalAddr, peer)
	fmt.Fprintf(w, "     plaintext mtu %d, path mtu %d, ip mtu %d, ip mtu idb %s\n", id.PlaintextMTU, id.PathMTU, id.IPMTU, id.Interface)
	fmt.Fprintf(w, "     current outbound spi: 0x%X(%[1]d)\n", spi)
	fmt.Fprintf(w, "     PFS (Y/N): %s, DH group: %s\n", pfs, group)
}

// showDrops prints the reasons behind the errors. IOS has no line for packets that
// should have been encrypted; they stand with those it could not decapsulate.
func showDrops(w io.Writer, d router.Drops) {
	fmt.Fprintf(w, "    #pkts no sa (send) %d, #pkts invalid sa (rcv) %d\n", d.NoSA, d.InvalidSA)
	fmt.Fprintf(w, "    #pkts encaps failed (send) %d, #pkts decaps failed (rcv) %d\n", d.EncapsFailed, d.DecapsFailed+d.Clear)
	fmt.Fprintf(w, "    #pkts invalid prot (recv) %d, #pkts verify failed: %d\n", d.InvalidProt, d.VerifyFailed)
	fmt.Fprintf(w, "    #pkts invalid identity (recv) %d, #pkts invalid len (rcv) %d\n", d.InvalidID, d.InvalidLen)
	fmt.Fprint(w, "    #pkts replay rollover (send): 0, #pkts replay rollover (rcv) 0\n")
	fmt.Fprintf(w, "    ##pkts replay failed (rcv): %d\n", d.ReplayFailed)
	fmt.Fprintf(w, "    #pkts internal err (send): %d, #pkts internal err (recv) %d\n", d.SendInternal, d.RecvInternal)
}

func proxyText(p router.Proxy) string {
	return fmt.Sprintf("(%s/%s/%d/%d)", ipText(p.Addr), ipText(p.Mask), p.Protocol, p.Port)
}

// protocolSAs are the SAs of AH or of ESP.
func protocolSAs(sas []router.IPsecSA, ah bool) (list []router.IPsecSA) {
	for _, sa := range sas {
		if sa.AH == ah {
			list = append(list, sa)
		}
	}
	return list
}

func showSAs(w io.Writer, direction string, sas []router.IPsecSA, cryptoMap string, detail bool) {
	fmt.Fprintf(w, "\n     %s esp sas:\n", direction)
	for _, sa := range protocolSAs(sas, false) {
		showSA(w, sa, cryptoMap, detail)
	}
	fmt.Fprintf(w, "\n     %s ah sas:\n", direction)
	for _, sa := range protocolSAs(sas, true) {
		showSA(w, sa, cryptoMap, detail)
	}
	fmt.Fprintf(w, "\n     %s pcp sas:\n", direction)
}

func showSA(w io.Writer, sa router.IPsecSA, cryptoMap string, detail bool) {
	settings, replay := "Tunnel", "N"
	if sa.Transport {
		settings = "Transport"
	}
	if sa.UDPEncap {
		settings += " UDP-Encaps"
	}
	if sa.ReplayWindow > 0 {
		replay = "Y"
		if detail {
			replay = fmt.Sprintf("Y  replay window size: %d", sa.ReplayWindow)
		}
	}
	fmt.Fprintf(w, "      spi: 0x%X(%[1]d)\n", sa.SPI)
	fmt.Fprintf(w, "        transform: %s ,\n", strings.Join(sa.Transforms, " "))
	fmt.Fprintf(w, "        in use settings ={%s, }\n", settings)
	// Connections of phase 2 are counted from 2001, their flows from 1.
	fmt.Fprintf(w, "        conn id: %d, flow_id: SW:%d, sibling_flags 80000040, crypto map: %s\n", sa.ConnID, sa.ConnID%2000, cryptoMap)
	fmt.Fprintf(w, "        sa timing: remaining key lifetime (k/sec): (%d/%d)\n", sa.RemainingKB, sa.RemainingSec)
	if !sa.AH {
		fmt.Fprintf(w, "        IV size: %d bytes\n", sa.IVSize)
	}
	fmt.Fprintf(w, "        replay detection support: %s\n", replay)
	fmt.Fprint(w, "        Status: ACTIVE(ACTIVE)\n")
}

// showTransformSets prints `show crypto ipsec transform-set [NAME]`.
func showTransformSets(w io.Writer, c *config.Config, name string) {
	for _, t := range c.TransformSet {
		if name == "" || t.Name == name {
			will := map[config.Mode]string{config.Tunnel: "negotiate = { Tunnel", config.Transport: "negotiate = { Transport", config.RequireTransport: "require = { Transport"}[t.Mode]
			fmt.Fprintf(w, "Transform set %s: { %s  } \n   will %s,  }, \n   \n", t.Name, transformsText(t), will)
		}
	}
}

// transformsText is how shows print a set's transforms: the key size of AES
// stands inside the word, as in "esp-256-aes".
func transformsText(t *config.TransformSet) string {
	words := make([]string, len(t.Transforms))
	for i, tr := range t.Transforms {
		words[i] = transformText(tr)
	}
	return strings.Join(words, " ")
}

func transformText(tr string) string {
	if size, ok := strings.CutPrefix(tr, "esp-aes "); ok && size != "128" {
		return "esp-" + size + "-aes"
	}
	return tr
}

// showIPsecLifetime prints `show crypto ipsec security-association lifetime`.
func showIPsecLifetime(w io.Writer, c *config.Config) {
	fmt.Fprintf(w, "Security association lifetime: %s\n", lifetimeText(c.IPsecLife))
}

// lifetimeText replaces zeros by the defaults.
func lifetimeText(l config.Lifetime) string {
	if l.Seconds == 0 {
		l.Seconds = config.DefaultLifeSeconds
	}
	if l.Kilobytes == 0 {
		l.Kilobytes = config.DefaultLifeKilobytes
	}
	return fmt.Sprintf("%d kilobytes/%d seconds", l.Kilobytes, l.Seconds)
}
