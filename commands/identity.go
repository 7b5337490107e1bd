package commands

import (
	"cmp"
	"iter"
	"slices"

	"conft/internal/config"
	"conft/shell/grammar"
)

var domainNameLine = configLine{
	Syntax: "ip {domain name | domain-name} ![WORD]",
	Help: grammar.Help{
		"name":        "Define the default domain name",
		"domain-name": "Define the default domain name",
		"WORD":        "Default domain name",
	},
	Set: func(c *config.Config, a grammar.Args) error {
		if len(a.String("WORD")) > 200 {
			return refuse("Domain name is longer than 200 characters.")
		}
		c.DomainName = a.String("WORD")
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error { c.DomainName = ""; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.DomainName != "" {
			w.Line("ip domain name", c.DomainName)
		}
	},
}

var isakmpIdentityLine = configLine{
	Syntax: "crypto isakmp identity ![address | dn | hostname]",
	Help: grammar.Help{
		"identity": "Set the identity which ISAKMP will use",
		"address":  "Use the IP address of the interface for the identity",
		"dn":       "Use the distinguished name of the router cert for the identity",
		"hostname": "Use the hostname of the router for the identity",
	},
	Set: func(c *config.Config, a grammar.Args) error {
		c.Identity = config.SelfDefault
		switch {
		case a.Has("hostname"):
			c.Identity = config.SelfHostname
		case a.Has("dn"):
			c.Identity = config.SelfSubject
		}
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error { c.Identity = config.SelfDefault; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		switch c.Identity {
		case config.SelfHostname:
			w.Line("crypto isakmp identity hostname")
		case config.SelfSubject:
			w.Line("crypto isakmp identity dn")
		}
	},
}

var aggressiveModeLine = configLine{
	Syntax: "crypto isakmp aggressive-mode disable",
	Help: grammar.Help{
		"aggressive-mode": "Set ISAKMP aggressive mode parameters",
		"disable":         "Disable ISAKMP aggressive mode",
	},
	Set: func(c *config.Config, _ grammar.Args) error { c.AggressiveOff = true; return nil },
	No: func(c *config.Config, a grammar.Args) error {
		if c.AggressiveOff && exposesKeys(c) {
			a.Note(exposure)
		}
		c.AggressiveOff = false
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.AggressiveOff {
			w.Line("crypto isakmp aggressive-mode disable")
		}
	},
}

// exposure is the warning of a configuration by which strangers get, or anybody on the
// path sees, the hash of aggressive mode.
const exposure = "Warning: aggressive mode gives the network a hash that guesses of this key can be tried on; make it long and random"

// warnExposure warns of a key that a responder uses for peers whose address is not
// known.
func warnExposure(c *config.Config, a grammar.Args, k config.ISAKMPKey) {
	if !c.AggressiveOff && forStrangers(k) {
		a.Note(exposure)
	}
}

func forStrangers(k config.ISAKMPKey) bool { return k.Host != "" || k.Mask != 0xffffffff }

// exposesKeys reports whether aggressive mode, once enabled, exposes any key.
func exposesKeys(c *config.Config) bool {
	exposed := slices.ContainsFunc(c.ISAKMPKeys, forStrangers) ||
		slices.ContainsFunc(c.ISAKMPPeers, func(p *config.ISAKMPPeer) bool { return p.Password != (config.Secret{}) })
	for _, k := range c.Keyrings {
		exposed = exposed || slices.ContainsFunc(k.Keys, forStrangers)
	}
	for _, p := range c.ISAKMPProfiles {
		exposed = exposed || p.Aggressive
	}
	return exposed
}

// peerDescription is what the configuration calls a peer.
func peerDescription(c *config.Config, peer string) string {
	for _, p := range c.ISAKMPPeers {
		if ipText(p.IP) == peer && p.Description != "" {
			return p.Description
		}
	}
	return "(none)"
}

type peerLine = grammar.Line[*peerScope]

// peerScope is a `crypto isakmp peer` with the configuration around it.
type peerScope struct {
	*config.ISAKMPPeer
	in *config.Config
}

var isakmpPeerBlock = grammar.Block[*config.Config, *peerScope]{
	Syntax: "crypto isakmp peer address A.B.C.D",
	Help: grammar.Help{
		"peer":    "Set Peer Policy",
		"address": "Set Peer Policy by address",
		"A.B.C.D": "Peer IP address",
	},
	Open: func(c *config.Config, a grammar.Args) (*peerScope, error) {
		ip := a.IP("A.B.C.D")
		for _, p := range c.ISAKMPPeers {
			if p.IP == ip {
				return &peerScope{p, c}, nil
			}
		}
		p := &config.ISAKMPPeer{IP: ip}
		at, _ := slices.BinarySearchFunc(c.ISAKMPPeers, p, func(a, b *config.ISAKMPPeer) int { return cmp.Compare(a.IP, b.IP) })
		c.ISAKMPPeers = slices.Insert(c.ISAKMPPeers, at, p)
		return &peerScope{p, c}, nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		c.ISAKMPPeers = without(c.ISAKMPPeers, func(p *config.ISAKMPPeer) bool { return p.IP == a.IP("A.B.C.D") })
		return nil
	},
	Each: func(c *config.Config) iter.Seq2[string, *peerScope] {
		return func(yield func(string, *peerScope) bool) {
			for _, p := range c.ISAKMPPeers {
				if !yield("crypto isakmp peer address "+ipText(p.IP), &peerScope{p, c}) {
					return
				}
			}
		}
	},
	Sub: isakmpPeerMode,
}

var endpointWords = map[config.EndpointKind]string{
	config.EndpointAddress: "ipv4-address", config.EndpointFQDN: "fqdn", config.EndpointUser: "user-fqdn",
}

var isakmpPeerMode = grammar.NewMode[*peerScope]("config-isakmp-peer", "ISAKMP Peer Config commands:",
	describe("Specify a description of this peer", "describe this peer", func(p *peerScope) *string { return &p.Description }),
	peerLine{
		Syntax: "set aggressive-mode password ![[0 | 6]$type WORD$$secret]",
		Help: withHelp(secretHelp, grammar.Help{
			"set":             "Set parameters of the peer",
			"aggressive-mode": "Set aggressive mode attributes",
			"password":        "Set tunnel password",
		}),
		Set: func(p *peerScope, a grammar.Args) error {
			s, err := readSecret(p.in, a)
			if err != nil {
				return err
			}
			p.Password = s
			a.Note(exposure)
			return nil
		},
		No: func(p *peerScope, _ grammar.Args) error { p.Password = config.Secret{}; return nil },
		Write: func(p *peerScope, w *grammar.Writer) {
			if p.Password != (config.Secret{}) {
				w.Line("set aggressive-mode password", secretText(p.Password))
			}
		},
	},
	peerLine{
		Syntax: "set aggressive-mode client-endpoint ![ipv4-address A.B.C.D | fqdn WORD | user-fqdn WORD]",
		Help: grammar.Help{
			"client-endpoint": "Set identification of this router",
			"ipv4-address":    "Identify by IP address",
			"A.B.C.D":         "IP address",
			"fqdn":            "Identify by domain name",
			"user-fqdn":       "Identify by user name and domain",
			"WORD":            "Name",
		},
		Set: func(p *peerScope, a grammar.Args) error {
			p.Endpoint = config.Endpoint{Kind: config.EndpointFQDN, Name: a.String("WORD")}
			switch {
			case a.Has("ipv4-address"):
				p.Endpoint = config.Endpoint{Kind: config.EndpointAddress, IP: a.IP("A.B.C.D")}
			case a.Has("user-fqdn"):
				p.Endpoint.Kind = config.EndpointUser
			}
			return nil
		},
		No: func(p *peerScope, _ grammar.Args) error { p.Endpoint = config.Endpoint{}; return nil },
		Write: func(p *peerScope, w *grammar.Writer) {
			switch e := p.Endpoint; e.Kind {
			case config.EndpointNone:
			case config.EndpointAddress:
				w.Line("set aggressive-mode client-endpoint", endpointWords[e.Kind], ipText(e.IP))
			default:
				w.Line("set aggressive-mode client-endpoint", endpointWords[e.Kind], e.Name)
			}
		},
	},
)
