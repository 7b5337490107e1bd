package kernel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
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

// addSets makes the sets of a rule, and names them in it.
func addSets(c *nftables.Conn, table *nftables.Table, exprs []expr.Any) {
	for _, e := range exprs {
		o, ok := e.(oneOf)
		if !ok {
			continue
		}
		set := &nftables.Set{Table: table, Anonymous: true, Constant: true, KeyType: nftables.TypeInetService}
		var elements []nftables.SetElement
		for _, p := range o.ports {
			elements = append(elements, nftables.SetElement{Key: be16(p)})
		}
		_ = c.AddSet(set, elements) // fails for a set without a type only
		o.SetName, o.SetID = set.Name, set.ID
	}
}
