package kernel

import (
	"fmt"
	"net/netip"

	"conft/internal/acl"

	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// An ICMP error quotes the packet that it is about. One that has come through a tunnel must
// not be read in clear on the way back, so such an error leaves by the link of a crypto map
// only where its own addresses are to be protected; this router's and those of routers
// behind it are treated alike. Only "fragmentation needed" of this router itself, without which
// connections hang, may go by an address that the entry names, so that it is protected; then it
// comes from inside, where IOS has it come from outside and be lost.

const (
	icmpHeaderLen = 8
	quotedSource  = "@th,160,32"
	quotedDest    = "@th,192,32"
	quotedPorts   = icmpHeaderLen + ipHeaderLen
)

// quoting leads the ICMP errors that are about to leave by a link in clear to a chain.
func quoting(to string) (out []rule) {
	for _, types := range [][2]uint8{{3, 5}, {11, 12}} {
		is := rule{fmt.Sprintf("icmp type %d-%d", types[0], types[1]), []expr.Any{
			&expr.Payload{Base: expr.PayloadBaseTransportHeader, Len: 1, DestRegister: 1},
			&expr.Range{Op: expr.CmpOpEq, Register: 1, FromData: types[:1], ToData: types[1:]}}}
		out = append(out, join(protocol(1), is, verdict(expr.VerdictJump, to)))
	}
	return out
}

// endOfError matches what may be the end of an ICMP error in fragments, of which only the
// first has the quoted header. An error has at most 576 octets (RFC 1812, section 4.3.2.3), so
// where longer messages are cut it goes whole.
func endOfError() rule {
	const cut = (576 - ipHeaderLen) / 8
	return join(protocol(1), laterFragment(true), rule{fmt.Sprintf("ip frag-off & 0x1fff < %d", cut), []expr.Any{
		&expr.Payload{Base: expr.PayloadBaseNetworkHeader, Offset: 6, Len: 2, DestRegister: 1},
		mask(be16(0x1fff)),
		&expr.Cmp{Op: expr.CmpOpLt, Register: 1, Data: be16(cut)},
	}})
}

// unsaid is where those end that quote what an entry protects.
func unsaid(l CryptoLink) chain { return chain{name: "unsaid." + l.Link, rules: []rule{blocked()}} }

// quotedRules are entry e as packets of the other direction meet it that are quoted. More
// than addresses, protocol and ports need not be quoted, nor be where it is looked for: a
// permit does without, a deny that asks for more matches nothing.
func quotedRules(l CryptoLink, _ Selector, e acl.Entry) []rule {
	e = mirror(e)
	addresses := join(octet("@th,136,8", icmpHeaderLen+9, e.Protocol),
		addrIn(quotedSource, expr.PayloadBaseTransportHeader, icmpHeaderLen+sourceAt, e.Src),
		addrIn(quotedDest, expr.PayloadBaseTransportHeader, icmpHeaderLen+destinationAt, e.Dst))
	transport := e.SrcPort.Op != acl.PortAny || e.DstPort.Op != acl.PortAny
	short := rule{}
	if transport {
		short = masked("@th,64,8", expr.PayloadBaseTransportHeader, icmpHeaderLen, 0x0f, expr.CmpOpEq, ipHeaderLen/4)
	}
	all := join(addresses, short, portsIn("@th,224,16", quotedPorts, e.SrcPort), portsIn("@th,240,16", quotedPorts+2, e.DstPort))
	if e.Action == acl.Deny {
		if bits, _ := e.Service.Octet(); bits != 0 || e.TCP.Op != acl.FlagsNone || e.ICMP.Op != acl.ICMPAny || e.Fragments {
			return nil
		}
		return []rule{join(all, verdict(expr.VerdictReturn))}
	}
	then := verdict(expr.VerdictGoto, unsaid(l).name)
	rules := []rule{join(all, then)}
	// e is mirrored: what is quoted was for e.Dst, and the answer comes from there.
	if own, ok := l.within(e.Dst); ok && (e.Protocol == acl.ProtoIP || e.Protocol == 1 && e.ICMP.Op == acl.ICMPAny) && !e.Fragments {
		bits, _ := e.Service.Octet()
		if bits == 0 && !transport {
			needed := message(acl.ICMP{Op: acl.ICMPCode, Type: icmpUnreachable, Code: codeFragNeeded})
			rules = append([]rule{join(needed, fromRouter(), addresses, sourceSet(own), verdict(expr.VerdictGoto, divertChain(l)))}, rules...)
		}
	}
	if transport {
		options := masked("@th,64,8", expr.PayloadBaseTransportHeader, icmpHeaderLen, 0x0f, expr.CmpOpNeq, ipHeaderLen/4)
		rules = append(rules, join(addresses, options, then))
	}
	return rules
}

// octet is a condition on the protocol at that offset behind the IPv4 header.
func octet(word string, offset uint32, p uint8) rule {
	if p == acl.ProtoIP {
		return rule{}
	}
	return compare(fmt.Sprintf("%s %d", word, p),
		&expr.Payload{Base: expr.PayloadBaseTransportHeader, Offset: offset, Len: 1, DestRegister: 1}, expr.CmpOpEq, []byte{p})
}

// within is the first of the router's addresses that are covered.
func (l *CryptoLink) within(a acl.Addr) (netip.Addr, bool) {
	for _, own := range l.own {
		if a.Match(acl.Word(own)) {
			return own, true
		}
	}
	return netip.Addr{}, false
}

// fromRouter matches packets from one of the router's own addresses.
func fromRouter() rule {
	return rule{"fib saddr type local", []expr.Any{
		&expr.Fib{Register: 1, FlagSADDR: true, ResultADDRTYPE: true},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: binaryutil.NativeEndian.PutUint32(unix.RTN_LOCAL)},
	}}
}

// sourceSet writes another source address, and the checksum of the IPv4 header.
func sourceSet(a netip.Addr) rule {
	return rule{"ip saddr set " + a.String(), []expr.Any{
		&expr.Immediate{Register: 1, Data: a.AsSlice()},
		&expr.Payload{OperationType: expr.PayloadWrite, SourceRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: sourceAt, Len: 4,
			CsumType: expr.CsumTypeInet, CsumOffset: 10},
	}}
}

// addresses are those of the links.
func (d *Desired) addresses() (all []netip.Addr) {
	for _, l := range d.Links {
		for _, p := range l.Addrs {
			all = append(all, p.Addr())
		}
	}
	return all
}
