package ike_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/reftest"
	"conft/internal/suite"
)

// mainMode15 is what a router in the manner of 15.x prints as the initiator of Main
// Mode, when its second policy is accepted. Lines marked = stand in a published
// transcript of that release too; those marked + its author has left out, or they depend
// on the peer.
var mainMode15 = `
+ISAKMP:(0): SA request profile is (NULL)
=ISAKMP: Created a peer struct for 23.23.23.3, peer port 500
=ISAKMP: New peer created peer = 0x{peer} peer_handle = 0x{handle}
=ISAKMP: Locking peer struct 0x{peer}, refcount 1 for isakmp_initiator
=ISAKMP: local port 500, remote port 500
=ISAKMP: set new node 0 to QM_IDLE{pad}
=ISAKMP:(0):insert sa successfully sa = {sa}
=ISAKMP:(0):Can not start Aggressive mode, trying Main mode.
=ISAKMP:(0):found peer pre-shared key matching 23.23.23.3
+ISAKMP:(0): constructed NAT-T vendor-rfc3947 ID
+ISAKMP:(0): constructed NAT-T vendor-07 ID
+ISAKMP:(0): constructed NAT-T vendor-03 ID
+ISAKMP:(0): constructed NAT-T vendor-02 ID
+ISAKMP:(0):Input = IKE_MESG_FROM_IPSEC, IKE_SA_REQ_MM
+ISAKMP:(0):Old State = IKE_READY  New State = IKE_I_MM1{blank}
=
=ISAKMP:(0): beginning Main Mode exchange
+ISAKMP:(0): sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) MM_NO_STATE
+ISAKMP:(0):Sending an IKE IPv4 Packet.
+ISAKMP (0): received packet from 23.23.23.3 dport 500 sport 500 Global (I) MM_NO_STATE
+ISAKMP:(0):Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH
+ISAKMP:(0):Old State = IKE_I_MM1  New State = IKE_I_MM2{blank}
+
=ISAKMP:(0): processing SA payload. message ID = 0
=ISAKMP:(0): processing vendor id payload
+ISAKMP:(0): vendor ID seems Unity/DPD but major 69 mismatch
+ISAKMP (0): vendor ID is NAT-T RFC 3947
=ISAKMP:(0):found peer pre-shared key matching 23.23.23.3
=ISAKMP:(0): local preshared key found
=ISAKMP : Scanning profiles for xauth ...
=ISAKMP:(0):Checking ISAKMP transform 2 against priority 3 policy
=ISAKMP:      encryption 3DES-CBC
=ISAKMP:      hash SHA
=ISAKMP:      default group 2
=ISAKMP:      auth pre-share
=ISAKMP:      life type in seconds
=ISAKMP:      life duration (VPI) of  0x0 0x1 0x51 0x80{blank}
=ISAKMP:(0):Encryption algorithm offered does not match policy!
=ISAKMP:(0):atts are not acceptable. Next payload is 0
=ISAKMP:(0):Checking ISAKMP transform 2 against priority 5 policy
=ISAKMP:      encryption 3DES-CBC
=ISAKMP:      hash SHA
=ISAKMP:      default group 2
=ISAKMP:      auth pre-share
=ISAKMP:      life type in seconds
=ISAKMP:      life duration (VPI) of  0x0 0x1 0x51 0x80{blank}
=ISAKMP:(0):atts are acceptable. Next payload is 0
+ISAKMP:(0):Acceptable atts:actual life: 0
+ISAKMP:(0):Acceptable atts:life: 0
+ISAKMP:(0):Fill atts in sa vpi_length:4
+ISAKMP:(0):Fill atts in sa life_in_seconds:86400
+ISAKMP:(0):Returning Actual lifetime: 86400
+ISAKMP:(0)::Started lifetime timer: 86400.
+
=ISAKMP:(0): processing vendor id payload
+ISAKMP:(0): vendor ID seems Unity/DPD but major 69 mismatch
+ISAKMP (0): vendor ID is NAT-T RFC 3947
=ISAKMP:(0):Input = IKE_MESG_INTERNAL, IKE_PROCESS_MAIN_MODE
=ISAKMP:(0):Old State = IKE_I_MM2  New State = IKE_I_MM2{blank}
=
=ISAKMP:(0): sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) MM_SA_SETUP
+ISAKMP:(0):Sending an IKE IPv4 Packet.
=ISAKMP:(0):Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE
=ISAKMP:(0):Old State = IKE_I_MM2  New State = IKE_I_MM3{blank}
=
=ISAKMP (0): received packet from 23.23.23.3 dport 500 sport 500 Global (I) MM_SA_SETUP
=ISAKMP:(0):Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH
=ISAKMP:(0):Old State = IKE_I_MM3  New State = IKE_I_MM4{blank}
=
=ISAKMP:(0): processing KE payload. message ID = 0
=ISAKMP:(0): processing NONCE payload. message ID = 0
=ISAKMP:(0):found peer pre-shared key matching 23.23.23.3
=ISAKMP:(1001): processing vendor id payload
=ISAKMP:(1001): vendor ID is Unity
=ISAKMP:(1001): processing vendor id payload
+ISAKMP:(1001): vendor ID is DPD
=ISAKMP:(1001): processing vendor id payload
=ISAKMP:(1001): speaking to another IOS box!
=ISAKMP:received payload type 20
+ISAKMP (1001): His hash no match - this node outside NAT
=ISAKMP:received payload type 20
+ISAKMP (1001): No NAT Found for self or peer
=ISAKMP:(1001):Input = IKE_MESG_INTERNAL, IKE_PROCESS_MAIN_MODE
=ISAKMP:(1001):Old State = IKE_I_MM4  New State = IKE_I_MM4{blank}
=
=ISAKMP:(1001):Send initial contact
=ISAKMP:(1001):SA is doing pre-shared key authentication using id type ID_IPV4_ADDR
=ISAKMP (1001): ID payload{blank}
=        next-payload : 8
=        type         : 1{blank}
=        address      : 12.12.12.1{blank}
=        protocol     : 17{blank}
=        port         : 500{blank}
=        length       : 12
=ISAKMP:(1001):Total payload length: 12
=ISAKMP:(1001): sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) MM_KEY_EXCH
+ISAKMP:(1001):Sending an IKE IPv4 Packet.
=ISAKMP:(1001):Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE
=ISAKMP:(1001):Old State = IKE_I_MM4  New State = IKE_I_MM5{blank}
=
=ISAKMP (1001): received packet from 23.23.23.3 dport 500 sport 500 Global (I) MM_KEY_EXCH
=ISAKMP:(1001): processing ID payload. message ID = 0
=ISAKMP (1001): ID payload{blank}
=        next-payload : 8
=        type         : 1{blank}
=        address      : 23.23.23.3{blank}
=        protocol     : 17{blank}
+        port         : 500{blank}
=        length       : 12
=ISAKMP:(0):: peer matches *none* of the profiles
=ISAKMP:(1001): processing HASH payload. message ID = 0
=ISAKMP:(1001):SA authentication status:
=        authenticated
=ISAKMP:(1001):SA has been authenticated with 23.23.23.3
=ISAKMP: Trying to insert a peer 12.12.12.1/23.23.23.3/500/,  and inserted successfully {peer}.
=ISAKMP:(1001):Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH
=ISAKMP:(1001):Old State = IKE_I_MM5  New State = IKE_I_MM6{blank}
=
=ISAKMP:(1001):Input = IKE_MESG_INTERNAL, IKE_PROCESS_MAIN_MODE
=ISAKMP:(1001):Old State = IKE_I_MM6  New State = IKE_I_MM6{blank}
=
=ISAKMP:(1001):Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE
=ISAKMP:(1001):Old State = IKE_I_MM6  New State = IKE_P1_COMPLETE{blank}
=
=ISAKMP:(1001):beginning Quick Mode exchange, M-ID of {mid}
=ISAKMP:(1001):QM Initiator gets spi
=ISAKMP:(1001): sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) QM_IDLE{pad}
+ISAKMP:(1001):Sending an IKE IPv4 Packet.
=ISAKMP:(1001):Node {mid}, Input = IKE_MESG_INTERNAL, IKE_INIT_QM
=ISAKMP:(1001):Old State = IKE_QM_READY  New State = IKE_QM_I_QM1
`

