package kernel

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"

	"conft/internal/acl"

	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// rule is one nftables rule: as nft would have it typed, and as the kernel does.
type rule struct {
	text  string
	exprs []expr.Any
}

// and returns r with another condition or statement.
func (r rule) and(s rule) rule {
	if r.text != "" && s.text != "" {
		r.text += " "
	}
	return rule{r.text + s.text, append(append([]expr.Any(nil), r.exprs...), s.exprs...)}
}

func join(parts ...rule) (r rule) {
	for _, p := range parts {
		r = r.and(p)
	}
	return r
}

func compare(text string, load expr.Any, op expr.CmpOp, data []byte) rule {
	return rule{text, []expr.Any{load, &expr.Cmp{Op: op, Register: 1, Data: data}}}
}

// linkName compares the whole name: nft pads it to IFNAMSIZ.
func linkName(key expr.MetaKey, name string) rule {
	word := map[expr.MetaKey]string{expr.MetaKeyIIFNAME: "iifname", expr.MetaKeyOIFNAME: "oifname"}[key]
	b := make([]byte, unix.IFNAMSIZ)
	copy(b, name)
	return compare(fmt.Sprintf("%s %q", word, name), &expr.Meta{Key: key, Register: 1}, expr.CmpOpEq, b)
}

func outIndex(index int) rule { return linkIndex("oif", expr.MetaKeyOIF, index) }

func linkIndex(word string, key expr.MetaKey, index int) rule {
	return compare(fmt.Sprintf("%s %d", word, index), &expr.Meta{Key: key, Register: 1},
		expr.CmpOpEq, binaryutil.NativeEndian.PutUint32(uint32(index)))
}

// outBy leads what leaves by a link to a chain, inBy what arrives by it. The number, where it is
// known, is for a device that is renamed, the name for one that comes in its place: both are
// the link until the engine hears of it.
func outBy(link string, index int, to string) (rules []rule) {
	if index != 0 {
		rules = append(rules, join(outIndex(index), verdict(expr.VerdictGoto, to)))
	}
	return append(rules, join(linkName(expr.MetaKeyOIFNAME, link), verdict(expr.VerdictGoto, to)))
}

func inBy(link string, index int, to string) (rules []rule) {
	if index != 0 {
		rules = append(rules, join(linkIndex("iif", expr.MetaKeyIIF, index), verdict(expr.VerdictGoto, to)))
	}
	return append(rules, join(linkName(expr.MetaKeyIIFNAME, link), verdict(expr.VerdictGoto, to)))
}

func markHas(bit uint32) rule {
	return rule{fmt.Sprintf("meta mark & %#08x != 0", bit), []expr.Any{
		&expr.Meta{Key: expr.MetaKeyMARK, Register: 1},
		mask(binaryutil.NativeEndian.PutUint32(bit)),
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: make([]byte, 4)},
	}}
}

// markSet keeps the other bits of the mark, which may be the user's.
func markSet(bit uint32) rule {
	return rule{fmt.Sprintf("meta mark set meta mark | %#08x", bit), []expr.Any{
		&expr.Meta{Key: expr.MetaKeyMARK, Register: 1},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4,
			Mask: binaryutil.NativeEndian.PutUint32(^bit), Xor: binaryutil.NativeEndian.PutUint32(bit)},
		&expr.Meta{Key: expr.MetaKeyMARK, SourceRegister: true, Register: 1},
	}}
}

func markClear(bit uint32) rule {
	return rule{fmt.Sprintf("meta mark set meta mark & %#08x", ^bit), []expr.Any{
		&expr.Meta{Key: expr.MetaKeyMARK, Register: 1},
		mask(binaryutil.NativeEndian.PutUint32(^bit)),
		&expr.Meta{Key: expr.MetaKeyMARK, SourceRegister: true, Register: 1},
	}}
}

func mask(m []byte) *expr.Bitwise {
	return &expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: uint32(len(m)), Mask: m, Xor: make([]byte, len(m))}
}

func protocol(p uint8) rule {
	if p == acl.ProtoIP {
		return rule{}
	}
	name, ok := map[uint8]string{1: "icmp", 6: "tcp", 17: "udp", 47: "gre", 50: "esp", 51: "ah"}[p]
	if !ok {
		name = fmt.Sprint(p)
	}
	return compare("ip protocol "+name, protocolField(), expr.CmpOpEq, []byte{p})
}

func notTCP() rule {
	return compare("ip protocol != tcp", protocolField(), expr.CmpOpNeq, []byte{unix.IPPROTO_TCP})
}

