package dataplane

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"

	"conft/esp"
	"conft/internal/acl"
	"conft/internal/packet"
	"conft/internal/suite"
)

// wholeSocket is a raw socket that sends whole packets, and receives those of protocol 51:
// the wire puts fragments together and gives ESP to the socket that has it.
type wholeSocket struct {
	*fakeSocket
	esp, udp *fakeSocket // the peer's
	sizes    []int
	last     []byte
	frags    [][]byte
	t        testing.TB
}

func (s *wholeSocket) Send(list []Datagram) (int, error) {
	for _, d := range list {
		var p packet.Parsed
		if err := p.Decode(d.Buf); err != nil || packet.Checksum(d.Buf[:p.HeaderLen]) != 0 || p.ID == 0 {
			s.t.Errorf("sent %x, %v", d.Buf, err)
			continue
		}
		s.sizes = append(s.sizes, p.Len)
		pkt := bytes.Clone(d.Buf)
		s.last = pkt
		if p.Fragment() {
			s.frags = append(s.frags, pkt)
			if p.MF {
				continue
			}
			pkt = reassemble(s.t.(*testing.T), s.frags)
			s.frags = nil
		}
		d.Buf = pkt
		payload := pkt[p.HeaderLen:]
		switch p.Protocol {
		case packet.ESP:
			s.esp.in <- Datagram{Buf: payload, Local: d.Remote, Remote: d.Local, TTL: arrivingTTL}
			continue
		case packet.UDP:
			if binary.BigEndian.Uint16(payload) != d.Local.Port() || binary.BigEndian.Uint16(payload[2:]) != d.Remote.Port() || int(binary.BigEndian.Uint16(payload[4:])) != len(payload) || payload[6]|payload[7] != 0 {
				s.t.Errorf("UDP header %x of %d octets", payload[:8], len(payload))
			}
			s.udp.in <- Datagram{Buf: payload[8:], Local: d.Remote, Remote: d.Local, TTL: arrivingTTL}
			continue
		}
		if _, err := s.fakeSocket.Send([]Datagram{d}); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// withWhole gives a network the sockets of whole packets.
func withWhole(t testing.TB) (n *testNet, w1, w3 *wholeSocket) {
	e1, e3 := newFakeSockets()
	u1, u3 := newFakeSockets()
	a1, a3 := newFakeSockets()
	w1, w3 = &wholeSocket{fakeSocket: a1, esp: e3, udp: u3, t: t}, &wholeSocket{fakeSocket: a3, esp: e1, udp: u1, t: t}
	n = &testNet{r1: newRouterWhole(e1, u1, w1), r3: newRouterWhole(e3, u3, w3), suite: suites[2], spi: 0x1000}
	return n, w1, w3
}

// inWhole is inNet with these sockets.
func inWhole(t *testing.T, f func(t *testing.T, n *testNet, w1 *wholeSocket)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n, w1, _ := withWhole(t)
		defer n.close()
		n.policy(&acl.List{Entries: []acl.Entry{{Src: lan1, Dst: lan3}}})
		f(t, n, w1)
	})
}

// forms are all that a transform set can be besides ESP in tunnel mode.
var forms = []struct {
	name      string
	ah        suite.Auth
	esp       *testSuite
	transport bool
	udp       bool
}{
	{"AH", suite.HMACSHA, nil, false, false},
	{"AH, transport", suite.HMACMD5, nil, true, false},
	{"AH and ESP", suite.HMACSHA256, &suites[2], false, false},
	{"AH and ESP, transport", suite.HMACSHA512, &suites[0], true, false},
	{"AH and ESP without authentication", suite.HMACSHA384, &testSuite{"des", suite.ESPDES, 0, suite.AuthNone}, false, false},
	{"ESP, transport", suite.AuthNone, &suites[4], true, false},
	{"ESP, transport in UDP", suite.AuthNone, &suites[0], true, true},
}

var hostPing = testPacket{src: "12.12.12.1", dst: "23.23.23.3", protocol: packet.ICMP}

