package commands

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

type profileLine = grammar.Line[*profileScope]

// profileScope is an ISAKMP profile with the configuration around it.
type profileScope struct {
	*config.ISAKMPProfile
	in *config.Config
}

// incompleteProfile is IOS's note on a new profile.
const incompleteProfile = "% A profile is deemed incomplete until it has match identity statements"

var isakmpProfileBlock = grammar.Block[*config.Config, *profileScope]{
	Syntax: "crypto isakmp profile WORD$name",
	Help: grammar.Help{
		"profile": "Define ISAKMP Profiles",
		"$name":   "Name of the ISAKMP profile",
	},
	Open: func(c *config.Config, a grammar.Args) (*profileScope, error) {
		p := c.Profile(a.String("name"))
		if p == nil {
			p = &config.ISAKMPProfile{Name: a.String("name")}
			at, _ := slices.BinarySearchFunc(c.ISAKMPProfiles, p, func(a, b *config.ISAKMPProfile) int { return strings.Compare(a.Name, b.Name) })
			c.ISAKMPProfiles = slices.Insert(c.ISAKMPProfiles, at, p)
			a.Note(incompleteProfile)
		}
		return &profileScope{p, c}, nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		name := a.String("name")
		for _, m := range c.CryptoMaps {
			for _, e := range m.Entries {
				if e.Profile == name {
					return refuse("ISAKMP profile %s is in use by crypto map %s %d.", name, m.Name, e.Seq)
				}
			}
		}
		c.ISAKMPProfiles = without(c.ISAKMPProfiles, func(p *config.ISAKMPProfile) bool { return p.Name == name })
		return nil
	},
	Each: func(c *config.Config) iter.Seq2[string, *profileScope] {
		return func(yield func(string, *profileScope) bool) {
			for _, p := range c.ISAKMPProfiles {
				if !yield("crypto isakmp profile "+p.Name, &profileScope{p, c}) {
					return
				}
			}
		}
	},
	Sub:    isakmpProfileMode,
	Indent: 3,
}

