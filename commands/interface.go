package commands

import (
	"iter"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

type interfaceLine = grammar.Line[*interfaceScope]

// interfaceScope is an interface with the configuration around it, which its
// lines are checked against.
type interfaceScope struct {
	*config.Interface
	in *config.Config
}

var interfaceBlock = grammar.Block[*config.Config, *interfaceScope]{
	Syntax: "interface INTERFACE",
	Help:   grammar.Help{"interface": "Select an interface to configure"},
	Open: func(c *config.Config, a grammar.Args) (*interfaceScope, error) {
		i := openInterface(c, a.String("INTERFACE"))
		if i == nil {
			return nil, a.Invalid("INTERFACE")
		}
		return i, nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		name := a.String("INTERFACE")
		if virtual(name) && c.Interface(name) == nil {
			return a.Invalid("INTERFACE")
		}
		return removeInterface(c, name)
	},
	Default: func(c *config.Config, a grammar.Args) error {
		if !resetInterface(c, a, a.String("INTERFACE")) {
			return a.Invalid("INTERFACE")
		}
		return nil
	},
	Each: func(c *config.Config) iter.Seq2[string, *interfaceScope] {
		return func(yield func(string, *interfaceScope) bool) {
			for _, i := range c.Interfaces {
				if !yield("interface "+i.Name, &interfaceScope{i, c}) {
					return
				}
			}
		}
	},
	Sub: interfaceMode,
}

// openInterface finds an interface. Only Loopbacks can be made; the others are the links of
// the machine.
func openInterface(c *config.Config, name string) *interfaceScope {
	i := c.Interface(name)
	if i == nil && virtual(name) {
		i = &config.Interface{Name: name}
		c.AddInterface(i)
	}
	if i == nil {
		return nil
	}
	return &interfaceScope{i, c}
}

// removeInterface removes a Loopback and what leads over it, if it is there.
func removeInterface(c *config.Config, name string) error {
	if !virtual(name) {
		return refuse("Removal of physical interfaces is not permitted")
	}
	c.RemoveInterface(name)
	c.Routes = without(c.Routes, func(r config.Route) bool { return r.Interface == name })
	c.NAT.Sources = without(c.NAT.Sources, func(s config.NATSource) bool { return s.Interface == name })
	c.NAT.Static = without(c.NAT.Static, func(s *config.NATStatic) bool { return s.Interface == name })
	return nil
}

// resetInterface leaves an interface nothing but its name; false when it is not there.
func resetInterface(c *config.Config, a grammar.Args, name string) bool {
	i := openInterface(c, name)
	if i == nil {
		return false
	}
	*i.Interface = config.Interface{Name: name}
	a.Note("Interface " + name + " set to default configuration")
	return true
}

func virtual(name string) bool { return strings.HasPrefix(name, "Loopback") }

var interfaceMode = grammar.NewMode[*interfaceScope]("config-if", "Interface configuration commands:",
	describe("Interface specific description", "Up to 240 characters describing this interface", func(i *interfaceScope) *string { return &i.Description }),
	bandwidthLine,
	mtuLine,
	interfaceLine{
		Syntax: "ip address ![A.B.C.D$own A.B.C.D$mask [secondary]]",
		Help: grammar.Help{
			"ip":        "Interface Internet Protocol config commands",
			"address":   "Set the IP address of an interface",
			"$own":      "IP address",
			"$mask":     "IP subnet mask",
			"secondary": "Make this IP address a secondary address",
		},
		Set: setAddress,
		No:  removeAddress,
		Write: func(i *interfaceScope, w *grammar.Writer) {
			switch {
			case i.Address != config.Address{}:
				w.Line("ip address", ipText(i.Address.IP), ipText(i.Address.Mask))
			case i.Secondary == nil:
				w.Line("no ip address")
			}
			for _, s := range i.Secondary {
				w.Line("ip address", ipText(s.IP), ipText(s.Mask), "secondary")
			}
		},
	},
	accessGroupLine,
	natInterfaceLine,
	unreachablesLine,
	ipMTULine,
	adjustMSSLine,
	loadIntervalLine,
	delayLine,
	interfaceLine{
		Syntax: "shutdown",
		Help:   grammar.Help{"shutdown": "Shutdown the selected interface"},
		Set:    func(i *interfaceScope, _ grammar.Args) error { i.Shutdown = true; return nil },
		No:     func(i *interfaceScope, _ grammar.Args) error { i.Shutdown = false; return nil },
		Write: func(i *interfaceScope, w *grammar.Writer) {
			switch {
			case i.Shutdown:
				w.Line("shutdown")
			case w.All():
				w.Line("no shutdown")
			}
		},
	},
	interfaceLine{
		Syntax: "crypto map ![WORD]",
		Help: grammar.Help{
			"crypto": "Encryption/Decryption commands",
			"map":    "Assign a Crypto Map",
			"WORD":   "Crypto Map tag",
		},
		Set: func(i *interfaceScope, a grammar.Args) error {
			name := a.String("WORD")
			if i.in.CryptoMap(name) == nil {
				return refuse("ERROR: Crypto Map with tag \"%s\" does not exist.", name)
			}
			i.CryptoMap = name
			return nil
		},
		No: func(i *interfaceScope, _ grammar.Args) error { i.CryptoMap = ""; return nil },
		Write: func(i *interfaceScope, w *grammar.Writer) {
			if i.CryptoMap != "" {
				w.Line("crypto map", i.CryptoMap)
			}
		},
	},
	interfaceDFBitLine,
	interfaceFragmentationLine,
	known[*interfaceScope](knownInterface),
	known[*interfaceScope](knownOldInterface),
)