// form brings up a pair of the i-th form between the routers themselves.
func (n *testNet) form(t testing.TB, i int, change ...func(a, b *SA)) {
	f := forms[i]
	hosts := &acl.List{Entries: []acl.Entry{{Src: acl.Host(acl.Word(addr1)), Dst: acl.Host(acl.Word(addr3))}}}
	n.policy(hosts)
	n.udp = f.udp
	if f.esp != nil {
		n.suite = *f.esp
	}
	n.connect(t, 10, hosts.Entries[0].Selector(), append([]func(a, b *SA){func(a, b *SA) {
		a.Transport, b.Transport = f.transport, f.transport
		if f.ah != suite.AuthNone {
			k1, k3 := bytes.Repeat([]byte{1}, f.ah.KeyLen()), bytes.Repeat([]byte{3}, f.ah.KeyLen())
			a.AH = AH{Auth: f.ah, InSPI: 0x2001, OutSPI: 0x2003, InKey: k1, OutKey: k3, ConnID: 7}
			b.AH = AH{Auth: f.ah, InSPI: 0x2003, OutSPI: 0x2001, InKey: k3, OutKey: k1, ConnID: 7}
		}
		if f.esp == nil {
			a.InKeys, a.OutKeys, b.InKeys, b.OutKeys = esp.Keys{}, esp.Keys{}, esp.Keys{}, esp.Keys{}
			a.InSPI, a.OutSPI, b.InSPI, b.OutSPI = 0x2001, 0x2003, 0x2003, 0x2001
		}
	}}, change...)...)
}

func eachForm(t *testing.T, f func(t *testing.T, n *testNet, i int, w1 *wholeSocket)) {
	t.Helper()
	for i := range forms {
		t.Run(forms[i].name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, w1, _ := withWhole(t)
				defer n.close()
				f(t, n, i, w1)
			})
		})
	}
}

// wantAlike compares what arrives but for what transport mode cannot bring across: without
// AH the header is made anew.
func wantAlike(t *testing.T, n *testNet, i int, want ...testPacket) {
	t.Helper()
	if !forms[i].transport || forms[i].ah != suite.AuthNone {
		wantPackets(t, n.r3, want...)
		return
	}
	got := n.r3.received()
	if len(got) != len(want) {
		t.Fatalf("%d packets arrived, want %d; drops %v", len(got), len(want), n.r3.dropped())
	}
	for j, w := range want {
		var p packet.Parsed
		if err := p.Decode(got[j]); err != nil || packet.Checksum(got[j][:20]) != 0 || p.Protocol != w.protocol {
			t.Errorf("packet %d: %x, %v", j, got[j], err)
		}
		if got[j][8] != arrivingTTL {
			t.Errorf("packet %d arrived with TTL %d, want %d as outside", j, got[j][8], arrivingTTL)
		}
		if b := w.bytes(); !bytes.Equal(got[j][12:], b[12:]) || !bytes.Equal(got[j][2:4], b[2:4]) {
			t.Errorf("packet %d arrived as\n%x, sent\n%x", j, got[j], b)
		}
	}
}

func TestEveryFormCarriesPacketsOfEveryLength(t *testing.T) {
	eachForm(t, func(t *testing.T, n *testNet, i int, _ *wholeSocket) {
		n.form(t, i)
		for size := 28; size < 1380; size += 13 {
			p := hostPing
			p.size = size
			n.r1.send(p)
			wantAlike(t, n, i, p)
		}
		n.r3.send(testPacket{src: "23.23.23.3", dst: "12.12.12.1", protocol: packet.TCP, sport: 23, dport: 99})
		if got := n.r1.received(); len(got) != 1 {
			t.Errorf("%d packets back, want 1; drops %v", len(got), n.r1.dropped())
		}
		wantDrops(t, n.r3, map[string]uint64{})
	})
}

