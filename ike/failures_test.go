package ike_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/suite"
)

// misfits are the configurations of two routers that do not fit each other, with what
// either must say. R1 begins.
var misfits = []struct {
	name           string
	change         func(p1, p3 *exchange.Policy)
	fate           func(p *iketest.Packet) []time.Duration
	lines1, lines3 []string // in this order, among others
	ring1, ring3   string   // the newest failure, "" for any
}{
	{"encryption", func(p1, _ *exchange.Policy) { p1.Proposals[0].Encryption = suite.TripleDES }, nil,
		refused1, refused("Encryption algorithm offered does not match policy!"),
		"Informational 0: PROPOSAL_NOT_CHOSEN in clear, not believed", "Main 1: encryption algorithm offered does not match policy"},
	{"key length", func(p1, p3 *exchange.Policy) {
		p1.Proposals[0].Encryption, p1.Proposals[0].KeyBits = suite.AES, 128
		p3.Proposals[0].Encryption, p3.Proposals[0].KeyBits = suite.AES, 256
	}, nil, refused1, refused("Proposed key length does not match policy"), "", "Main 1: key length offered does not match policy"},
	{"hash", func(p1, _ *exchange.Policy) { p1.Proposals[0].Hash = suite.MD5 }, nil,
		refused1, refused("Hash algorithm offered does not match policy!"), "", "Main 1: hash algorithm offered does not match policy"},
	{"group", func(p1, _ *exchange.Policy) { p1.Proposals[0].Group = suite.MODP1024 }, nil,
		refused1, refused("Diffie-Hellman group offered does not match policy!"), "", "Main 1: Diffie-Hellman group offered does not match policy"},
	{"authentication", func(_, p3 *exchange.Policy) { p3.Proposals[0].Auth = exchange.RSASig }, nil,
		refused1, refused("Preshared authentication offered but does not match policy!"), "", "Main 1: authentication method offered does not match policy"},
	{"no key", func(p1, _ *exchange.Policy) { p1.Keys = nil }, nil,
		[]string{":No pre-shared key with 23.23.23.3!", ": No Cert or pre-shared address key.", "Can not start Main mode", "Failed to initialize SA", "KMI message 0, error 2."}, nil,
		"Main 1: no pre-shared key", ""},
	{"no key here", func(_, p3 *exchange.Policy) { p3.Keys = nil }, nil,
		refused1, append([]string{":No pre-shared key with 12.12.12.1!"}, refused("Preshared authentication offered but does not match policy!")...), "", "Main 1: no pre-shared key"},
	{"no certificate", func(p1, _ *exchange.Policy) { p1.Keys, p1.Proposals[0].Auth = nil, exchange.RSASig }, nil,
		[]string{": No Cert or pre-shared address key.", "Can not start Main mode"}, nil, "Main 1: no pre-shared key and no usable certificate", ""},
	{"a key and no certificate", func(p1, _ *exchange.Policy) { p1.Proposals[0].Auth = exchange.RSASig }, nil,
		[]string{": No Cert or pre-shared address key.", "Can not start Main mode"}, nil, "Main 1: no usable certificate", ""},
	{"aggressive mode disabled", func(p1, p3 *exchange.Policy) {
		byProfile(p1, p3)
		p1.NoAggressive = true
	}, nil, []string{"%CRYPTO-5-IKMP_AG_MODE_DISABLED: Unable to initiate", "Failed to initialize SA"}, nil, "Aggressive 1: aggressive mode is disabled", ""},
	{"no policy", func(p1, _ *exchange.Policy) { p1.Proposals = nil }, nil,
		[]string{": No Cert or pre-shared address key.", "Can not start Main mode"}, nil, "Main 1: no policy that can be offered", ""},
	{"wrong key", func(_, p3 *exchange.Policy) { p3.Keys[0].Secret = []byte("other") }, nil,
		[]string{": retransmitting phase 1 MM_KEY_EXCH...", `:deleting SA reason "Death by retransmission P1" state (I) MM_KEY_EXCH (peer 23.23.23.3)`},
		[]string{"ISAKMP: reserved not zero on ", "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 12.12.12.1 failed its sanity check or is malformed", "attempt 1 of 5: PAYLOAD_MALFORMED"},
		"Main 5: no answer once encrypted: pre-shared keys differ?", ""},
	{"proxy identities", func(_, p3 *exchange.Policy) {
		p3.Tunnels[0].Selectors[0].Local.Prefix = netip.MustParsePrefix("20.2.0.0/16")
	}, nil,
		larval, rejected(32, "map_db_find_best did not find matching map", "IPSEC(ipsec_process_proposal): proxy identities not supported"),
		"Quick 1: peer accepts none of our IPsec proposals", "Quick 1: proxy identities match no crypto access list; `permit ip 20.1.1.0 0.0.0.255 10.1.1.0 0.0.0.255` would be the mirror, crypto map MAP 10 has `permit ip 20.2.0.0 0.0.255.255 10.1.1.0 0.0.0.255`"},
	{"profile", func(_, p3 *exchange.Policy) {
		p3.Profiles = []exchange.Profile{{Name: "SITE", Match: []exchange.IdentityMatch{{Prefix: netip.MustParsePrefix("192.0.2.1/32")}}}}
		p3.Tunnels[0].Profile = "SITE"
	}, nil, larval, rejected(32, "IPSEC(ipsec_process_proposal): proxy identities not supported"),
		"Quick 1: peer accepts none of our IPsec proposals", "Quick 1: crypto map MAP 10 wants ISAKMP profile SITE, phase 1 has none"},
	{"transform", func(p1, _ *exchange.Policy) { p1.Tunnels[0].Transforms[0].Auth = suite.HMACSHA }, nil,
		larval, rejected(256, "IPSEC(ipsec_process_proposal): transform proposal not supported for identity: \n    {esp-des esp-sha-hmac }"),
		"Quick 1: peer accepts none of our IPsec proposals", "Quick 1: no transform set matches esp-des esp-sha-hmac"},
	{"unknown transform", func(p1, _ *exchange.Policy) { p1.Tunnels[0].Transforms[0].Transform = 22 }, nil,
		larval, []string{"ISAKMP: transform 1, unknown (22)", ":atts are not acceptable. Next payload is 0", ": phase 2 SA policy not acceptable!"},
		"", "Quick 1: no transform offered is known or possible here"},
	{"PFS missing", func(_, p3 *exchange.Policy) { p3.Tunnels[0].PFS = suite.MODP1024 }, nil,
		larval, rejected(1024, "IPSEC(ipsec_process_proposal): invalid transform proposal flags -- 0x2"),
		"Quick 1: peer accepts none of our IPsec proposals", "Quick 1: PFS differs: offered none, wanted group2"},
	{"PFS group", func(p1, p3 *exchange.Policy) { p1.Tunnels[0].PFS, p3.Tunnels[0].PFS = suite.MODP1024, suite.MODP1536 }, nil,
		larval, rejected(1024, "IPSEC(ipsec_process_proposal): invalid transform proposal flags -- 0x13"),
		"Quick 1: peer accepts none of our IPsec proposals", "Quick 1: PFS differs: offered group2, wanted group5"},
	{"mode", func(_, p3 *exchange.Policy) { p3.Tunnels[0].Transforms[0].Mode = exchange.RequireTransport }, nil,
		larval, rejected(1024, "IPSEC(ipsec_process_proposal): invalid transform proposal flags -- 0x2"),
		"Quick 1: peer accepts none of our IPsec proposals", "Quick 1: encapsulation mode differs"},
	{"mode of networks", func(p1, _ *exchange.Policy) { p1.Tunnels[0].Transforms[0].Mode = exchange.RequireTransport }, nil,
		[]string{": transform set {esp-des esp-md5-hmac } not proposed: transport mode is for traffic between the peers themselves", "Failed to initialize SA"}, nil,
		"Quick 1: no transform set can be proposed: transport mode is for traffic between the peers themselves", ""},
	{"peer", func(_, p3 *exchange.Policy) { p3.Tunnels[0].Peers[0] = netip.MustParseAddr("192.0.2.1") }, nil,
		larval, rejected(64, "peer address 12.12.12.1 not found"), "Quick 1: peer accepts none of our IPsec proposals", "Quick 1: peer is not that of the crypto map entry"},
	{"local address", func(_, p3 *exchange.Policy) { p3.Tunnels[0].Local = netip.MustParseAddr("192.0.2.1") }, nil,
		larval, rejected(8, "invalid local address 23.23.23.3"), "Quick 1: peer accepts none of our IPsec proposals", "Quick 1: local address is not that of a crypto map"},
	{"nobody answers", nil, lose(1),
		[]string{"attempt 5 of 5: retransmit phase 1", ":peer does not do paranoid keepalives.", `:deleting SA reason "Death by retransmission P1" state (I) MM_NO_STATE (peer 23.23.23.3)`, "IKE_I_MM1  New State = IKE_DEST_SA"}, nil,
		"Main 1: no answer to the last retransmission", ""},
	{"nobody answers quick mode", nil, lose(7),
		[]string{"on node, attempt 5 of 5: retransmit phase 2", `error TRUE reason "Phase 2 err count exceeded"`}, nil, "Quick 1: no answer to the last retransmission", ""},
	{"nobody confirms", nil, lose(9), nil,
		[]string{"on node, attempt 5 of 5: retransmit phase 2", `error TRUE reason "Phase 2 err count exceeded"`}, "", "Quick 2: no answer to the last retransmission"},
}

