package kernel

import (
	"slices"

	"conft/internal/acl"

	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// needsWhole reports whether there are conditions on more than each fragment tells, or may be.
func (d *Desired) needsWhole() bool {
	return d.NAT.on() || len(d.Filters) > 0 || slices.ContainsFunc(d.Crypto, func(l CryptoLink) bool {
		return slices.ContainsFunc(l.Selectors, func(s Selector) bool {
			return s.In != nil || s.Out != nil || slices.ContainsFunc(s.Rules, func(e acl.Entry) bool {
				return e.Transport() || e.Fragments
			})
		})
	})
}

// whole is a chain that nothing leads to. Being there its rule keeps defragmentation on:
// conditions on ports need whole packets. tproxy asks for no more than that; where the
// kernel has it not, the state of connections does, and every packet is tracked.
func whole(m manner) chain {
	c := chain{name: "whole"}
	if m.tracked {
		c.rules = []rule{tracked()}
	} else {
		c.rules = []rule{tproxy()}
	}
	return c
}

func tproxy() rule {
	return rule{"meta l4proto tcp tproxy to :1", []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{unix.IPPROTO_TCP}},
		&expr.Immediate{Register: 1, Data: be16(1)},
		&expr.TProxy{Family: unix.NFPROTO_IPV4, RegPort: 1},
	}}
}

func tracked() rule {
	const established = 1 << 1 // NF_CT_STATE_BIT(IP_CT_ESTABLISHED)
	return rule{"ct state established", []expr.Any{
		&expr.Ct{Key: expr.CtKeySTATE, Register: 1},
		mask(binaryutil.NativeEndian.PutUint32(established)),
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: make([]byte, 4)},
	}}
}