// modern returns the lab's policies in the manner of 15.x with that suite.
func modern(p exchange.ISAKMPProposal) (p1, p3 *exchange.Policy) {
	p1, p3 = iketest.Policies()
	for _, q := range []*exchange.Policy{p1, p3} {
		q.Version = debug.IOS15
		q.Proposals = []exchange.ISAKMPProposal{p}
	}
	return p1, p3
}

var tripleDES = exchange.ISAKMPProposal{
	Priority: 5, Encryption: suite.TripleDES, Hash: suite.SHA, Group: suite.MODP1024, Auth: exchange.PreShared, LifeSeconds: 86400,
}

// phase1 returns the lines of a transcript up to and with the first that ends so.
func phase1(t *testing.T, lines []string, end string) []string {
	t.Helper()
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasSuffix(strings.TrimSpace(l), end) })
	if i < 0 {
		t.Fatalf("no line ends with %q", end)
	}
	return lines[:i+1]
}

func TestInitiatorOf15(t *testing.T) {
	p1, p3 := modern(tripleDES)
	other := tripleDES
	other.Priority, other.Encryption, other.KeyBits = 3, suite.AES, 128
	p1.Proposals = append([]exchange.ISAKMPProposal{other}, p1.Proposals...)
	n := iketest.New(1)
	r1 := n.Add("R1", iketest.Addr1, p1)
	n.Add("R3", iketest.Addr3, p3)
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	var table []string
	for _, l := range strings.Split(strings.Trim(mainMode15, "\n"), "\n") {
		table = append(table, l[1:])
	}
	lines := strings.Split(strings.Join(r1.Lines(debug.FlagISAKMP, debug.FlagNone), "\n"), "\n")
	iketest.Compare(t, strings.Join(table, "\n"), strings.Join(phase1(t, lines, "New State = IKE_QM_I_QM1"), "\n"))
}

