package kernel

import (
	"fmt"

	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// hookClamp is where the kernel itself mangles: before NAT of the source and before
// crypto ACLs, after decryption.
const hookClamp = -150

// clampMSS returns the chain that lowers the segment size which hosts on both sides of a
// link announce to each other. Decrypted packets arrive by the TUN of a link.
func clampMSS(d *Desired) ruleset {
	c := chain{name: "mss", hook: "forward", priority: hookClamp}
	for _, l := range d.Links {
		if l.MSS == 0 {
			continue
		}
		clamp := maxSegment(uint16(l.MSS))
		c.rules = append(c.rules,
			join(linkName(expr.MetaKeyIIFNAME, l.Name), clamp),
			join(linkName(expr.MetaKeyOIFNAME, l.Name), clamp))
		for _, x := range d.Crypto {
			if x.Link == l.Name {
				c.rules = append(c.rules, join(linkName(expr.MetaKeyIIFNAME, x.TUN), clamp))
			}
		}
	}
	if c.rules == nil {
		return nil
	}
	return ruleset{c}
}

// maxSegment lowers the maximum segment size in a SYN to n (RFC 9293, section 3.7.1).
func maxSegment(n uint16) rule {
	const option, at, size = 2, 2, 2
	load := &expr.Exthdr{Op: expr.ExthdrOpTcpopt, Type: option, Offset: at, Len: size, DestRegister: 1}
	return rule{fmt.Sprintf("tcp flags & syn != 0 tcp option maxseg size > %d tcp option maxseg size set %[1]d", n), []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{unix.IPPROTO_TCP}},
		&expr.Payload{Base: expr.PayloadBaseTransportHeader, Offset: 13, Len: 1, DestRegister: 1},
		mask([]byte{2}),
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: []byte{0}},
		load,
		&expr.Cmp{Op: expr.CmpOpGt, Register: 1, Data: be16(n)},
		&expr.Immediate{Register: 1, Data: be16(n)},
		&expr.Exthdr{Op: expr.ExthdrOpTcpopt, Type: option, Offset: at, Len: size, SourceRegister: 1},
	}}
}
