package commands

import (
	"context"
	"strings"

	"conft/debug"
	"conft/shell/grammar"
)

// debugSwitch is one switch: what `debug` and `show debugging` print about it.
type debugSwitch struct {
	group *debugGroup
	word  string // behind the group's; the first of two words is a switch of its own
	rest  string // what may follow
	help  string
	flag  debug.Flag
	text  string // followed by "is on" or "is off"
}

// debugGroup is a family of switches.
type debugGroup struct {
	word, help string
	title      string // of `show debugging`
}

var (
	debugIP     = &debugGroup{"ip", "IP information", "Generic IP:"}
	debugCrypto = &debugGroup{"crypto", "Cryptographic subsystem", "Cryptographic Subsystem:"}
)

// debugSwitches are in the order of `show debugging`.
var debugSwitches = []debugSwitch{
	{debugIP, "nat", "", "NAT events", debug.FlagNAT, "IP NAT debugging is "},
	{debugIP, "nat detailed", "", "NAT detailed events", debug.FlagNATDetailed, "IP NAT detailed debugging is "},
	{debugCrypto, "isakmp", "", "ISAKMP Key Management", debug.FlagISAKMP, "Crypto ISAKMP debugging is "},
	{debugCrypto, "engine", "", "Crypto Engine Debug", debug.FlagEngine, "Crypto Engine debugging is "},
	{debugCrypto, "ipsec", "", "IPSEC processing", debug.FlagIPsec, "Crypto IPSEC debugging is "},
	{debugCrypto, "pki", " [transactions]", "PKI Client", debug.FlagPKI, "Crypto PKI Trans debugging is "},
}

func debugCommands(r Router) []exec {
	type handler = func(context.Context, Terminal, grammar.Args) error
	allOff := func(_ context.Context, t Terminal, _ grammar.Args) error {
		r.Hub().SetFlags(0)
		return say(t, "All possible debugging has been turned off\n")
	}
	list := []exec{
		{
			Syntax: "debug all",
			Help: grammar.Help{
				"debug": "Debugging functions (see also 'undebug')",
				"all":   "Enable all debugging",
			},
			Priv: privileged,
			Run: func(ctx context.Context, t Terminal, _ grammar.Args) error {
				yes, err := askYesNo(ctx, t, askDebugAll)
				if err != nil || !yes {
					return err
				}
				for _, s := range debugSwitches {
					r.Hub().TurnOn(s.flag)
				}
				return say(t, "All possible debugging has been turned on\n")
			},
			No: allOff,
		},
		{
			Syntax: "undebug all",
			Help: grammar.Help{
				"undebug": "Disable debugging functions (see also 'debug')",
				"all":     "Disable all debugging",
			},
			Priv: privileged,
			Run:  allOff,
		},
	}
	for _, s := range debugSwitches {
		on := handler(func(_ context.Context, t Terminal, _ grammar.Args) error {
			r.Hub().TurnOn(s.flag)
			return say(t, s.text+"on\n")
		})
		off := handler(func(_ context.Context, t Terminal, _ grammar.Args) error {
			r.Hub().TurnOff(s.flag)
			return say(t, s.text+"off\n")
		})
		help := grammar.Help{s.group.word: s.group.help, "transactions": "PKI transactions"}
		for _, o := range debugSwitches {
			if o.group == s.group && strings.HasPrefix(s.word+" ", o.word+" ") {
				help[o.word[strings.LastIndex(o.word, " ")+1:]] = o.help
			}
		}
		list = append(list,
			exec{Syntax: "debug " + s.group.word + " " + s.word + s.rest, Help: help, Priv: privileged, Run: on, No: off},
			exec{Syntax: "undebug " + s.group.word + " " + s.word + s.rest, Help: help, Priv: privileged, Run: off})
	}
	return list
}
