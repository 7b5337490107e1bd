package dataplane

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"conft/internal/acl"
	"conft/internal/packet"
)

// The plaintext MTU is what fits, to the octet: one more does not.
func TestDFPacketTooBigIsAnsweredWithTheMTU(t *testing.T) {
	for _, s := range suites {
		for _, udp := range []bool{false, true} {
			inNet(t, func(t *testing.T, n *testNet) {
				n.suite, n.udp = s, udp
				in1, _ := n.up(t)
				path, mtu := n.r1.MTU(in1)
				if path != 1500 {
					t.Errorf("path MTU %d, want that of the link", path)
				}
				big := testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.TCP, dport: 80, df: true, size: mtu + 1}
				fits := big
				fits.size = mtu
				n.r1.send(fits, big)
				wantPackets(t, n.r3, fits)
				wantDrops(t, n.r1, map[string]uint64{"output DF set and too big": 1})
				outer, sock := 20, n.r1.esp
				if udp {
					outer, sock = 28, n.r1.udp
				}
				if got := len(sock.sent[0].Buf) + outer; got > 1500 || got <= 1500-16 {
					t.Errorf("%s: outer packet of %d octets, want the most that 1500 carry", s.name, got)
				}

				got := n.r1.received()
				if len(got) != 1 {
					t.Fatalf("%d ICMP messages, want one", len(got))
				}
				m := got[0]
				if packet.Checksum(m[:20]) != 0 || packet.Checksum(m[20:]) != 0 {
					t.Error("checksums of the ICMP message are wrong")
				}
				var p packet.Parsed
				if err := p.Decode(m); err != nil {
					t.Fatal(err)
				}
				if p.Src != acl.Word(addr1) || p.Dst != 0x0a010101 || p.ICMPType != 3 || p.ICMPCode != 4 {
					t.Errorf("message %+v, want fragmentation needed from the link to the sender", p)
				}
				if told := int(binary.BigEndian.Uint16(m[26:])); told != mtu {
					t.Errorf("told an MTU of %d, want %d", told, mtu)
				}
				if !bytes.HasPrefix(big.bytes(), m[28:]) || len(m) != 576 {
					t.Errorf("message of %d octets quotes %x", len(m), m[28:48])
				}
			})
		}
	}
}

// A host is told by the address that the router has on its side; the router itself, by way
// of its own outside address, as it takes nothing from the address that it sent from.
func TestWhoTellsTheMTU(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		n.up(t)
		n.r1.mu.Lock()
		n.r1.inside = netip.MustParseAddr("10.1.1.254")
		n.r1.mu.Unlock()
		for src, from := range map[string]string{"10.1.1.1": "10.1.1.254", "10.1.1.254": addr1.String()} {
			n.r1.send(testPacket{src: src, dst: "20.1.1.1", protocol: packet.UDP, df: true, size: 1500})
			got := n.r1.received()
			var p packet.Parsed
			if len(got) != 1 || p.Decode(got[0]) != nil || p.Src != acl.Word(netip.MustParseAddr(from)) || p.Dst != acl.Word(netip.MustParseAddr(src)) {
				t.Errorf("%s hears %x, want it from %s", src, got, from)
			}
		}
		n.r1.mu.Lock()
		n.r1.quiet = true
		n.r1.mu.Unlock()
		n.r1.send(testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.UDP, df: true, size: 1500})
		if got := n.r1.received(); len(got) != 0 {
			t.Errorf("a quiet link: %x", got)
		}
	})
}

func TestICMPErrorsAreFewAndNeverAboutErrors(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		n.up(t)
		big := testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.UDP, df: true, size: 1500}
		batch := make([]testPacket, 100)
		for i := range batch {
			batch[i] = big
		}
		n.r1.send(batch...)
		if got := len(n.r1.received()); got != icmpBurst {
			t.Errorf("%d messages for 100 packets at once, want %d", got, icmpBurst)
		}
		time.Sleep(time.Second)
		unreachable := big
		unreachable.protocol = packet.ICMP
		b := unreachable.bytes()
		b[20] = 3
		n.r1.tun.in <- [][]byte{b}
		synctest.Wait()
		if got := len(n.r1.received()); got != 0 {
			t.Errorf("%d messages about an ICMP error, want none", got)
		}
		n.r1.send(unreachable)
		if got := len(n.r1.received()); got != 1 {
			t.Errorf("%d messages about an echo request, want one", got)
		}
	})
}

