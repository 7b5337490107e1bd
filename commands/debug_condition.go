package commands

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"slices"

	"conft/debug"
	"conft/shell/grammar"
)

// conditionCommands are `debug crypto condition …`, which limits the crypto debug lines to
// those about some peers, and what shows it.
func conditionCommands(r Router) []exec {
	change := func(f func(*debug.Condition, grammar.Args) error) func(context.Context, Terminal, grammar.Args) error {
		return func(_ context.Context, _ Terminal, a grammar.Args) error {
			c := r.Hub().Condition()
			c.Peers = slices.Clone(c.Peers)
			if err := f(&c, a); err != nil {
				return err
			}
			r.Hub().SetCondition(c)
			return nil
		}
	}
	peer := func(a grammar.Args) (netip.Prefix, error) {
		bits := 32
		if a.Has("mask") {
			if !contiguous(a.IP("mask")) {
				return netip.Prefix{}, a.Invalid("mask")
			}
			bits = maskLen(a.IP("mask"))
		}
		return netip.PrefixFrom(a.Addr("address"), bits).Masked(), nil
	}
	add := change(func(c *debug.Condition, a grammar.Args) error {
		p, err := peer(a)
		if err == nil && !slices.Contains(c.Peers, p) {
			c.Peers = append(c.Peers, p)
		}
		return err
	})
	remove := change(func(c *debug.Condition, a grammar.Args) error {
		p, err := peer(a)
		c.Peers = slices.DeleteFunc(c.Peers, func(q netip.Prefix) bool { return q == p })
		return err
	})
	unmatched := func(on bool) func(context.Context, Terminal, grammar.Args) error {
		return change(func(c *debug.Condition, _ grammar.Args) error { c.Unmatched = on; return nil })
	}
	help := grammar.Help{"debug": "Debugging functions (see also 'undebug')", "undebug": "Disable debugging functions (see also 'debug')",
		"crypto": "Cryptographic subsystem", "condition": "Define debug condition filters", "peer": "IKE peer filters",
		"ipv4": "peer IPv4 address", "subnet": "range of IP addresses", "$address": "IP address", "$mask": "Subnet mask",
		"unmatched": "Output debugs even if no context available", "reset": "Reset (delete all) debug condition filters"}
	const peers = " crypto condition peer {ipv4 A.B.C.D$address | subnet A.B.C.D$address A.B.C.D$mask}"
	return []exec{
		{Syntax: "debug" + peers, Help: help, Priv: privileged, Run: add, No: remove},
		{Syntax: "undebug" + peers, Help: help, Priv: privileged, Run: remove},
		{Syntax: "debug crypto condition unmatched", Help: help, Priv: privileged, Run: unmatched(true), No: unmatched(false)},
		{Syntax: "undebug crypto condition unmatched", Help: help, Priv: privileged, Run: unmatched(false)},
		{Syntax: "debug crypto condition reset", Help: help, Priv: privileged,
			Run: change(func(c *debug.Condition, _ grammar.Args) error { *c = debug.Condition{}; return nil })},
		{
			Syntax: "show crypto debug-condition",
			Help:   grammar.Help{"show": "Show running system information", "crypto": "Encryption module", "debug-condition": "Debug Condition filters"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showCondition(w, r.Hub().Condition()); return nil }),
		},
	}
}

// showCondition prints `show crypto debug-condition`.
func showCondition(w io.Writer, c debug.Condition) {
	word := func(on bool) string {
		if on {
			return "ON"
		}
		return "OFF"
	}
	fmt.Fprintf(w, textCondition, word(len(c.Peers) > 0 || c.Unmatched), word(c.Unmatched))
	list := func(title string, host bool) {
		said := false
		for _, p := range c.Peers {
			if (p.Bits() == 32) != host {
				continue
			}
			if !said {
				fmt.Fprint(w, title)
			}
			said = true
			if host {
				fmt.Fprintf(w, "%s  ", p.Addr())
			} else {
				fmt.Fprintf(w, "%s/%s  ", p.Addr(), ipText(^uint32(0)<<(32-p.Bits())))
			}
		}
		if said {
			fmt.Fprintln(w)
		}
	}
	list(textConditionPeers, true)
	list(textConditionSubnets, false)
}