// refused1 is what an initiator makes of the responder's refusal, which is in clear.
var refused1 = []string{":Notify has no hash. Rejected.", "Unknown Input IKE_MESG_FROM_PEER, IKE_INFO_NOTIFY:  state = IKE_I_MM1",
	"%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Informational mode failed with peer at 23.23.23.3"}

// refused is what a responder says that accepts no proposal of phase 1.
func refused(line string) []string {
	return []string{line, ":atts are not acceptable. Next payload is 0", ":no offers accepted!", ": phase 1 SA policy not acceptable! (local 23.23.23.3 remote 12.12.12.1)",
		"attempt 1 of 5: construct_fail_ag_init", "(R) MM_NO_STATE", ":peer does not do paranoid keepalives.",
		`:deleting SA reason "Phase1 SA policy proposal not accepted" state (R) MM_NO_STATE (peer 12.12.12.1)`, "FSM action returned error: 2",
		"%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed with peer at 12.12.12.1"}
}

// larval is what an initiator makes of the refusal of its Quick Mode.
var larval = []string{": processing NOTIFY PROPOSAL_NOT_CHOSEN protocol 3", ":deleting spi ", `error TRUE reason "Delete Larval"`, `reason "Informational (in) state 1"`}

// rejected is what a responder says that accepts no proposal of Quick Mode.
func rejected(code debug.InvalidCode, lines ...string) []string {
	number := map[debug.InvalidCode]string{8: "8", 32: "32", 64: "64", 256: "256", 1024: "1024"}[code]
	return append(lines, ": IPSec policy invalidated proposal with error "+number, ": phase 2 SA policy not acceptable! (local 23.23.23.3 remote 12.12.12.1)",
		":Sending NOTIFY PROPOSAL_NOT_CHOSEN protocol 3", `error TRUE reason "QM rejected"`, "IKE_QM_READY  New State = IKE_QM_READY",
		"%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Quick mode failed with peer at 12.12.12.1")
}

