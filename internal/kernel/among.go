package kernel

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// oneOf is a condition on a value that a set has, or has not: a set without a name
// that goes into the kernel with its rule.
type oneOf struct {
	*expr.Lookup
	ports []uint16
}

// among is the condition that the port which load reads is one of some, or none of them.
func among(word string, load expr.Any, ports []uint16, none bool) rule {
	slices.Sort(ports)
	ports = slices.Compact(ports)
	sign := ""
	if none {
		sign = "!= "
	}
	list := strings.Trim(strings.ReplaceAll(fmt.Sprint(ports), " ", ", "), "[]")
	return rule{fmt.Sprintf("%s %s{ %s }", word, sign, list), []expr.Any{load, oneOf{&expr.Lookup{SourceRegister: 1, Invert: none}, ports}}}
}

// lastSet numbers the sets without a name; a rule finds its own by the number, within the
// transaction that makes both.
var lastSet atomic.Uint32

const anonymous = "__set%d" // the kernel replaces it by a name

// withSets are the messages that make the sets of a rule, and its expressions with their numbers.
func withSets(table string, exprs []expr.Any) (messages []byte, out []expr.Any) {
	isSet := func(e expr.Any) bool { _, ok := e.(oneOf); return ok }
	if !slices.ContainsFunc(exprs, isSet) {
		return nil, exprs
	}
	out = slices.Clone(exprs)
	for i, e := range out {
		o, ok := e.(oneOf)
		if !ok {
			continue
		}
		id := lastSet.Add(1) | 1<<31 // unlike those of maps
		out[i] = &expr.Lookup{SourceRegister: 1, Invert: o.Invert, SetName: anonymous, SetID: id}

		b := named0(put(unix.NFT_MSG_NEWSET, unix.NLM_F_CREATE), unix.NFTA_SET_TABLE, table)
		b = named0(b, unix.NFTA_SET_NAME, anonymous)
		b = attribute(b, unix.NFTA_SET_ID, be32(id))
		b = attribute(b, unix.NFTA_SET_FLAGS, be32(unix.NFT_SET_ANONYMOUS|unix.NFT_SET_CONSTANT))
		b = attribute(b, unix.NFTA_SET_KEY_TYPE, be32(nftables.TypeInetService.GetNFTMagic()))
		b = attribute(b, unix.NFTA_SET_KEY_LEN, be32(2))
		messages = append(messages, sized(b)...)

		b = named0(put(unix.NFT_MSG_NEWSETELEM, unix.NLM_F_CREATE), unix.NFTA_SET_ELEM_LIST_TABLE, table)
		b = named0(b, unix.NFTA_SET_ELEM_LIST_SET, anonymous)
		b = attribute(b, unix.NFTA_SET_ELEM_LIST_SET_ID, be32(id))
		messages = append(messages, sized(nest(b, unix.NFTA_SET_ELEM_LIST_ELEMENTS, func(b []byte) []byte {
			for _, p := range o.ports {
				b = nest(b, unix.NFTA_LIST_ELEM, func(b []byte) []byte {
					return nest(b, unix.NFTA_SET_ELEM_KEY, func(b []byte) []byte { return attribute(b, unix.NFTA_DATA_VALUE, be16(p)) })
				})
			}
			return b
		}))...)
	}
	return messages, out
}
