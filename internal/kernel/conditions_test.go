package kernel

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"conft/internal/acl"
	"conft/internal/packet"

	"github.com/google/nftables/expr"
)

// holds evaluates a rule's conditions on a packet as the kernel does (nft_payload.c,
// nft_cmp.c, nft_bitwise.c, nft_range.c): what lies beyond the packet, or in the
// transport header of a later fragment, matches nothing.
func holds(t *testing.T, r rule, b []byte) bool {
	t.Helper()
	hl := int(b[0]&15) * 4
	var reg []byte
	for _, e := range r.exprs {
		switch e := e.(type) {
		case *expr.Meta:
			if e.Key != expr.MetaKeyL4PROTO {
				t.Fatalf("no %v here", e.Key)
			}
			reg = b[9:10]
		case *expr.Payload:
			at := int(e.Offset)
			if e.Base == expr.PayloadBaseTransportHeader {
				if binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
					return false
				}
				at += hl
			}
			if at+int(e.Len) > len(b) {
				return false
			}
			reg = b[at : at+int(e.Len)]
		case *expr.Bitwise:
			masked := make([]byte, len(reg))
			for i := range reg {
				masked[i] = reg[i]&e.Mask[i] ^ e.Xor[i]
			}
			reg = masked
		case *expr.Range:
			if bytes.Compare(reg, e.FromData) < 0 || bytes.Compare(reg, e.ToData) > 0 {
				return false
			}
		case oneOf:
			if slices.Contains(e.ports, binary.BigEndian.Uint16(reg)) == e.Invert {
				return false
			}
		case *expr.Cmp:
			n := bytes.Compare(reg, e.Data)
			if ok := map[expr.CmpOp]bool{expr.CmpOpEq: n == 0, expr.CmpOpNeq: n != 0, expr.CmpOpLt: n < 0, expr.CmpOpGt: n > 0}[e.Op]; !ok {
				return false
			}
		default:
			t.Fatalf("no %T here", e)
		}
	}
	return true
}

// The kernel's rules and acl.Entry.Match agree about every packet: what nft diverts is
// what the data plane protects, and what is counted is what a list says.
func TestConditionsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 7))
	matched := 0
	for range 200000 {
		e, b := someEntry(r), somePacket(r)
		var p packet.Parsed
		if err := p.Decode(b); err != nil {
			t.Fatal(err)
		}
		got := false
		for _, c := range conditions(e) {
			got = got || holds(t, c, b)
		}
		want := e.Match(&p)
		if got != want {
			t.Fatalf("%s: the rules say %v, acl says %v of % x", acl.AppendEntry(nil, &e), got, want, b)
		}
		if want {
			matched++
		}
	}
	if matched < 10000 {
		t.Errorf("only %d of the packets match anything", matched)
	}
}

func someEntry(r *rand.Rand) acl.Entry {
	addr := func() acl.Addr {
		return []acl.Addr{acl.Any, acl.Any, acl.Any, acl.Host(0x0a010101), {Base: 0x0a010100, Wildcard: 0xff}, {Base: 0x0a000001, Wildcard: 0x00fffffe}}[r.IntN(6)]
	}
	ports := func() acl.Ports {
		p := acl.Ports{Op: acl.PortOp(r.IntN(6)), Low: uint16(r.IntN(4))}
		if p.Op == acl.PortRange {
			p.High = p.Low + uint16(r.IntN(3))
		}
		if p.Op == acl.PortEq || p.Op == acl.PortNeq {
			p.More = uint8(r.IntN(3))
			for i := range p.Also[:p.More] {
				p.Also[i] = uint16(r.IntN(4))
			}
		}
		return p
	}
	value := func(n int) acl.Value {
		if r.IntN(4) > 0 {
			return 0
		}
		return acl.Value(1 + r.IntN(n))
	}
	e := acl.Entry{Action: acl.Action(r.IntN(2)), Src: addr(), Dst: addr(), Protocol: []uint8{0, 1, 6, 6, 17, 50}[r.IntN(6)]}
	if e.Service.DSCP = value(4); e.Service.DSCP == 0 {
		e.Service.Precedence, e.Service.TOS = value(3), value(3)
	}
	if r.IntN(8) == 0 {
		e.Fragments = true
		return e
	}
	switch e.Protocol {
	case 6:
		e.SrcPort, e.DstPort = ports(), ports()
		e.TCP.Op = acl.FlagsOp(r.IntN(5))
		switch e.TCP.Op {
		case acl.Established:
			e.TCP.On = uint8(r.IntN(64)) & uint8(r.IntN(64))
		case acl.FlagsWords:
			e.TCP.On = uint8(1 + r.IntN(63))
		case acl.FlagsAny, acl.FlagsAll:
			e.TCP.On = uint8(r.IntN(64))
			e.TCP.Off = uint8(1+r.IntN(63)) &^ e.TCP.On
			if e.TCP.On|e.TCP.Off == 0 {
				e.TCP.On = acl.FlagSYN
			}
		}
	case 17:
		e.SrcPort, e.DstPort = ports(), ports()
	case 1:
		e.ICMP = acl.ICMP{Op: acl.ICMPOp(r.IntN(3)), Type: uint8(r.IntN(3)), Code: uint8(r.IntN(3))}
		if e.ICMP.Op < acl.ICMPCode {
			e.ICMP.Code = 0
		}
	}
	return e
}

// somePacket may have options, and may be any fragment, but for a first one that is cut
// short within its transport header.
func somePacket(r *rand.Rand) []byte {
	hl := 20 + 4*r.IntN(2)
	b := make([]byte, hl+20)
	b[0] = 0x40 | byte(hl/4)
	b[1] = byte(r.IntN(256)) & [...]byte{0xff, 0x3f, 0x1e, 0}[r.IntN(4)]
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	switch r.IntN(4) {
	case 0:
		b[6] = 0x20 // first
	case 1:
		b[7] = byte(1 + r.IntN(9))
	}
	b[9] = []byte{1, 6, 6, 17, 50}[r.IntN(5)]
	for _, at := range []int{12, 16} {
		copy(b[at:], []byte{10, 1, 1, byte(r.IntN(3))})
	}
	for i := range b[hl:] {
		b[hl+i] = byte(r.IntN(3)) & byte(i%2*3) // ports of one octet
	}
	if b[9] == 1 {
		b[hl], b[hl+1] = byte(r.IntN(3)), byte(r.IntN(3))
	}
	if b[9] == 6 {
		b[hl+13] = byte(r.IntN(64))
	}
	return b
}

// What the engine sends on port 4500 is ESP but for IKE, behind four zeros, and for
// keepalives of one octet.
func TestESPInUDP(t *testing.T) {
	for _, c := range []struct {
		name    string
		payload []byte
		want    bool
	}{
		{"ESP", []byte{0, 0, 0x12, 0x34, 0, 0, 0, 1}, true},
		{"IKE", []byte{0, 0, 0, 0, 1, 2, 3, 4}, false},
		{"keepalive", []byte{0xff}, false},
	} {
		b := make([]byte, 20, 40)
		b[0], b[9] = 0x45, 17
		b = append(b, 0x11, 0x94, 0x11, 0x94, 0, byte(8+len(c.payload)), 0, 0)
		b = append(b, c.payload...)
		if got := holds(t, espInUDP(), b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