// Each misfit is said on both ends, in both manners, and found afterwards. Without
// debugging the syslog messages stay, and what is found afterwards.
func TestMisfits(t *testing.T) {
	for _, manner := range []debug.Manner{debug.IOS12, debug.IOS15} {
		for _, m := range misfits {
			for _, quiet := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/debug=%v", m.name, !quiet), func(t *testing.T) {
					p1, p3 := iketest.Policies()
					p1.Version, p3.Version = manner, manner
					if m.change != nil {
						m.change(p1, p3)
					}
					n := iketest.New(1)
					n.Quiet = quiet
					r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
					n.Fate = m.fate
					r1.Acquire("MAP", 10, iketest.Flow)
					n.Run(time.Second)
					if m.fate != nil || m.name == "wrong key" {
						n.Run(3 * time.Minute)
					}
					lines1, lines3 := m.lines1, m.lines3
					if quiet {
						lines1, lines3 = syslog(lines1), syslog(lines3)
					}
					inOrder(t, r1, lines1)
					inOrder(t, r3, lines3)
					for r, want := range map[*iketest.Router]string{r1: m.ring1, r3: m.ring3} {
						if got := newest(r); want != "" && got != want {
							t.Errorf("%s remembers %q, want %q", r.Name, got, want)
						}
						for _, f := range r.Core.Failures() {
							if role := map[*iketest.Router]debug.Role{r1: debug.Initiator, r3: debug.Responder}[r]; f.Role != role {
								t.Errorf("%s remembers its role as %v: %s", r.Name, f.Role, f.Reason)
							}
						}
					}
				})
			}
		}
	}
}

// syslog returns those of some lines that no debug command governs.
func syslog(lines []string) (list []string) {
	for _, l := range lines {
		if strings.HasPrefix(l, "%") {
			list = append(list, l)
		}
	}
	return list
}

// inOrder wants lines that end so or hold this, one after the other.
func inOrder(t *testing.T, r *iketest.Router, want []string) {
	t.Helper()
	lines := r.Lines(both...)
	for _, w := range want {
		i := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, w) })
		if i < 0 {
			t.Fatalf("%s does not say, or not in this place: %s", r.Name, w)
		}
		lines = lines[i+1:]
	}
}

