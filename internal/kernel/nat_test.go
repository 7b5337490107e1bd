package kernel

import (
	"net/netip"
	"strings"
	"testing"

	"conft/internal/acl"
	"conft/internal/packet"
)

var timeouts = NATTimeouts{Any: 86400, TCP: 86400, FinRst: 60, Syn: 60, UDP: 300, ICMP: 60}

// translating is the classic router with every kind of translation.
func translating() Desired {
	p, a := netip.MustParsePrefix, netip.MustParseAddr
	tunnel := acl.Entry{Action: acl.Deny, Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")}
	rest := acl.Entry{Src: network("10.1.1.0/24"), Dst: acl.Any}
	d := classic()
	d.NAT = NAT{
		Inside: []string{"lan0"}, Outside: []string{"wan0"}, Timeouts: timeouts,
		Static: []NATStatic{
			{Protocol: 6, Local: p("10.1.1.8/32"), LocalPort: 80, Global: p("12.12.12.1/32"), GlobalPort: 8080},
			{Local: p("10.1.1.7/32"), Global: p("12.12.12.7/32")},
			{Local: p("10.2.0.0/24"), Global: p("99.0.0.0/24")},
			{Outside: true, Local: p("10.1.1.200/32"), Global: p("50.0.0.1/32")},
		},
		Dynamic: []NATDynamic{
			{Name: "map R", First: a("12.12.12.1"), Last: a("12.12.12.1"), Own: true, Clauses: []NATClause{
				{Match: true, Lists: []NATList{{"110", []acl.Entry{{Src: network("10.1.1.66/32"), Dst: acl.Any}}}}},
				{Permit: true, Match: true, Out: []string{"wan0"}, Lists: []NATList{{"102", []acl.Entry{{Remark: "not the tunnel"}, tunnel, rest}}}},
			}},
			{Name: "list 103", First: a("12.12.12.100"), Last: a("12.12.12.105"), Clauses: []NATClause{
				{Permit: true, Match: true, Lists: []NATList{{"103", []acl.Entry{{Protocol: 1, Src: network("10.1.1.66/32"), Dst: acl.Any}}}}}}},
			{Name: "list 104", Clauses: []NATClause{{Permit: true}}}, // an interface without address
		},
	}
	return d
}

func TestApplyNAT(t *testing.T) {
	m := newMachine(LinkState{Name: "wan0", Up: true}, LinkState{Name: "lan0", Up: true})
	for _, name := range []string{"timestamp", "icmp_timeout", "tcp_timeout_established", "udp_timeout"} {
		m.sysctl["net/netfilter/nf_conntrack_"+name] = "0"
	}
	golden(t, "nat", m.apply(translating()))
	if again := m.apply(translating()); again != "" {
		t.Errorf("applied twice:\n%s", again)
	}
	traced := translating()
	traced.NAT.Trace = true
	if text := m.apply(traced); strings.Contains(text, "conntrack") || !strings.Contains(text, "log group") {
		t.Errorf("debugging ends connections, or shows none:\n%s", text)
	}
	golden(t, "nat-undone", m.apply(Desired{}))
}

// What the router sends from inside is translated like what comes from there. A static
// translation with a route map: from outside it is that of its host always, towards
// outside for what the route map selects.
func TestStaticWithRouteMap(t *testing.T) {
	host, global := netip.MustParsePrefix("10.1.1.9/32"), netip.MustParsePrefix("12.12.12.9/32")
	d := classic()
	d.NAT = NAT{
		Inside: []string{"lan0"}, Outside: []string{"wan0"}, Own: []netip.Addr{netip.MustParseAddr("10.1.1.1")},
		Static: []NATStatic{{Protocol: 6, Local: host, LocalPort: 80, Global: global, GlobalPort: 8080, Inward: true}},
		Mapped: []NATDynamic{{Name: "static R", Host: NATHost{6, host, 80, 8080}, First: global.Addr(), Last: global.Addr(), Clauses: []NATClause{
			{Match: true, Lists: []NATList{{"VPN", []acl.Entry{{Src: acl.Any, Dst: network("20.1.1.0/24")}}}}},
			{Permit: true},
		}}},
	}
	text := natRules(&d).String()
	for _, want := range []string{
		"ip saddr 10.1.1.9 th sport 80 jump nat.static.R\n",
		"ct mark set ct mark | 0x40000000 snat to 12.12.12.9:8080\n",
		"ip saddr 10.1.1.1 goto nat.inside\n",
		"ip daddr 12.12.12.9 th dport 8080 ct mark set ct mark | 0xc0000000 dnat to 10.1.1.9:80\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no rule %s", want)
		}
	}
	if n := strings.Count(text, "snat"); n != 1 {
		t.Errorf("%d rules give the source an address", n)
	}
	for _, c := range []struct {
		src, dst string
		port     uint16
		want     bool
	}{{"10.1.1.9", "8.8.8.8", 80, true}, {"10.1.1.9", "20.1.1.1", 80, false}, {"10.1.1.9", "8.8.8.8", 81, false}, {"10.1.1.8", "8.8.8.8", 80, false}} {
		end := func(addr string, port uint16) netip.AddrPort {
			return netip.AddrPortFrom(netip.MustParseAddr(addr), port)
		}
		f := &flow{orig: tuple{6, end(c.src, c.port), end(c.dst, 1024)}}
		f.reply = tuple{6, f.orig.dst, f.orig.src}
		if got := d.NAT.stale(f, nil); got != c.want {
			t.Errorf("%+v: begins anew %v", c, got)
		}
	}
	if list := d.aliases(); len(list) != 1 {
		t.Errorf("aliases %v", list)
	}
}

