package commands

import (
	"testing"

	"conft/internal/reftest"
	"conft/internal/router"
)

func TestDebugCondition(t *testing.T) {
	r := newFake(t, "hostname R1\n")
	const off = "Crypto conditional debug currently is turned OFF\nIKE debug context unmatched flag: OFF\n" +
		"IPsec debug context unmatched flag: OFF\nCrypto Engine debug context unmatched flag: OFF\n"
	expect(t, "show crypto debug-condition", run(t, r, "show crypto debug-condition"), off)
	for _, line := range []string{"debug crypto condition peer ipv4 10.0.0.1", "debug crypto condition peer ipv4 10.0.0.2",
		"debug crypto condition peer subnet 10.9.1.7 255.255.0.0", "debug crypto condition unmatched"} {
		run(t, r, line)
	}
	expect(t, "show crypto debug-condition", run(t, r, "show crypto debug-condition"), "Crypto conditional debug currently is turned ON\n"+
		"IKE debug context unmatched flag: ON\nIPsec debug context unmatched flag: ON\nCrypto Engine debug context unmatched flag: ON\n"+
		"\nIKE peer IP address filters:\n10.0.0.1  10.0.0.2  \n\nIKE peer subnet filters:\n10.9.0.0/255.255.0.0  \n")
	run(t, r, "no debug crypto condition peer ipv4 10.0.0.1")
	if r.hub.Watches(addr("10.0.0.1")) || !r.hub.Watches(addr("10.0.0.2")) || !r.hub.Watches(addr("10.9.3.3")) {
		t.Error("another peer is watched")
	}
	run(t, r, "debug crypto condition reset")
	expect(t, "show crypto debug-condition", run(t, r, "show crypto debug-condition"), off)
}

func TestCryptoCounts(t *testing.T) {
	r := newFake(t, "hostname R1\n")
	for range 450 {
		r.isakmp = append(r.isakmp, router.ISAKMPSA{Deleted: true})
	}
	sameLines(t, "show/show-crypto-isakmp-sa-count/01.txt", run(t, r, "show crypto isakmp sa count"))
	pair := router.IPsecIdent{Inbound: make([]router.IPsecSA, 1), Outbound: make([]router.IPsecSA, 1)}
	r.idents = []router.IPsecIdent{pair, pair, pair, pair}
	expect(t, "show crypto ipsec sa count", run(t, r, "show crypto ipsec sa count"), reftest.Open(t, "show/show-crypto-ipsec-sa-count/01.txt"))
	r.idents = []router.IPsecIdent{{Inbound: make([]router.IPsecSA, 2), Outbound: make([]router.IPsecSA, 2)}}
	expect(t, "show crypto ipsec sa count", run(t, r, "show crypto ipsec sa count"), "IPsec SA total: 4, active: 2, rekeying: 2, unused: 0, invalid: 0\n")
}
