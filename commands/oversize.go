package commands

import (
	"fmt"

	"conft/internal/config"
	"conft/shell/grammar"
)

// The lines that say what becomes of packets that are too long, of the whole router
// and of one interface.

const (
	dfBitSyntax         = "crypto ipsec df-bit ![clear | copy | set]"
	fragmentationSyntax = "crypto ipsec fragmentation ![after-encryption | before-encryption]"
)

var oversizeHelp = grammar.Help{
	"df-bit":            "Handling of encapsulated DF bit.",
	"clear":             "Clear DF bit for encapsulated tunnels",
	"copy":              "Copy DF bit from inner header",
	"set":               "Set DF bit for encapsulated packets",
	"fragmentation":     "Handling of fragmentation of near-MTU sized packets",
	"after-encryption":  "Perform Fragmentation after IPSec encapsulation",
	"before-encryption": "Perform Fragmentation before IPSec encapsulation",
}

var (
	dfBitWords         = map[config.DFBit]string{config.DFClear: "clear", config.DFCopy: "copy", config.DFSet: "set"}
	fragmentationWords = map[config.Fragmentation]string{
		config.FragmentAfter: "after-encryption", config.FragmentBefore: "before-encryption"}
)

// typed is the value whose word was typed.
func typed[T comparable](a grammar.Args, words map[T]string) (v T) {
	for value, word := range words {
		if a.Has(word) {
			v = value
		}
	}
	return v
}

func writeDFBit(w *grammar.Writer, d config.DFBit) {
	if d != config.DFDefault {
		w.Line("crypto ipsec df-bit", dfBitWords[d])
	}
}

func writeFragmentation(w *grammar.Writer, f config.Fragmentation) {
	if f != config.FragmentDefault {
		w.Line("crypto ipsec fragmentation", fragmentationWords[f])
	}
}

var dfBitLine = configLine{
	Syntax: dfBitSyntax,
	Help:   oversizeHelp,
	Set: func(c *config.Config, a grammar.Args) error {
		if c.DFBit = typed(a, dfBitWords); c.DFBit == config.DFCopy {
			c.DFBit = config.DFDefault
		}
		return nil
	},
	No:    func(c *config.Config, _ grammar.Args) error { c.DFBit = config.DFDefault; return nil },
	Write: func(c *config.Config, w *grammar.Writer) { writeDFBit(w, c.DFBit) },
}

var fragmentationLine = configLine{
	Syntax: fragmentationSyntax,
	Help:   oversizeHelp,
	Set: func(c *config.Config, a grammar.Args) error {
		if c.Fragmentation = typed(a, fragmentationWords); c.Fragmentation == config.FragmentBefore {
			c.Fragmentation = config.FragmentDefault
		}
		return nil
	},
	No:    func(c *config.Config, _ grammar.Args) error { c.Fragmentation = config.FragmentDefault; return nil },
	Write: func(c *config.Config, w *grammar.Writer) { writeFragmentation(w, c.Fragmentation) },
}

var interfaceDFBitLine = interfaceLine{
	Syntax: dfBitSyntax,
	Help:   withHelp(oversizeHelp, grammar.Help{"ipsec": "Set IPSec parameters"}),
	Set:    func(i *interfaceScope, a grammar.Args) error { i.DFBit = typed(a, dfBitWords); return nil },
	No:     func(i *interfaceScope, _ grammar.Args) error { i.DFBit = config.DFDefault; return nil },
	Write:  func(i *interfaceScope, w *grammar.Writer) { writeDFBit(w, i.DFBit) },
}

var interfaceFragmentationLine = interfaceLine{
	Syntax: fragmentationSyntax,
	Help:   withHelp(oversizeHelp, grammar.Help{"ipsec": "Set IPSec parameters"}),
	Set: func(i *interfaceScope, a grammar.Args) error {
		i.Fragmentation = typed(a, fragmentationWords)
		return nil
	},
	No:    func(i *interfaceScope, _ grammar.Args) error { i.Fragmentation = config.FragmentDefault; return nil },
	Write: func(i *interfaceScope, w *grammar.Writer) { writeFragmentation(w, i.Fragmentation) },
}

var mtuLine = interfaceLine{
	Syntax: "mtu ![<68-9216>$octets]",
	Help:   grammar.Help{"mtu": "Set the interface Maximum Transmission Unit (MTU)", "$octets": "MTU size in bytes"},
	Set: func(i *interfaceScope, a grammar.Args) error {
		if virtual(i.Name) {
			return refuse("Interface %s does not support user settable mtu.", i.Name)
		}
		i.MTU = a.Int("octets")
		if i.IPMTU >= i.MTU {
			i.IPMTU = 0
		}
		return nil
	},
	No: func(i *interfaceScope, _ grammar.Args) error { i.MTU = 0; return nil },
	Write: func(i *interfaceScope, w *grammar.Writer) {
		if i.MTU != 0 {
			w.Line("mtu", fmt.Sprint(i.MTU))
		}
	},
}

var ipMTULine = interfaceLine{
	Syntax: "ip mtu ![<68-9216>$octets]",
	Help:   grammar.Help{"mtu": "Set IP Maximum Transmission Unit", "$octets": "MTU (bytes)"},
	Set: func(i *interfaceScope, a grammar.Args) error {
		n := a.Int("octets")
		if i.MTU != 0 && n > i.MTU {
			return refuse("IP MTU of %d bytes exceeds the MTU of the interface, %d bytes.", n, i.MTU)
		}
		if i.IPMTU = n; n == i.MTU {
			i.IPMTU = 0
		}
		return nil
	},
	No: func(i *interfaceScope, _ grammar.Args) error { i.IPMTU = 0; return nil },
	Write: func(i *interfaceScope, w *grammar.Writer) {
		if i.IPMTU != 0 {
			w.Line("ip mtu", fmt.Sprint(i.IPMTU))
		}
	},
}

var adjustMSSLine = interfaceLine{
	Syntax: "ip tcp adjust-mss ![<500-1460>$octets]",
	Help: grammar.Help{
		"tcp":        "TCP interface commands",
		"adjust-mss": "Adjust the mss of transit packets",
		"$octets":    "Maximum segment size in bytes",
	},
	Set: func(i *interfaceScope, a grammar.Args) error { i.MSS = a.Int("octets"); return nil },
	No:  func(i *interfaceScope, _ grammar.Args) error { i.MSS = 0; return nil },
	Write: func(i *interfaceScope, w *grammar.Writer) {
		if i.MSS != 0 {
			w.Line("ip tcp adjust-mss", fmt.Sprint(i.MSS))
		}
	},
}