// protocolField is what meta l4proto is for IPv4, at a third of the time: the kernel loads
// fields of headers without a call.
func protocolField() *expr.Payload {
	return &expr.Payload{Base: expr.PayloadBaseNetworkHeader, Offset: 9, Len: 1, DestRegister: 1}
}

// The offsets of the addresses in the IPv4 header.
const sourceAt, destinationAt = 12, 16

// addr is a condition on the address at that offset of the IPv4 header.
func addr(word string, offset uint32, a acl.Addr) rule {
	return addrIn("ip "+word, expr.PayloadBaseNetworkHeader, offset, a)
}

func addrIn(word string, base expr.PayloadBase, offset uint32, a acl.Addr) rule {
	if a.Wildcard == ^uint32(0) {
		return rule{}
	}
	load := &expr.Payload{Base: base, Offset: offset, Len: 4, DestRegister: 1}
	care := ^a.Wildcard
	eq := &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: be32(a.Base & care)}
	text := fmt.Sprintf("%s & %s == %s", word, dotted(care), dotted(a.Base&care))
	switch {
	case a.Wildcard == 0:
		return rule{fmt.Sprintf("%s %s", word, dotted(a.Base)), []expr.Any{load, eq}}
	case a.Wildcard == 0xffff: // two octets are compared without a mask
		load.Len, eq.Data = 2, eq.Data[:2]
		return rule{fmt.Sprintf("%s %s/16", word, dotted(a.Base&care)), []expr.Any{load, eq}}
	case a.Wildcard&(a.Wildcard+1) == 0: // an ordinary network
		text = fmt.Sprintf("%s %s/%d", word, dotted(a.Base&care), bits.OnesCount32(care))
	}
	return rule{text, []expr.Any{load, mask(be32(care)), eq}}
}

// ports is a condition on the port at that offset of the transport header.
func ports(word string, offset uint32, p acl.Ports) rule { return portsIn("th "+word, offset, p) }

func portsIn(word string, offset uint32, p acl.Ports) rule {
	load := &expr.Payload{Base: expr.PayloadBaseTransportHeader, Offset: offset, Len: 2, DestRegister: 1}
	cmp := func(sign string, op expr.CmpOp) rule {
		return compare(fmt.Sprintf("%s %s%d", word, sign, p.Low), load, op, be16(p.Low))
	}
	if p.More > 0 {
		return among(word, load, p.List(), p.Op == acl.PortNeq)
	}
	switch p.Op {
	case acl.PortEq:
		return cmp("", expr.CmpOpEq)
	case acl.PortNeq:
		return cmp("!= ", expr.CmpOpNeq)
	case acl.PortLt:
		return cmp("< ", expr.CmpOpLt)
	case acl.PortGt:
		return cmp("> ", expr.CmpOpGt)
	case acl.PortRange:
		return rule{fmt.Sprintf("%s %d-%d", word, p.Low, p.High), []expr.Any{load,
			&expr.Range{Op: expr.CmpOpEq, Register: 1, FromData: be16(p.Low), ToData: be16(p.High)}}}
	}
	return rule{}
}

// entry is the condition of an access list entry.
func entry(e acl.Entry) rule {
	return join(protocol(e.Protocol), addr("saddr", sourceAt, e.Src), addr("daddr", destinationAt, e.Dst),
		ports("sport", 0, e.SrcPort), ports("dport", 2, e.DstPort), flags(e.TCP), message(e.ICMP),
		service(e.Service), laterFragment(e.Fragments))
}

// mirror is e as the packets of the other direction meet it.
func mirror(e acl.Entry) acl.Entry {
	e.Src, e.Dst = e.Dst, e.Src
	e.SrcPort, e.DstPort = e.DstPort, e.SrcPort
	return e
}

// toRouter matches packets to one of the router's own addresses.
func toRouter() rule {
	return rule{"fib daddr type local", []expr.Any{
		&expr.Fib{Register: 1, FlagDADDR: true, ResultADDRTYPE: true},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: binaryutil.NativeEndian.PutUint32(unix.RTN_LOCAL)},
	}}
}

func counter() rule { return rule{"counter", []expr.Any{&expr.Counter{}}} }
func notrack() rule { return rule{"notrack", []expr.Any{&expr.Notrack{}}} }

func verdict(kind expr.VerdictKind, chain ...string) rule {
	v := &expr.Verdict{Kind: kind, Chain: strings.Join(chain, "")}
	word := map[expr.VerdictKind]string{expr.VerdictAccept: "accept", expr.VerdictDrop: "drop",
		expr.VerdictReturn: "return", expr.VerdictJump: "jump ", expr.VerdictGoto: "goto "}[kind]
	return rule{word + v.Chain, []expr.Any{v}}
}

func be16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
func be32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

func dotted(v uint32) string {
	return acl.IPv4(v).String()
}
