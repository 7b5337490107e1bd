package commands

import (
	"context"

	"conft/debug"
	"conft/shell/grammar"
)

func clearCommands(r Router) []exec {
	return []exec{
		{
			Syntax: "clear crypto sa [peer A.B.C.D]",
			Help: grammar.Help{
				"clear":   "Reset functions",
				"crypto":  "Encryption subsystem",
				"sa":      "Clear all crypto SAs",
				"peer":    "Clear all SAs for a given crypto peer",
				"A.B.C.D": "IP address of crypto peer",
			},
			Priv: privileged,
			Run: func(_ context.Context, _ Terminal, a grammar.Args) error {
				r.ClearSA(a.Addr("A.B.C.D"))
				return nil
			},
		},
		{
			Syntax: "clear crypto isakmp [<1-4294967295>$id]",
			Help: grammar.Help{
				"isakmp": "Flush the ISAKMP database",
				"$id":    "connection id of SA",
			},
			Priv: privileged,
			Run: func(_ context.Context, _ Terminal, a grammar.Args) error {
				r.ClearISAKMP(uint32(a.Int("id")))
				return nil
			},
		},
		{
			Syntax: "clear crypto session [remote A.B.C.D]",
			Help: grammar.Help{
				"session": "Clear crypto sessions (tunnels)",
				"remote":  "Clear the sessions with a remote IKE endpoint",
				"A.B.C.D": "IP address of the remote IKE endpoint",
			},
			Priv: privileged,
			Run: func(_ context.Context, _ Terminal, a grammar.Args) error {
				r.ClearSA(a.Addr("A.B.C.D"))
				if !a.Has("remote") {
					r.ClearISAKMP(0)
					return nil
				}
				for _, sa := range r.ISAKMPSAs() {
					if sa.Remote == a.Addr("A.B.C.D") && sa.ConnID != 0 { // 0 is all
						r.ClearISAKMP(sa.ConnID)
					}
				}
				return nil
			},
		},
		{
			Syntax: "clear [ip] access-list counters [WORD]",
			Help: grammar.Help{
				"ip":          "Clear IP",
				"access-list": "Clear access list statistical information",
				"counters":    "Clear access list counters",
				"WORD":        "Access list name",
			},
			Priv: privileged,
			Run: func(_ context.Context, _ Terminal, a grammar.Args) error {
				r.ClearAccessListCounters(a.String("WORD"))
				return nil
			},
		},
		{
			Syntax: "clear counters [INTERFACE]",
			Help:   grammar.Help{"counters": "Clear counters on one or all interfaces"},
			Priv:   privileged,
			Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
				name, which := a.String("INTERFACE"), "all interfaces"
				if name != "" {
					if which = "this interface"; r.Config().Interface(name) == nil {
						return a.Invalid("INTERFACE")
					}
				}
				ok, err := t.Confirm(ctx, "Clear \"show interface\" counters on "+which+" [confirm]")
				if ok {
					r.ClearCounters(name)
					r.Hub().Emit(debug.CountersCleared{Interface: name, By: t.Origin()})
				}
				return err
			},
		},
		{
			Syntax: "clear logging",
			Help:   grammar.Help{"logging": "Clear logging buffer"},
			Priv:   privileged,
			Run: func(ctx context.Context, t Terminal, _ grammar.Args) error {
				ok, err := t.Confirm(ctx, "Clear logging buffer [confirm]")
				if ok {
					r.Hub().ClearBuffer()
				}
				return err
			},
		},
	}
}