// reassemble joins the fragments of one datagram that came in any order.
func reassemble(t *testing.T, frags [][]byte) []byte {
	t.Helper()
	var whole []byte
	filled, last := 0, 0
	for _, f := range frags {
		var p packet.Parsed
		if err := p.Decode(f); err != nil {
			t.Fatal(err)
		}
		if packet.Checksum(f[:p.HeaderLen]) != 0 {
			t.Error("header checksum of a fragment is wrong")
		}
		end := p.FragmentOffset + p.Len - p.HeaderLen
		if whole == nil {
			whole = make([]byte, 20+65536)
		}
		if p.FragmentOffset == 0 {
			copy(whole, f[:20])
		}
		filled += copy(whole[20+p.FragmentOffset:], f[p.HeaderLen:p.Len])
		if !p.MF {
			last = end
		}
	}
	if filled != last {
		t.Fatalf("fragments have %d octets of %d", filled, last)
	}
	binary.BigEndian.PutUint16(whole[6:], 0)
	return setTotal(whole, 20+last)
}

func TestPacketWithoutDFIsFragmentedBeforeEncryption(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		in1, _ := n.up(t, func(a, b *SA) { a.PathMTU, b.PathMTU = 600, 600 })
		_, mtu := n.r1.MTU(in1)
		big := testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.UDP, sport: 1, dport: 2, size: 1500}
		n.r1.send(ping, big, ping)
		got := n.r3.received()
		if len(got) != 5 {
			t.Fatalf("%d packets, want two and three fragments; drops %v", len(got), n.r1.dropped())
		}
		for _, f := range got[1:4] {
			if len(f) > mtu {
				t.Errorf("fragment of %d octets, MTU %d", len(f), mtu)
			}
		}
		if !bytes.Equal(reassemble(t, got[1:4]), big.bytes()) {
			t.Error("the fragments are not the packet")
		}
		for _, d := range n.r1.esp.sent {
			if len(d.Buf)+20 > 600 {
				t.Errorf("outer packet of %d octets on a path of 600", len(d.Buf)+20)
			}
		}
	})
}

// inFragments cuts a packet as the kernel does for a link of 1500 octets.
func inFragments(t *testing.T, whole []byte) (all [][]byte) {
	t.Helper()
	const step = 1480
	var p packet.Parsed
	if err := p.Decode(whole); err != nil {
		t.Fatal(err)
	}
	for from := 0; from < p.Len-p.HeaderLen; from += step {
		all = append(all, p.AppendFragment(nil, whole, from, min(from+step, p.Len-p.HeaderLen)))
	}
	return all
}

// A datagram selected by its port passes in fragments, the later of which have
// no ports: the kernel fragments after it chose, and this router may again.
func TestFragmentsOfAPortSelectedDatagram(t *testing.T) {
	entry := acl.Entry{Protocol: packet.UDP, Src: lan1, Dst: lan3, DstPort: acl.Ports{Op: acl.PortEq, Low: 53}}
	inNet(t, func(t *testing.T, n *testNet) {
		n.policy(&acl.List{Entries: []acl.Entry{entry}})
		n.connect(t, 10, entry.Selector())
		whole := testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.UDP, sport: 99, dport: 53, size: 4000}.bytes()
		n.r1.tun.in <- inFragments(t, whole)
		synctest.Wait()
		got := n.r3.received()
		if len(got) != 5 {
			t.Fatalf("%d fragments arrived, want 5: two of 1500 became two each; drops %v %v", len(got), n.r1.dropped(), n.r3.dropped())
		}
		if !bytes.Equal(reassemble(t, got), whole) {
			t.Error("the fragments are not the datagram")
		}
	})
}