// An alias goes with its link, and comes with it.
func TestAliasesFollowTheLink(t *testing.T) {
	m := newMachine(LinkState{Name: "wan0", Up: true}, LinkState{Name: "lan0", Up: true})
	m.apply(translating())
	m.aliases = nil
	var added []string
	for line := range strings.Lines(m.apply(translating())) {
		added = append(added, strings.TrimSpace(line))
	}
	want := []string{
		"ip route append local 12.12.12.7/32 dev wan0 proto 207 table local",
		"ip route append local 10.1.1.200/32 dev lan0 proto 207 table local",
		"ip route append local 12.12.12.100/30 dev wan0 proto 207 table local",
		"ip route append local 12.12.12.104/31 dev wan0 proto 207 table local",
	}
	if strings.Join(added, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q", added)
	}
}

func TestSpan(t *testing.T) {
	for _, c := range []struct{ first, last, want string }{
		{"10.0.0.1", "10.0.0.1", "10.0.0.1/32"},
		{"10.0.0.1", "10.0.0.6", "10.0.0.1/32 10.0.0.2/31 10.0.0.4/31 10.0.0.6/32"},
		{"10.0.0.0", "10.0.1.255", "10.0.0.0/23"},
		{"0.0.0.0", "255.255.255.255", "0.0.0.0/0"},
		{"255.255.255.254", "255.255.255.255", "255.255.255.254/31"},
		{"10.0.0.2", "10.0.0.1", ""},
	} {
		var got []string
		for _, p := range span(netip.MustParseAddr(c.first), netip.MustParseAddr(c.last)) {
			got = append(got, p.String())
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s to %s: %s, want %s", c.first, c.last, s, c.want)
		}
	}
}

