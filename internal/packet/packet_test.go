package packet

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"testing"
)

// An echo request of iputils, as it stood on the wire.
const echoRequest = "4500005412344000400114880a010101140101010800" +
	"f7ff00010001" + "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" +
	"202122232425262728292a2b2c2d2e2f3031323334353637"

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func header(protocol uint8, frag uint16, options []byte, payload []byte) []byte {
	hl := 20 + len(options)
	b := append(make([]byte, 20), options...)
	b = append(b, payload...)
	b[0], b[8], b[9] = 0x40|byte(hl/4), 64, protocol
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	binary.BigEndian.PutUint16(b[6:], frag)
	copy(b[12:], []byte{10, 1, 1, 1, 20, 1, 1, 1})
	binary.BigEndian.PutUint16(b[10:], Checksum(b[:hl]))
	return b
}

func TestDecode(t *testing.T) {
	base := Parsed{Src: 0x0a010101, Dst: 0x14010101, HeaderLen: 20}
	with := func(f func(*Parsed)) Parsed { p := base; f(&p); return p }
	for _, c := range []struct {
		name string
		in   []byte
		want Parsed
	}{
		{"echo", unhex(t, echoRequest), with(func(p *Parsed) {
			p.Protocol, p.Len, p.ID, p.DF, p.ICMPType, p.HasICMP = ICMP, 84, 0x1234, true, 8, true
		})},
		{"tcp", header(TCP, 0, nil, []byte{0x04, 0, 0, 80, 9}), with(func(p *Parsed) {
			p.Protocol, p.Len, p.SrcPort, p.DstPort, p.HasPorts = TCP, 25, 1024, 80, true
		})},
		{"udp with options and padding", append(header(UDP, 0, []byte{1, 1, 1, 0}, []byte{0, 53, 0, 99}), 0, 0), with(func(p *Parsed) {
			p.Protocol, p.Len, p.HeaderLen, p.SrcPort, p.DstPort, p.HasPorts = UDP, 28, 24, 53, 99, true
		})},
		{"first fragment", header(UDP, 0x2000, nil, []byte{0, 53, 0, 99, 0, 0, 0, 0}), with(func(p *Parsed) {
			p.Protocol, p.Len, p.MF, p.SrcPort, p.DstPort, p.HasPorts = UDP, 28, true, 53, 99, true
		})},
		{"last fragment", header(UDP, 185, nil, []byte{0, 53, 0, 99}), with(func(p *Parsed) {
			p.Protocol, p.Len, p.FragmentOffset = UDP, 24, 1480
		})},
		{"ports cut short", header(TCP, 0, nil, []byte{0, 53, 0}), with(func(p *Parsed) {
			p.Protocol, p.Len = TCP, 23
		})},
		{"flags", header(TCP, 0, nil, []byte{0, 53, 0, 99, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x12}), with(func(p *Parsed) {
			p.Protocol, p.Len, p.SrcPort, p.DstPort, p.HasPorts, p.TCPFlags, p.HasFlags = TCP, 34, 53, 99, true, 0x12, true
		})},
		{"gre", header(47, 0, nil, []byte{0, 0, 8, 0}), with(func(p *Parsed) {
			p.Protocol, p.Len = 47, 24
		})},
	} {
		var p Parsed
		if err := p.Decode(c.in); err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if p != c.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.name, p, c.want)
		}
		if got, want := p.Fragment(), p.MF || p.FragmentOffset > 0; got != want {
			t.Errorf("%s: fragment %v", c.name, got)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := unhex(t, echoRequest)
	change := func(at int, v byte) []byte { b := bytes.Clone(good); b[at] = v; return b }
	for _, c := range []struct {
		name string
		in   []byte
		want error
	}{
		{"nothing", nil, ErrShort},
		{"19 octets", good[:19], ErrShort},
		{"IPv6", change(0, 0x60), ErrNotIPv4},
		{"header of 16", change(0, 0x44), ErrShort},
		{"total below header", change(3, 19), ErrShort},
		{"total beyond packet", change(3, 85), ErrBadTotal},
		{"options beyond total", append(change(0, 0x4f)[:20:20], make([]byte, 20)...), ErrBadTotal},
		{"ping of death", header(ICMP, 0x1fff, nil, make([]byte, 8)), ErrTooLong},
	} {
		if err := new(Parsed).Decode(c.in); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestChecksum(t *testing.T) {
	// The example of RFC 1071, section 3: the sum is ddf2.
	if got := Checksum([]byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}); got != ^uint16(0xddf2) {
		t.Errorf("checksum %04x, want %04x", got, ^uint16(0xddf2))
	}
	for n := range 12 {
		b := bytes.Repeat([]byte{0xff}, n)
		var sum uint32
		for i := 0; i < n; i += 2 {
			w := uint32(b[i]) << 8
			if i+1 < n {
				w |= uint32(b[i+1])
			}
			sum += w
			sum = sum>>16 + sum&0xffff
		}
		if got := Checksum(b); got != ^uint16(sum) {
			t.Errorf("%d octets: %04x, want %04x", n, got, ^uint16(sum))
		}
	}
}

func TestFragments(t *testing.T) {
	// Record route is not copied, loose source route is (RFC 791, section 3.1).
	options := []byte{7, 7, 4, 0, 0, 0, 0, 0x83, 3, 4, 1, 0}
	payload := make([]byte, 1000)
	for i := range payload {
		payload[i] = byte(i)
	}
	// As a fragment of a larger datagram, more to follow.
	pkt := header(UDP, 0x2000|10, options, payload)
	var p Parsed
	if err := p.Decode(pkt); err != nil {
		t.Fatal(err)
	}
	step := p.FragmentPayload(500)
	if step != 464 {
		t.Fatalf("%d octets in a fragment of 500, want 464", step)
	}
	var frags [][]byte
	for from := step; from < len(payload); from += step {
		frags = append(frags, p.AppendFragment(nil, pkt, from, min(from+step, len(payload))))
	}
	frags = append([][]byte{p.TruncateFragment(pkt, step)}, frags...)
	var got []byte
	for i, f := range frags {
		var q Parsed
		if err := q.Decode(f); err != nil {
			t.Fatal(err)
		}
		if q.FragmentOffset != 80+len(got) || !q.MF || q.Len != len(f) || q.HeaderLen != 32 || Checksum(f[:32]) != 0 {
			t.Errorf("fragment %d: %+v", i, q)
		}
		want := options
		if i > 0 {
			want = []byte{1, 1, 1, 1, 1, 1, 1, 0x83, 3, 4, 1, 0}
		}
		if !bytes.Equal(f[20:32], want) {
			t.Errorf("fragment %d has options %x, want %x", i, f[20:32], want)
		}
		got = append(got, f[32:]...)
	}
	if !bytes.Equal(got, payload) {
		t.Error("the fragments do not carry the payload")
	}
}

func TestFragmentPayloadOfNothing(t *testing.T) {
	p := Parsed{HeaderLen: 20}
	for mtu, want := range map[int]int{0: 0, 20: 0, 27: 0, 28: 8, 1500: 1480} {
		if got := p.FragmentPayload(mtu); got != want {
			t.Errorf("MTU %d: %d, want %d", mtu, got, want)
		}
	}
}

func TestMayAnswer(t *testing.T) {
	for _, c := range []struct {
		name string
		p    Parsed
		want bool
	}{
		{"tcp", Parsed{Src: 0x0a000001, Dst: 0x14000001, Protocol: TCP}, true},
		{"echo", Parsed{Src: 0x0a000001, Dst: 0x14000001, Protocol: ICMP, HasICMP: true, ICMPType: 8}, true},
		{"unreachable", Parsed{Src: 0x0a000001, Dst: 0x14000001, Protocol: ICMP, HasICMP: true, ICMPType: 3}, false},
		{"time exceeded", Parsed{Src: 0x0a000001, Dst: 0x14000001, Protocol: ICMP, HasICMP: true, ICMPType: 11}, false},
		{"ICMP cut short", Parsed{Src: 0x0a000001, Dst: 0x14000001, Protocol: ICMP}, false},
		{"later fragment", Parsed{Src: 0x0a000001, Dst: 0x14000001, Protocol: UDP, FragmentOffset: 8}, false},
		{"to a group", Parsed{Src: 0x0a000001, Dst: 0xe0000001, Protocol: UDP}, false},
		{"to all", Parsed{Src: 0x0a000001, Dst: 0xffffffff, Protocol: UDP}, false},
		{"from nobody", Parsed{Src: 0, Dst: 0x14000001, Protocol: UDP}, false},
		{"from loopback", Parsed{Src: 0x7f000001, Dst: 0x14000001, Protocol: UDP}, false},
	} {
		if got := c.p.MayAnswer(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	pkt := unhex(t, echoRequest)
	var p Parsed
	dst := make([]byte, 0, 1500)
	if n := testing.AllocsPerRun(100, func() {
		if p.Decode(pkt) != nil {
			t.Fatal("not decoded")
		}
		p.AppendFragmentationNeeded(dst, 1, pkt, 1400)
		p.AppendFragment(dst, pkt, 8, 64)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(unhex(f, echoRequest))
	f.Add(header(TCP, 0, nil, []byte{4, 0, 0, 80}))
	f.Add(header(UDP, 0x2000, []byte{7, 7, 4, 0, 0, 0, 0, 0}, make([]byte, 64)))
	f.Add(header(UDP, 0x1fff, []byte{0x83, 200, 1, 0}, make([]byte, 8)))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p Parsed
		if p.Decode(b) != nil {
			return
		}
		if p.HeaderLen < HeaderLen || p.HeaderLen > p.Len || p.Len > len(b) {
			t.Fatalf("lengths %d and %d of %d octets", p.HeaderLen, p.Len, len(b))
		}
		if p.MayAnswer() {
			m := p.AppendFragmentationNeeded(nil, 1, b, 1400)
			var q Parsed
			if err := q.Decode(m); err != nil || q.Dst != p.Src || Checksum(m[HeaderLen:]) != 0 {
				t.Fatalf("message %x: %v", m, err)
			}
		}
		pkt := bytes.Clone(b[:p.Len])
		size := p.Len - p.HeaderLen
		step := p.FragmentPayload(p.HeaderLen + size/2)
		if step == 0 {
			return
		}
		second := p.AppendFragment(nil, pkt, step, size)
		first := p.TruncateFragment(pkt, step)
		var q, r Parsed
		if q.Decode(first) != nil || r.Decode(second) != nil {
			t.Fatal("a fragment does not decode")
		}
		if !q.MF || r.MF != p.MF || r.FragmentOffset != p.FragmentOffset+step || q.Len-q.HeaderLen+r.Len-r.HeaderLen != size {
			t.Fatalf("fragments %+v and %+v of %+v", q, r, p)
		}
	})
}