var isakmpProfileMode = grammar.NewMode[*profileScope]("conf-isa-prof", "Crypto ISAKMP Profile Commands:",
	describe("Specify a description of this profile", "Up to 80 characters", func(p *profileScope) *string { return &p.Description }),
	profileLine{
		Syntax: "keyring ![WORD]",
		Help:   grammar.Help{"keyring": "Specify keyring to use", "WORD": "Keyring name"},
		Set: func(p *profileScope, a grammar.Args) error {
			name := a.String("WORD")
			if name != config.DefaultKeyring && p.in.Keyring(name) == nil {
				return refuse("Keyring %s does not exist.", name)
			}
			if !slices.Contains(p.Keyrings, name) {
				p.Keyrings = append(p.Keyrings, name)
			}
			return nil
		},
		No: func(p *profileScope, a grammar.Args) error {
			p.Keyrings = without(p.Keyrings, func(k string) bool { return !a.Has("WORD") || k == a.String("WORD") })
			return nil
		},
		Write: func(p *profileScope, w *grammar.Writer) {
			for _, k := range p.Keyrings {
				w.Line("keyring", k)
			}
		},
	},
	profileLine{
		Syntax: "ca trust-point ![WORD]",
		Help: grammar.Help{
			"ca":          "Specify certificate authorities to trust",
			"trust-point": "Specify a trustpoint to use",
			"WORD":        "Trustpoint name",
		},
		Set: func(p *profileScope, a grammar.Args) error {
			name := a.String("WORD")
			if p.in.Trustpoint(name) == nil {
				a.Note("Warning: there is no trustpoint " + name + " yet; until then it accepts nobody")
			}
			if !slices.Contains(p.Trustpoints, name) {
				p.Trustpoints = append(p.Trustpoints, name)
			}
			return nil
		},
		No: func(p *profileScope, a grammar.Args) error {
			p.Trustpoints = without(p.Trustpoints, func(t string) bool { return !a.Has("WORD") || t == a.String("WORD") })
			return nil
		},
		Write: func(p *profileScope, w *grammar.Writer) {
			for _, t := range p.Trustpoints {
				w.Line("ca trust-point", t)
			}
		},
	},
	profileLine{
		Syntax: "self-identity ![address | fqdn | user-fqdn WORD$user]",
		Help: grammar.Help{
			"self-identity": "Specify Identity to use",
			"address":       "Use the IP address of the interface",
			"fqdn":          "Use the hostname of the router",
			"user-fqdn":     "Use a user FQDN",
			"$user":         "Name, as in user@domain",
		},
		Set: func(p *profileScope, a grammar.Args) error {
			p.User = a.String("user")
			switch {
			case a.Has("address"):
				p.Self = config.SelfAddress
			case a.Has("fqdn"):
				p.Self = config.SelfHostname
			default:
				p.Self = config.SelfUser
			}
			return nil
		},
		No: func(p *profileScope, _ grammar.Args) error {
			p.Self, p.User = config.SelfDefault, ""
			return nil
		},
		Write: func(p *profileScope, w *grammar.Writer) {
			if p.Self != config.SelfDefault {
				w.Line("self-identity", selfText[p.Self], p.User)
			}
		},
	},
	profileLine{
		Syntax: "match identity {address A.B.C.D$ip [A.B.C.D$mask] | host {domain WORD$name | WORD$name} | user {domain WORD$name | WORD$name}}",
		Help: grammar.Help{
			"match":    "Match values of peer",
			"identity": "Match a peer identity",
			"address":  "Match IP Address(es)",
			"$ip":      "IP Address prefix",
			"$mask":    "Specify mask",
			"host":     "Match a hostname",
			"user":     "Match a user FQDN",
			"domain":   "Match a domain",
			"$name":    "Name to match",
		},
		Set: func(p *profileScope, a grammar.Args) error {
			m, err := readMatch(a)
			if err == nil && !slices.Contains(p.Match, m) {
				p.Match = append(p.Match, m)
			}
			return err
		},
		No: func(p *profileScope, a grammar.Args) error {
			m, err := readMatch(a)
			p.Match = without(p.Match, func(o config.IdentityMatch) bool { return o == m })
			return err
		},
		Write: func(p *profileScope, w *grammar.Writer) {
			for _, m := range p.Match {
				w.Line("match identity", matchText(m))
			}
		},
	},
	profileLine{
		Syntax: "match certificate WORD$map",
		Help: grammar.Help{
			"certificate": "Match a peer certificate attribute map",
			"$map":        "Certificate map tag",
		},
		Set: func(p *profileScope, a grammar.Args) error {
			if !slices.Contains(p.Maps, a.String("map")) {
				p.Maps = append(p.Maps, a.String("map"))
			}
			return nil
		},
		No: func(p *profileScope, a grammar.Args) error {
			p.Maps = without(p.Maps, func(m string) bool { return m == a.String("map") })
			return nil
		},
		Write: func(p *profileScope, w *grammar.Writer) {
			for _, m := range p.Maps {
				w.Line("match certificate", m)
			}
		},
	},
	profileLine{
		Syntax: "keepalive ![<10-3600>$seconds retry <2-60>$wait]",
		Help: grammar.Help{
			"keepalive": "Set a keepalive interval for use with IOS peers",
			"$seconds":  "Number of seconds between keep alives",
			"retry":     "Specify the retry interval",
			"$wait":     "Number of seconds between retries if keepalive fails",
		},
		Set: func(p *profileScope, a grammar.Args) error {
			p.Keepalive = config.Keepalive{Seconds: uint16(a.Int("seconds")), Retry: uint16(a.Int("wait"))}
			return nil
		},
		No: func(p *profileScope, _ grammar.Args) error { p.Keepalive = config.Keepalive{}; return nil },
		Write: func(p *profileScope, w *grammar.Writer) {
			if k := p.Keepalive; k.Seconds != 0 {
				w.Line("keepalive", fmt.Sprint(k.Seconds), "retry", fmt.Sprint(k.Retry))
			}
		},
	},
	profileLine{
		Syntax: "initiate mode aggressive",
		Help: grammar.Help{
			"initiate":   "Initiate mode",
			"mode":       "Set mode of the phase 1 exchange",
			"aggressive": "Initiate aggressive mode",
		},
		Set: func(p *profileScope, a grammar.Args) error {
			p.Aggressive = true
			a.Note(exposure)
			return nil
		},
		No: func(p *profileScope, _ grammar.Args) error { p.Aggressive = false; return nil },
		Write: func(p *profileScope, w *grammar.Writer) {
			if p.Aggressive {
				w.Line("initiate mode aggressive")
			}
		},
	},
	known[*profileScope](knownISAKMPProfile),
)

var selfText = map[config.SelfIdentity]string{
	config.SelfAddress: "address", config.SelfHostname: "fqdn", config.SelfUser: "user-fqdn",
}

// readMatch reads what follows `match identity`.
func readMatch(a grammar.Args) (config.IdentityMatch, error) {
	if a.Has("address") {
		m := config.IdentityMatch{Kind: config.MatchAddress, IP: a.IP("ip"), Mask: 0xffffffff}
		if a.Has("mask") {
			m.Mask = a.IP("mask")
		}
		if !contiguous(m.Mask) {
			return m, refuse("Bad mask 0x%08X for address %s", m.Mask, ipText(m.IP))
		}
		m.IP &= m.Mask
		return m, nil
	}
	m := config.IdentityMatch{Kind: config.MatchHost, Name: a.String("name")}
	if a.Has("user") {
		m.Kind = config.MatchUser
	}
	if a.Has("domain") {
		m.Kind++
	}
	return m, nil
}

var matchWords = map[config.MatchKind]string{
	config.MatchHost: "host", config.MatchHostDomain: "host domain", config.MatchUser: "user", config.MatchUserDomain: "user domain",
}

// matchText is a match as it is typed; IOS prints the mask even of a host.
func matchText(m config.IdentityMatch) string {
	if m.Kind == config.MatchAddress {
		return "address " + ipText(m.IP) + " " + ipText(m.Mask)
	}
	return matchWords[m.Kind] + " " + m.Name
}
