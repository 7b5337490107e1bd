package commands

import (
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"conft/internal/config"
	"conft/internal/reftest"
	"conft/internal/router"
)

func TestISAKMPSADetailLikeCaptures(t *testing.T) {
	sa := router.ISAKMPSA{Local: addr("25.0.0.1"), Remote: addr("15.0.0.1"), State: "QM_IDLE", ConnID: 1001, Encryption: "aes 256", Hash: "sha", Group: 5,
		Remaining: 23*time.Hour + 25*time.Minute + 3*time.Second}
	sameLines(t, "show/show-crypto-isakmp-sa-detail/02.txt", text(func(w io.Writer) { showISAKMPSADetail(w, []router.ISAKMPSA{sa}) }))

	sa = router.ISAKMPSA{Local: addr("2.2.2.2"), Remote: addr("1.1.1.1"), State: "QM_IDLE", ConnID: 1013, Encryption: "aes", Hash: "sha384", Group: 14,
		NATT: true, Remaining: 23*time.Hour + 47*time.Minute + 45*time.Second}
	got := text(func(w io.Writer) { showISAKMPSADetail(w, []router.ISAKMPSA{sa}) })
	_, got, _ = strings.Cut(got, "renc - RSA encryption\n") // the capture begins there and ends before IPv6
	got, _, _ = strings.Cut(got, "\nIPv6")
	if want := trimLines(reftest.Open(t, "show/show-crypto-isakmp-sa-detail/03.txt")); trimLines(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestISAKMPPeersLikeCaptures(t *testing.T) {
	peer := func(remote, local string, port uint16) router.ISAKMPSA {
		return router.ISAKMPSA{Local: addr(local), Remote: addr(remote), RemotePort: port, State: "QM_IDLE", PeerID: remote}
	}
	unproved, dead := peer("9.9.9.9", "25.0.0.1", 500), peer("9.9.9.8", "25.0.0.1", 500)
	unproved.PeerID, dead.Deleted = "", true
	list := []router.ISAKMPSA{unproved, peer("15.0.0.1", "25.0.0.1", 500), peer("15.0.0.1", "25.0.0.1", 500), dead}
	sameLines(t, "show/show-crypto-isakmp-peers/03.txt", text(func(w io.Writer) { showISAKMPPeers(w, list, netip.Addr{}) }))
	list = []router.ISAKMPSA{peer("1.1.1.2", "1.1.1.1", 500), peer("1.1.1.2", "1.1.1.3", 600)}
	sameLines(t, "show/show-crypto-isakmp-peers/01.txt", text(func(w io.Writer) { showISAKMPPeers(w, list, netip.Addr{}) }))
	if got := text(func(w io.Writer) { showISAKMPPeers(w, list, addr("1.1.1.9")) }); got != "" {
		t.Errorf("another peer: %q", got)
	}
}

func TestCryptoSessionShowsThePeersDescription(t *testing.T) {
	c := config.New()
	c.ISAKMPPeers = []*config.ISAKMPPeer{{IP: ip("9.9.9.9"), Description: "another"}, {IP: ip("15.0.0.1"), Description: "Site A"}}
	sa := router.ISAKMPSA{Local: addr("25.0.0.1"), Remote: addr("15.0.0.1"), State: "QM_IDLE", PeerID: "15.0.0.1"}
	flow := router.IPsecIdent{Interface: "GigabitEthernet0/0", LocalAddr: sa.Local, Peer: sa.Remote}
	for _, sas := range [][]router.ISAKMPSA{{sa}, nil} { // before phase 1, too
		if got := text(func(w io.Writer) { showCryptoSessionDetail(w, c, sas, []router.IPsecIdent{flow}) }); !strings.Contains(got, "\n      Desc: Site A\n") {
			t.Errorf("%q", got)
		}
	}
}

func TestCryptoSessionDetailLikeCaptures(t *testing.T) {
	host := func(a string) router.Proxy { return router.Proxy{Addr: ip(a), Mask: 0xffffffff, Protocol: 47} }
	flow := router.IPsecIdent{Interface: "Tunnel13", LocalAddr: addr("11.0.2.2"), Peer: addr("11.0.2.1"), PeerPort: 500, Local: host("11.0.2.2"), Remote: host("11.0.2.1"),
		Inbound: []router.IPsecSA{{RemainingKB: 1, RemainingSec: 3060}}, Outbound: []router.IPsecSA{{RemainingKB: 2, RemainingSec: 3060}},
		Decaps: 449282, Encaps: 772730, Uptime: (3*24+18)*time.Hour + 59*time.Minute}
	sa := router.ISAKMPSA{Local: addr("11.0.2.2"), Remote: addr("11.0.2.1"), LocalPort: 500, RemotePort: 500, State: "QM_IDLE", ConnID: 1042, NATT: true,
		Profile: "GS-GRE:ISAKMP", PeerID: "11.0.2.1", Remaining: 5*time.Hour + 50*time.Minute + 3*time.Second}
	got := text(func(w io.Writer) {
		showCryptoSessionDetail(w, config.New(), []router.ISAKMPSA{sa}, []router.IPsecIdent{flow})
	})
	// That router has dead peer detection and no volume limit.
	got = strings.NewReplacer("Capabilities:N", "Capabilities:D", "(KB/Sec) 1/", "(KB/Sec) KB Vol Rekey Disabled/", "(KB/Sec) 2/", "(KB/Sec) KB Vol Rekey Disabled/").Replace(got)
	sameLines(t, "show/show-crypto-session-detail/05.txt", got)

	// The first block of this capture is of a peer that does not answer.
	flow = router.IPsecIdent{Interface: "Tunnel1201", LocalAddr: addr("10.175.200.116"), Peer: addr("10.161.255.14"), PeerPort: 500,
		Local: host("10.175.200.116"), Remote: host("10.161.255.14")}
	sa = router.ISAKMPSA{Local: flow.LocalAddr, Remote: flow.Peer, LocalPort: 500, RemotePort: 500, State: "MM_NO_STATE"}
	got = text(func(w io.Writer) {
		showCryptoSessionDetail(w, config.New(), []router.ISAKMPSA{sa, sa}, []router.IPsecIdent{flow})
	})
	want := reftest.Open(t, "show/show-crypto-session-detail/01.txt")
	block := func(s string) string {
		_, s, _ = strings.Cut(s, "Interface: Tunnel1201")
		s, _, _ = strings.Cut(s, "\n\n")
		return trimLines(s)
	}
	if block(got) != block(want) {
		t.Errorf("got\n%s\nwant\n%s", block(got), block(want))
	}
}

func TestDiagnoseError(t *testing.T) {
	r := lab(t)
	r.clock = &fixedClock{now: time.Date(2002, 3, 1, 0, 3, 0, 500e6, time.UTC), mark: '*'}
	r.failures = []router.IKEFailure{
		{Age: 90 * time.Second, Times: 1, Peer: addr("23.23.23.3"), Role: 'I', Exchange: "Main", Message: 5, Reason: "no answer once encrypted: pre-shared keys differ?"},
		{Age: 100 * time.Second, Times: 12, Peer: addr("192.0.2.9"), Role: 'N', Reason: "message malformed"},
	}
	const head = "Last failures of IKE, newest first\n\n" +
		"Time                  Peer            Exchange      Role Msg Times Reason\n"
	const ours = "*Mar  1 00:01:30.500  23.23.23.3      Main          I      5     1 no answer once encrypted: pre-shared keys differ?\n"
	expect(t, "all", run(t, r, "show crypto isakmp diagnose error"), head+ours+"*Mar  1 00:01:20.500  192.0.2.9       -             N      -    12 message malformed\n")
	expect(t, "one peer", run(t, r, "show crypto isakmp diagnose error 23.23.23.3"), head+ours)
}