// What the path carries is used up to the last octet, and no packet is longer.
func TestEveryFormFitsThePath(t *testing.T) {
	eachForm(t, func(t *testing.T, n *testNet, i int, w1 *wholeSocket) {
		n.form(t, i)
		var sa *pair
		for s := range n.r1.sad.all() {
			sa = s
		}
		fits := hostPing
		fits.df, fits.size = true, int(sa.plainMTU.Load())
		n.r1.send(fits)
		if got := n.r3.received(); len(got) != 1 {
			t.Fatalf("a packet of %d octets: drops %v", fits.size, n.r1.dropped())
		}
		if forms[i].udp {
			return
		}
		if size := w1.sizes[len(w1.sizes)-1]; size > 1500 || size <= 1500-16 {
			t.Errorf("%d octets on the wire for the longest packet", size)
		}
		fits.size++
		fits.protocol = packet.TCP
		n.r1.send(fits)
		wantDrops(t, n.r1, map[string]uint64{"output DF set and too big": 1})
		told := n.r1.received()
		var p packet.Parsed
		if len(told) != 1 || p.Decode(told[0]) != nil || p.Src != acl.Word(addr3) || p.Dst != acl.Word(addr1) || p.ICMPType != 3 || p.ICMPCode != 4 ||
			int(binary.BigEndian.Uint16(told[0][26:])) != fits.size-1 {
			t.Errorf("the router was told %x", told)
		}
	})
}

// A router on the way may say that a packet was too big, whatever stands outermost in it;
// who quotes another SPI is not believed.
func TestEveryFormLearnsThePathMTU(t *testing.T) {
	eachForm(t, func(t *testing.T, n *testNet, i int, w1 *wholeSocket) {
		if forms[i].udp {
			return
		}
		n.form(t, i)
		p := hostPing
		p.df, p.size = true, 1350
		n.r1.send(p)
		said := packet.TooBig{MTU: 1300, From: netip.MustParseAddr("12.12.12.2"), Src: addr1, Dst: addr3, Protocol: w1.last[9],
			DF: w1.last[6]&0x40 != 0, Len: len(w1.last), Payload: bytes.Clone(w1.last[20:32])}
		wrong := said
		wrong.Payload = bytes.Clone(said.Payload)
		for j := range wrong.Payload {
			wrong.Payload[j] ^= 1
		}
		for s := range n.r1.sad.all() {
			spi := s.InSPI
			n.r1.TooBig(wrong)
			if path, _ := n.r1.MTU(spi); path != 1500 {
				t.Errorf("a forger was believed: %d", path)
			}
			n.r1.TooBig(said)
			if path, _ := n.r1.MTU(spi); path != 1300 {
				t.Errorf("path MTU %d; %v", path, n.r1.dropped())
			}
		}
	})
}

// In transport mode fragments are put together before and made again behind ESP and AH; in
// tunnel mode each is protected by itself.
func TestEveryFormCarriesFragments(t *testing.T) {
	eachForm(t, func(t *testing.T, n *testNet, i int, w1 *wholeSocket) {
		n.form(t, i)
		big := hostPing
		big.size = 4000
		whole := big.bytes()
		fragments := inFragments(t, whole)
		n.r1.tun.in <- fragments
		synctest.Wait()
		got := n.r3.received()
		if !forms[i].transport {
			got = [][]byte{reassemble(t, got)}
		}
		if len(got) != 1 || !bytes.Equal(got[0][20:], whole[20:]) {
			t.Errorf("%d packets arrived; drops %v %v", len(got), n.r1.dropped(), n.r3.dropped())
		}
		if len(w1.sizes) < 3 || slices.Max(w1.sizes) > 1500 {
			t.Errorf("packets of %d octets on the wire", w1.sizes)
		}
		// Half a datagram is never sent.
		n.r1.tun.in <- fragments[1:2]
		n.r1.tun.in <- fragments[2:]
		synctest.Wait()
		if got := n.r3.received(); forms[i].transport && len(got) != 0 {
			t.Errorf("%d packets arrived of a datagram without beginning", len(got))
		}
	})
}