// newest is the newest failure that a router remembers.
func newest(r *iketest.Router) string {
	list := r.Core.Failures()
	if len(list) == 0 {
		return ""
	}
	return string(list[0].Exchange) + " " + string(rune('0'+list[0].Message)) + ": " + list[0].Reason
}

// A failure that repeats itself is counted; the last eight of a peer are kept, those of
// strangers together, and those of a peer only as long as a crypto map names it.
func TestFailuresAreBounded(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	send := func(from netip.Addr, data string) {
		n.Inject(iketest.Packet{From: netip.AddrPortFrom(from, 500), To: netip.AddrPortFrom(iketest.Addr3, 500), Data: []byte(data)})
	}
	for range 3 {
		send(iketest.Addr1, "rubbish")
	}
	n.Run(time.Second)
	if f := r3.Core.Failures(); len(f) != 1 || f[0].Times != 3 || f[0].Peer != iketest.Addr1 || f[0].Reason != "message malformed" || f[0].Role != debug.NoRole {
		t.Errorf("remembered: %+v", f)
	}
	for i := range 1000 {
		send(netip.AddrFrom4([4]byte{100, 64, byte(i >> 8), byte(i)}), "rubbish")
	}
	for i := range 20 {
		p1, _ := iketest.Policies()
		p1.Tunnels[0].Transforms[0].Transform = []suite.Transform{suite.ESP3DES, suite.ESPAES}[i%2]
		p1.Tunnels[0].Transforms[0].KeyBits = 128 * (i % 2)
		p1.Tunnels[0].Transforms[0].Auth = []suite.Auth{0, suite.HMACMD5, suite.HMACSHA, suite.HMACSHA256, suite.HMACSHA384, suite.HMACSHA512}[i/2%6]
		r1.Do(ike.SetPolicy{Policy: p1})
		r1.Do(ike.ClearISAKMP{})
		r1.Do(ike.SetPolicy{Policy: &exchange.Policy{}}) // forgets the request
		r1.Do(ike.SetPolicy{Policy: p1})
		r1.Acquire("MAP", 10, iketest.Flow)
		n.Run(time.Second)
	}
	count := map[bool]int{}
	for _, f := range r3.Core.Failures() {
		count[f.Peer == iketest.Addr1]++
	}
	if count[true] != 8 || count[false] != 32 {
		t.Errorf("%d failures with the peer and %d with strangers are kept", count[true], count[false])
	}
	for range 20 { // two kinds in turn, from a forged address
		send(iketest.Addr1, "rubbish")
		send(iketest.Addr1, string(append([]byte("initiato"), "\x01\x02\x03\x04\x05\x06\x07\x08\x01\x10\x02\x00\x00\x00\x00\x00\x00\x00\x00\x1c"...)))
	}
	n.Run(time.Second)
	times := map[string]int{}
	for _, f := range r3.Core.Failures() {
		if f.Peer == iketest.Addr1 {
			times[f.Reason] += f.Times
		}
	}
	if len(times) != 8 || times["message malformed"] != 20 || times["message belongs to no SA"] != 20 {
		t.Errorf("two kinds of failures leave of the eight: %v", times)
	}
	r3.Do(ike.SetPolicy{Policy: &exchange.Policy{}})
	for _, f := range r3.Core.Failures() {
		if f.Peer == iketest.Addr1 {
			t.Error("a peer that is no longer configured is remembered")
		}
	}
}

// The refusal of an offer is explained as what it is on both ends, not as one of the
// messages of main mode.
func TestRefusalIsExplained(t *testing.T) {
	p1, p3 := iketest.Policies()
	p1.Proposals[0].Group = suite.MODP1024
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	notes := func(r *iketest.Router) (list []string) {
		for _, e := range r.Events {
			switch e := e.(type) {
			case debug.ISAKMPSending:
				list = append(list, e.Explain(debug.English))
			case debug.ISAKMPReceived:
				list = append(list, e.Explain(debug.English))
			}
		}
		return list
	}
	for r, want := range map[*iketest.Router]string{
		r3: "an informational message to 12.12.12.1: HDR and a notification, in clear",
		r1: "an informational message from 23.23.23.3: HDR and a notification, in clear",
	} {
		if l := notes(r); len(l) != 2 || !strings.Contains(l[1], want) {
			t.Errorf("%s: %q", r.Name, l)
		}
	}
}