// With after-encryption a datagram selected by its port goes in one ESP packet, however the
// kernel has cut it: peers refuse fragments that have no ports on such an SA (RFC 4301, section
// 7). What is selected without ports goes as it came.
func TestPortSelectedDatagramIsWholeAfterEncryption(t *testing.T) {
	byPort := acl.Entry{Protocol: packet.UDP, Src: lan1, Dst: lan3, DstPort: acl.Ports{Op: acl.PortEq, Low: 53}}
	any := acl.Entry{Protocol: packet.UDP, Src: lan1, Dst: lan3}
	for _, c := range []struct {
		name  string
		entry acl.Entry
		after bool
		want  int // packets that arrive
		cut   int // fragments of ESP
	}{
		{"by port", byPort, true, 1, 3},
		{"by port, before encryption", byPort, false, 5, 0},
		{"any port", any, true, 3, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			inWhole(t, func(t *testing.T, n *testNet, w1 *wholeSocket) {
				n.policy(&acl.List{Entries: []acl.Entry{c.entry}})
				l := Link{Interface: outside, Local: addr1, MTU: 1500, FragmentAfter: c.after, Entries: n.r1.policy[outside].Entries}
				n.r1.SetPolicy(&Policy{Links: []Link{l}})
				n.connect(t, 10, c.entry.Selector())
				whole := testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.UDP, sport: 99, dport: 53, size: 4000}.bytes()
				fragments := inFragments(t, whole)
				n.r1.tun.in <- fragments
				synctest.Wait()
				got := n.r3.received()
				if len(got) != c.want || len(w1.sizes) != c.cut {
					t.Fatalf("%d arrived, want %d, in fragments of %v; drops %v %v", len(got), c.want, w1.sizes, n.r1.dropped(), n.r3.dropped())
				}
				if joined := reassemble(t, got); !bytes.Equal(joined, whole) {
					t.Error("what arrived is not the datagram")
				}
				// One of which a fragment is missing is lost, and counted.
				n.r1.tun.in <- [][]byte{fragments[0], fragments[2]}
				synctest.Wait()
				if got := n.r1.dropped()["output fragments incomplete"]; got != uint64(map[bool]int{true: 1}[c.want == 1]) {
					t.Errorf("%d dropped as incomplete", got)
				}
			})
		})
	}
}

// The later fragments of a datagram go where the first went, even if an entry
// for some port might claim them, for they have none.
func TestFragmentsFollowTheFirst(t *testing.T) {
	web := acl.Entry{Protocol: packet.UDP, Src: lan1, Dst: lan3, DstPort: acl.Ports{Op: acl.PortEq, Low: 80}}
	rest := acl.Entry{Src: lan1, Dst: lan3}
	inNet(t, func(t *testing.T, n *testNet) {
		n.policy(&acl.List{Entries: []acl.Entry{web}}, &acl.List{Entries: []acl.Entry{rest}})
		n.connect(t, 20, rest.Selector())
		whole := testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.UDP, sport: 99, dport: 53, size: 2000}.bytes()
		var p packet.Parsed
		if err := p.Decode(whole); err != nil {
			t.Fatal(err)
		}
		first, second := p.AppendFragment(nil, whole, 0, 1200), p.AppendFragment(nil, whole, 1200, 1980)
		n.r1.tun.in <- [][]byte{first, second}
		synctest.Wait()
		if got := n.r3.received(); !bytes.Equal(reassemble(t, got), whole) {
			t.Errorf("%d fragments arrived; drops %v", len(got), n.r1.dropped())
		}
		if len(n.r1.asked) != 0 {
			t.Errorf("asked for %v", n.r1.asked)
		}
		// With the first unknown, what might be of the port is protected as such.
		second[5]++
		n.r1.tun.in <- [][]byte{second}
		synctest.Wait()
		if len(n.r1.asked) != 1 || n.r1.asked[0].Flow.Seq != 10 {
			t.Errorf("asked for %v, want entry 10", n.r1.asked)
		}
	})
}

func TestMTUFollowsTheLink(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		in1, _ := n.up(t)
		_, before := n.r1.MTU(in1)
		n.r1.SetPolicy(&Policy{Links: []Link{{Interface: outside, Local: addr1, MTU: 1400}}})
		if path, after := n.r1.MTU(in1); path != 1400 || after != before-100 {
			t.Errorf("MTU %d and %d, want 1400 and %d", path, after, before-100)
		}
	})
}

func TestPathTooNarrowForAnything(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		n.up(t, func(a, _ *SA) { a.PathMTU = 40 })
		df := ping
		df.df = true
		n.r1.send(ping, df)
		wantDrops(t, n.r1, map[string]uint64{"output cannot fragment": 1, "output DF set and too big": 1})
		if got := n.r1.received(); len(got) != 0 {
			t.Errorf("told an MTU below the least: %x", got)
		}
	})
}

func TestFragmentBuffersAreBounded(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		n.up(t, func(a, _ *SA) { a.PathMTU = 128 })
		big := testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.UDP, size: 1500}
		batch := make([]testPacket, 128)
		for i := range batch {
			batch[i] = big
		}
		n.r1.send(batch...)
		if got := n.r1.dropped()["output cannot fragment"]; got == 0 || got == 128 {
			t.Errorf("%d of 128 packets refused, want those beyond the bound", got)
		}
		n.r3.received()
		n.r1.send(big)
		if got := n.r3.received(); !bytes.Equal(reassemble(t, got), big.bytes()) {
			t.Error("the buffers of the batch before are not free again")
		}
	})
}