// peers is what lines of the published transcript say of its peer, a router of another
// maker that sends vendor IDs of its own and a shorter lifetime.
var peers = regexp.MustCompile(`vendor|payload type 17|port         : 0 |INFO|responder|RESPONDER|restart ike sa|` +
	`IKE_I_MM6  New State = IKE_I_MM6|set new node|deleting node|received packet|authenticated|authentication status|^$`)

// named are the names of a template once it is quoted.
var named = regexp.MustCompile(`\\\{\w+\\\}`)

func TestInitiatorOf15IsTheReference(t *testing.T) {
	text := reftest.Open(t, "debug/04-mm-initiator-15x-p2-rejected-p1-deleted.txt")
	// An early 15.x, whose second prefix still has the VRF, and whose author has joined
	// lines that were indented by a tab.
	text = strings.NewReplacer("77.77.77.77", "23.23.23.3", "122.122.122.122", "12.12.12.1", "(0:9577)", "(1001)", "(9577)", "(1001)",
		"(0:0)", "(0)", "status:\tauthenticated", "status:\n\tauthenticated", "insert sa ", "ISAKMP:(0):insert sa ").Replace(text)
	lines := phase1(t, strings.Split(strings.ReplaceAll(text, "\t", "        "), "\n"), "New State = IKE_QM_I_QM1")
	rest := lines
	var table, found []string
	for _, l := range strings.Split(strings.Trim(mainMode15, "\n"), "\n") {
		if l[0] != '=' {
			continue
		}
		alike := regexp.MustCompile("^" + named.ReplaceAllString(regexp.QuoteMeta(l[1:]), ".*") + "$")
		i := slices.IndexFunc(rest, alike.MatchString)
		if i < 0 {
			t.Fatalf("the transcript does not go on with %q", l[1:])
		}
		for _, skipped := range rest[:i] {
			if !peers.MatchString(skipped) {
				t.Errorf("the table has not %q", skipped)
			}
		}
		table, found, rest = append(table, l[1:]), append(found, rest[i]), rest[i+1:]
	}
	iketest.Compare(t, strings.Join(table, "\n"), strings.Join(found, "\n"))
}

// XE prints the texts of 15.x behind other prefixes, and cuts two lines in two.
var (
	prefix15 = regexp.MustCompile(`^(ISAKMP ?: ?\([0-9]+\):+|ISAKMP ?\([0-9]+\):|ISAKMP ?:) *`)
	prefixXE = regexp.MustCompile(`^(\*Oct [0-9: .]+)?(ISAKMP(-PAK|-ERROR)?: \([0-9]+\):|ISAKMP:) *`)
	numbers  = regexp.MustCompile(`(M-ID of |[Nn]ode |message ID = |spi )-?[0-9]+|(successfully |sa=|delme=|reap for [0-9.]+: |[Ss]truct (0x)?|sa = (0x)?|peer = (0x)?|handle = (0x)?)[0-9A-F]+`)
)