// A copy of a packet is refused, by the outermost protocol.
func TestEveryFormRefusesReplays(t *testing.T) {
	eachForm(t, func(t *testing.T, n *testNet, i int, w1 *wholeSocket) {
		n.form(t, i)
		var sent []Datagram
		keep := func(d Datagram) []Datagram {
			sent = append(sent, Datagram{Buf: bytes.Clone(d.Buf), Local: d.Remote, Remote: d.Local})
			return []Datagram{d}
		}
		to := n.r3.esp
		switch f := forms[i]; {
		case f.ah != suite.AuthNone:
			w1.setTamper(keep)
			to = w1.peer
		case f.udp:
			n.r1.udp.setTamper(keep)
			to = n.r3.udp
		default:
			return // ESP that leaves as a whole packet; its window is that of tunnel mode
		}
		n.r1.send(hostPing)
		wantAlike(t, n, i, hostPing)
		to.in <- sent[0]
		synctest.Wait()
		wantDrops(t, n.r3, map[string]uint64{"input replay": 1})
		if f := forms[i]; f.ah != suite.AuthNone {
			if want := "%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed connection id=7"; len(n.r3.events) != 1 || n.r3.events[0] != want {
				t.Errorf("messages %q", n.r3.events)
			}
		}
	})
}

// "The receive window is updated only if the ICV verification succeeds." RFC 4302, section
// 3.4.3.
func TestForgedAHDoesNotMoveTheWindow(t *testing.T) {
	eachForm(t, func(t *testing.T, n *testNet, i int, w1 *wholeSocket) {
		if forms[i].ah == suite.AuthNone {
			return
		}
		n.form(t, i)
		w1.setTamper(func(d Datagram) []Datagram {
			forged := d
			forged.Buf = bytes.Clone(d.Buf)
			forged.Buf[20+9] = 0xff // a number far ahead
			return []Datagram{forged, d}
		})
		n.r1.send(hostPing, hostPing)
		wantAlike(t, n, i, hostPing, hostPing)
		wantDrops(t, n.r3, map[string]uint64{"input MAC verify failed": 2})
	})
}

// A header of AH whose length is not that of its algorithm, and ESP that is no whole number
// of blocks, are counted as what they are.
func TestImpossibleLength(t *testing.T) {
	want := map[string]uint64{"input bad length": 1}
	eachForm(t, func(t *testing.T, n *testNet, i int, w1 *wholeSocket) {
		if forms[i].ah == suite.AuthNone {
			return
		}
		n.form(t, i)
		w1.setTamper(func(d Datagram) []Datagram { d.Buf[20+1] ^= 8; return []Datagram{d} })
		n.r1.send(hostPing)
		wantAlike(t, n, i)
		wantDrops(t, n.r3, want)
	})
	inNet(t, func(t *testing.T, n *testNet) {
		n.up(t)
		n.r1.esp.setTamper(func(d Datagram) []Datagram { d.Buf = d.Buf[:len(d.Buf)-1]; return []Datagram{d} })
		n.r1.send(ping)
		synctest.Wait()
		wantDrops(t, n.r3, want)
	})
}

func TestReplayDisabled(t *testing.T) {
	eachForm(t, func(t *testing.T, n *testNet, i int, w1 *wholeSocket) {
		if forms[i].ah == suite.AuthNone {
			return
		}
		n.form(t, i, func(a, b *SA) { a.Window, b.Window = esp.NoWindow, esp.NoWindow })
		w1.setTamper(func(d Datagram) []Datagram {
			again := d
			again.Buf = bytes.Clone(d.Buf)
			return []Datagram{d, again}
		})
		n.r1.send(hostPing)
		wantAlike(t, n, i, hostPing, hostPing)
	})
}

