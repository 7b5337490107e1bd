package kernel

import (
	"fmt"

	"conft/internal/acl"

	"github.com/google/nftables/expr"
)

// engineSends matches what the engine sends of that kind.
func engineSends(kind rule) rule { return join(markHas(markEngine), kind) }

// espInUDP matches ESP in UDP: the four octets behind the UDP header are not the zeros
// that IKE has there (RFC 3948, section 2.2), and not the end of a keepalive.
func espInUDP() rule {
	port := ports("sport", 0, acl.Ports{Op: acl.PortEq, Low: 4500})
	return join(protocol(17), port, rule{"@th,64,32 != 0", []expr.Any{
		&expr.Payload{Base: expr.PayloadBaseTransportHeader, Offset: 8, Len: 4, DestRegister: 1},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: make([]byte, 4)},
	}})
}

// flags is a condition on the flags of a TCP segment.
func flags(f acl.Flags) rule {
	bits, op, want := f.On|f.Off, expr.CmpOpEq, f.On
	switch f.Op {
	case acl.FlagsNone:
		return rule{}
	case acl.Established:
		bits, op, want = f.On|acl.FlagACK|acl.FlagRST, expr.CmpOpNeq, 0
	case acl.FlagsWords:
		op, want = expr.CmpOpNeq, 0
	case acl.FlagsAny: // not all the other way round
		op, want = expr.CmpOpNeq, f.Off
	}
	return masked("tcp flags", expr.PayloadBaseTransportHeader, 13, bits, op, want)
}

// masked compares some bits of one octet.
func masked(word string, base expr.PayloadBase, offset uint32, bits uint8, op expr.CmpOp, want uint8) rule {
	sign := map[expr.CmpOp]string{expr.CmpOpEq: "==", expr.CmpOpNeq: "!="}[op]
	return rule{fmt.Sprintf("%s & %#02x %s %#02x", word, bits, sign, want), []expr.Any{
		&expr.Payload{Base: base, Offset: offset, Len: 1, DestRegister: 1},
		mask([]byte{bits}),
		&expr.Cmp{Op: op, Register: 1, Data: []byte{want}},
	}}
}

// message is a condition on the type, or type and code, of an ICMP message.
func message(c acl.ICMP) rule {
	load := &expr.Payload{Base: expr.PayloadBaseTransportHeader, Len: 1, DestRegister: 1}
	switch c.Op {
	case acl.ICMPType:
		return compare(fmt.Sprintf("icmp type %d", c.Type), load, expr.CmpOpEq, []byte{c.Type})
	case acl.ICMPCode:
		load.Len = 2
		return compare(fmt.Sprintf("icmp type %d icmp code %d", c.Type, c.Code), load, expr.CmpOpEq, []byte{c.Type, c.Code})
	}
	return rule{}
}

func service(s acl.Service) rule {
	bits, want := s.Octet()
	if bits == 0 {
		return rule{}
	}
	return masked("@nh,8,8", expr.PayloadBaseNetworkHeader, 1, bits, expr.CmpOpEq, want)
}

// laterFragment matches fragments other than the first.
func laterFragment(on bool) rule {
	if !on {
		return rule{}
	}
	return rule{"ip frag-off & 0x1fff != 0", []expr.Any{
		&expr.Payload{Base: expr.PayloadBaseNetworkHeader, Offset: 6, Len: 2, DestRegister: 1},
		mask(be16(0x1fff)),
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: make([]byte, 2)},
	}}
}