// texts returns lines without what differs from one of the two to the other, and the
// first and last that a transcript has.
func texts(t *testing.T, lines []string, prefix *regexp.Regexp, first, last string) []string {
	t.Helper()
	var list []string
	for _, l := range lines {
		l = strings.TrimSpace(numbers.ReplaceAllString(prefix.ReplaceAllString(l, ""), "#"))
		joined := strings.HasPrefix(l, "pre-shared key auth") || strings.HasPrefix(l, "and inserted")
		switch {
		case l == "":
		case joined:
			list[len(list)-1] = strings.TrimSpace(list[len(list)-1]) + " " + l
		default:
			list = append(list, strings.ReplaceAll(l, ",  and", ", and"))
		}
	}
	i, j := slices.Index(list, first), slices.Index(list, last)
	if i < 0 || j < i {
		t.Fatalf("%q to %q: lines %d to %d", first, last, i, j)
	}
	return list[i : j+1]
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("line %d; ours\n%s\ntheirs\n%s", i, strings.Join(got[min(i, len(got)):min(i+4, len(got))], "\n"),
				strings.Join(want[min(i, len(want)):min(i+4, len(want))], "\n"))
		}
	}
}

// A whole Main Mode of an XE router as initiator, with our addresses: the same texts.
func TestInitiatorOf15SaysWhatXESays(t *testing.T) {
	text := strings.NewReplacer("203.0.113.10", "12.12.12.1", "203.0.113.1", "23.23.23.3").Replace(reftest.Open(t, "debug/06-mm-initiator-nat-t-none-found-iosxe.txt"))
	p1, p3 := modern(exchange.ISAKMPProposal{
		Priority: 10, Encryption: suite.AES, KeyBits: 256, Hash: suite.SHA, Group: suite.MODP2048, Auth: exchange.PreShared, LifeSeconds: 86400,
	})
	n := iketest.New(1)
	r1 := n.Add("R1", iketest.Addr1, p1)
	n.Add("R3", iketest.Addr3, p3)
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	const first, last = "Can not start Aggressive mode, trying Main mode.", "Old State = IKE_P1_COMPLETE  New State = IKE_P1_COMPLETE"
	ours := strings.Split(strings.Join(r1.Lines(debug.FlagISAKMP), "\n"), "\n")
	same(t, texts(t, ours, prefix15, first, last), texts(t, strings.Split(text, "\n"), prefixXE, first, last))
}

// A whole Main Mode of an XE router as responder, its peer behind a NAT.
func TestResponderOf15SaysWhatXESays(t *testing.T) {
	text := strings.NewReplacer("103.1.1.1", "23.23.23.2", "61.128.1.1", "23.23.23.3", "100.64.1.2", "12.12.12.1", "512", "20500", "4501", "24500",
		"matches VPN profile", "matches *none* of the profiles", "xauth ... VPN", "xauth ...").Replace(reftest.Open(t, "debug/02-mm-qm-responder-natt-iosxe.txt"))
	p1, p3 := modern(tripleDES)
	for _, p := range []*exchange.Policy{p1, p3} {
		p.Proposals[0].Priority, p.Proposals[0].LifeSeconds = 10, 6000
	}
	p3.Keys[0].Prefix = netip.PrefixFrom(outside, 32)
	n := iketest.New(1)
	n.Fate = translate
	r1 := n.Add("R1", iketest.Addr1, p1)
	r3 := n.Add("R3", iketest.Addr3, p3)
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	const first, last = "received packet from 23.23.23.2 dport 500 sport 20500 Global (N) NEW SA", "Old State = IKE_P1_COMPLETE  New State = IKE_P1_COMPLETE"
	theirs := texts(t, strings.Split(text, "\n"), prefixXE, first, last)
	theirs = slices.DeleteFunc(theirs, func(l string) bool { return strings.HasPrefix(l, "Found ADDRESS key") }) // of its profile
	ours := texts(t, strings.Split(strings.Join(r3.Lines(debug.FlagISAKMP), "\n"), "\n"), prefix15, first, last)
	ours = slices.DeleteFunc(ours, func(l string) bool { return strings.HasPrefix(l, "Setting UDP ENC") }) // not said by XE
	unity := slices.Index(ours, "vendor ID is Unity")                                                      // its peer has none
	same(t, slices.Delete(ours, unity-1, unity+1), theirs)
}

// An XE router without a key for its peer.
func TestNoKeyOf15SaysWhatXESays(t *testing.T) {
	text := strings.NewReplacer("203.0.113.1", "23.23.23.3").Replace(reftest.Open(t, "debug/09-mm-initiator-no-preshared-key-iosxe.txt"))
	p1, _ := modern(tripleDES)
	p1.Keys = nil
	n := iketest.New(1)
	r1 := n.Add("R1", iketest.Addr1, p1)
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	const first, last = "SA request profile is (NULL)", "Error while processing KMI message 0, error 2."
	ours := strings.Split(strings.Join(r1.Lines(debug.FlagISAKMP), "\n"), "\n")
	same(t, texts(t, ours, prefix15, first, last), texts(t, strings.Split(text, "\n"), prefixXE, first, last))
}