// What a change of the rules ends, and what goes on.
func TestStaleFlows(t *testing.T) {
	d := translating()
	flowOf := func(protocol uint8, src, dst, replySrc, replyDst string, mark uint32) *flow {
		ap := netip.MustParseAddrPort
		f := &flow{orig: tuple{protocol, ap(src), ap(dst)}, reply: tuple{protocol, ap(replySrc), ap(replyDst)}, mark: mark}
		if src != replyDst {
			f.status |= statusSourceNAT
		}
		return f
	}
	for _, c := range []struct {
		name string
		flow *flow
		want bool
	}{
		{"overloaded", flowOf(6, "10.1.1.2:5000", "8.8.8.8:53", "8.8.8.8:53", "12.12.12.1:5000", markNAT), false},
		{"to an address of before", flowOf(6, "10.1.1.2:5000", "8.8.8.8:53", "8.8.8.8:53", "12.12.12.9:5000", markNAT), true},
		{"from outside to a port", flowOf(6, "8.8.8.8:5000", "12.12.12.1:8080", "10.1.1.8:80", "8.8.8.8:5000", markNAT|markInward), false},
		{"from outside to an address of before", flowOf(6, "8.8.8.8:5000", "12.12.12.9:8080", "10.1.1.8:80", "8.8.8.8:5000", markNAT|markInward), true},
		{"to an outside host by its inside address", flowOf(17, "10.1.1.2:7", "10.1.1.200:9", "50.0.0.1:9", "12.12.12.1:7", markNAT), false},
		{"begun before, of the pool", flowOf(6, "10.1.1.2:5000", "8.8.8.8:53", "8.8.8.8:53", "10.1.1.2:5000", 0), true},
		{"begun before, exempt", flowOf(6, "10.1.1.2:5000", "20.1.1.2:53", "20.1.1.2:53", "10.1.1.2:5000", 0), false},
		{"begun before, to a static address", flowOf(1, "8.8.8.8:5", "12.12.12.7:5", "12.12.12.7:5", "8.8.8.8:5", 0), true},
		{"of someone else", flowOf(6, "10.1.1.2:5000", "8.8.8.8:53", "8.8.8.8:53", "12.12.12.9:5000", 0), false},
		{"of none of the lists", flowOf(6, "10.9.1.2:5000", "8.8.8.8:53", "8.8.8.8:53", "10.9.1.2:5000", 0), false},
	} {
		if got := d.NAT.stale(c.flow, nil); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

// The clauses of a route map decide in turn, as the rules do.
func TestDynamicSelects(t *testing.T) {
	d := translating()
	m := &d.NAT.Dynamic[0]
	for _, c := range []struct {
		src, dst string
		want     bool
	}{
		{"10.1.1.2", "8.8.8.8", true},
		{"10.1.1.2", "20.1.1.2", false},
		{"10.1.1.66", "8.8.8.8", false},
		{"10.2.1.2", "8.8.8.8", false},
	} {
		p := packet.Parsed{Protocol: 17, Src: acl.Word(netip.MustParseAddr(c.src)), Dst: acl.Word(netip.MustParseAddr(c.dst))}
		if got := m.selects(&p); got != c.want {
			t.Errorf("%s to %s: %t", c.src, c.dst, got)
		}
	}
}

// FuzzDecodeFlow: no message makes the decoder panic or yields half a connection.
func FuzzDecodeFlow(f *testing.F) {
	f.Add([]byte("\x34\x00\x01\x80\x14\x00\x01\x80\x08\x00\x01\x00\x0a\x01\x01\x02\x08\x00\x02\x00\x08\x08\x08\x08\x1c\x00\x02\x80\x05\x00\x01\x00\x11\x00\x00\x00\x06\x00\x02\x00\x13\x88\x00\x00\x06\x00\x03\x00\x00\x35\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := decodeFlow(b); err == nil && (!got.orig.src.IsValid() || !got.reply.dst.IsValid()) {
			t.Errorf("%+v", got)
		}
	})
}

// Packets as they leave: UDP and echo of a host to the outside, and an error about the
// former, which goes back to the host.
var (
	udpSeed   = []byte("\x45\x00\x00\x54\x12\x34\x40\x00\x40\x11\x00\x00\x0c\x0c\x0c\x01\x08\x08\x08\x08\x13\x88\x00\x35\x00\x40\x00\x00")
	echoSeed  = []byte("\x45\x00\x00\x54\x12\x34\x40\x00\x40\x01\x00\x00\x0c\x0c\x0c\x01\x08\x08\x08\x08\x08\x00\x00\x00\x02\x01\x00\x01")
	errorSeed = []byte("\x45\x00\x00\x38\x00\x01\x00\x00\x40\x01\x00\x00\x0c\x0c\x0c\x02\x0a\x01\x01\x02\x0b\x00\x00\x00\x00\x00\x00\x00" +
		"\x45\x00\x00\x54\x12\x34\x40\x00\x01\x11\x00\x00\x0a\x01\x01\x02\x08\x08\x08\x08\x13\x88\x00\x35\x00\x40\x00\x00")
)

// What the answer to a packet looks like, by which its connection is found; of an error it
// is what it quotes.
func TestBackOf(t *testing.T) {
	for _, c := range []struct {
		packet   []byte
		src, dst string
		kind     uint8
	}{
		{udpSeed, "8.8.8.8:53", "12.12.12.1:5000", 0},
		{echoSeed, "8.8.8.8:513", "12.12.12.1:513", 0},
		{errorSeed, "10.1.1.2:5000", "8.8.8.8:53", 0},
	} {
		back, kind, ok := backOf(c.packet)
		if !ok || back.src.String() != c.src || back.dst.String() != c.dst || kind != c.kind {
			t.Errorf("%v, type %d, want %s to %s, type %d", back, kind, c.src, c.dst, c.kind)
		}
	}
}

// FuzzBackOf: whatever a packet's first octets are, the answer's direction is read out
// of them or they are refused.
func FuzzBackOf(f *testing.F) {
	for _, seed := range [][]byte{udpSeed, echoSeed, errorSeed} {
		f.Add(seed)
	}
	f.Add([]byte("\x4f\x00\x00\x54\x12\x34\x40\x00\x40\x01\x00\x00\x0c\x0c\x0c\x01\x08\x08\x08\x08\x08\x00\x00\x35"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < headerLen {
			return
		}
		if back, _, ok := backOf(b); ok && (!back.src.IsValid() || !back.dst.IsValid()) {
			t.Errorf("%v", back)
		}
	})
}

// While translations are debugged each packet that a pool has no address for is shown; the
// sender is told in any case.
func TestPoolWithoutAddress(t *testing.T) {
	a := netip.MustParseAddr
	d := classic()
	d.NAT = NAT{Inside: []string{"lan0"}, Outside: []string{"wan0"}, Timeouts: timeouts, Dynamic: []NATDynamic{
		{Name: "list 7", Pool: "P", First: a("12.12.12.9"), Last: a("12.12.12.9"), Clauses: []NATClause{{Permit: true}}}}}
	shown := `log prefix "unassigned list 7"`
	for _, trace := range []bool{false, true} {
		d.NAT.Trace = trace
		text := natRules(&d).String()
		if !strings.Contains(text, `log prefix "!1" `) {
			t.Errorf("nobody is told:\n%s", text)
		}
		if strings.Contains(text, shown) != trace {
			t.Errorf("debugging %t:\n%s", trace, text)
		}
	}
}