// "In addition, the receiver checks the selectors": what AH or transport mode brings must be
// what the SA is for.
func TestEveryFormChecksSelectors(t *testing.T) {
	eachForm(t, func(t *testing.T, n *testNet, i int, _ *wholeSocket) {
		n.form(t, i, func(_, b *SA) {
			b.Flow.Selector.Remote.Protocol, b.Flow.Selector.Local.Protocol = packet.TCP, packet.TCP
		})
		n.r1.send(hostPing)
		wantAlike(t, n, i)
		wantDrops(t, n.r3, map[string]uint64{"input invalid identity": 1})
	})
}

// ESP of a bundle that comes without its AH is not accepted, nor AH without its ESP.
func TestBundleNeedsBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, w1, _ := withWhole(t)
		defer n.close()
		n.form(t, 2)
		w1.setTamper(func(d Datagram) []Datagram {
			hl := 20 + esp.AHLen(suite.HMACSHA256)
			n.r3.esp.in <- Datagram{Buf: bytes.Clone(d.Buf[hl:]), Local: d.Remote, Remote: d.Local}
			return nil
		})
		n.r1.send(hostPing)
		wantAlike(t, n, 2)
		wantDrops(t, n.r3, map[string]uint64{"input wrong encapsulation": 1})
	})
	synctest.Test(t, func(t *testing.T) {
		n, _, _ := withWhole(t)
		defer n.close()
		n.form(t, 2, func(a, _ *SA) { a.InKeys, a.OutKeys = esp.Keys{}, esp.Keys{} })
		n.r1.send(hostPing)
		wantAlike(t, n, 2)
		wantDrops(t, n.r3, map[string]uint64{"input wrong encapsulation": 1})
	})
}

func TestUnknownAH(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, w1, _ := withWhole(t)
		defer n.close()
		n.form(t, 0)
		w1.setTamper(func(d Datagram) []Datagram { d.Buf[20+7] ^= 1; return []Datagram{d} })
		n.r1.send(hostPing)
		wantDrops(t, n.r3, map[string]uint64{"input invalid SPI": 1})
		want := "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=23.23.23.3, prot=51, spi=0x2002(8194), srcaddr=12.12.12.1"
		if !slices.Equal(n.r3.events, []string{want}) {
			t.Errorf("messages %q, want %q", n.r3.events, want)
		}
	})
}

// Behind a NAT the peer computed its checksums for other addresses (RFC 3948, section
// 3.1.2).
func TestTransportThroughNATFixesChecksums(t *testing.T) {
	const i = 6
	for _, protocol := range []uint8{packet.TCP, packet.UDP} {
		synctest.Test(t, func(t *testing.T) {
			n, _, _ := withWhole(t)
			defer n.close()
			inside := netip.MustParseAddr("192.168.0.5")
			n.form(t, i, func(_, b *SA) { b.SentFrom, b.SentTo = inside, addr3 })
			p := testPacket{src: "12.12.12.1", dst: "23.23.23.3", protocol: protocol, size: 61}
			b := p.bytes()
			at := map[uint8]int{packet.TCP: 36, packet.UDP: 26}[protocol]
			from := inside.As4()
			sent := bytes.Clone(b)
			copy(sent[12:], from[:])
			putTransportSum(sent, at)
			copy(sent[12:16], b[12:16]) // as the NAT makes of it
			packet.SetChecksum(sent)
			n.r1.tun.in <- [][]byte{sent}
			synctest.Wait()
			got := n.r3.received()
			if len(got) != 1 {
				t.Fatalf("%d packets arrived; drops %v", len(got), n.r3.dropped())
			}
			want := bytes.Clone(got[0])
			putTransportSum(want, at)
			if !bytes.Equal(got[0], want) {
				t.Errorf("checksum %x, want %x", got[0][at:at+2], want[at:at+2])
			}
		})
	}
}

// putTransportSum computes the checksum of TCP or UDP from the start.
func putTransportSum(ip []byte, at int) {
	ip[at], ip[at+1] = 0, 0
	pseudo := slices.Concat(ip[12:20], []byte{0, ip[9]}, binary.BigEndian.AppendUint16(nil, uint16(len(ip)-20)), ip[20:])
	binary.BigEndian.PutUint16(ip[at:], packet.Checksum(pseudo))
}
