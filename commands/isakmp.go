package commands

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"conft/internal/config"
	"conft/shell/grammar"
)

type policyLine = grammar.Line[*config.ISAKMPPolicy]

// newPolicy has IOS's defaults.
func newPolicy(priority int) *config.ISAKMPPolicy {
	return &config.ISAKMPPolicy{Priority: priority, Group: 1, Lifetime: config.DefaultISAKMPLife}
}

var isakmpPolicyBlock = grammar.Block[*config.Config, *config.ISAKMPPolicy]{
	Syntax: "crypto isakmp policy <1-10000>$priority",
	Help: grammar.Help{
		"crypto":    "Encryption module",
		"isakmp":    "Configure ISAKMP policy",
		"policy":    "Set policy for an ISAKMP protection suite",
		"$priority": "Priority of protection suite",
	},
	Open: func(c *config.Config, a grammar.Args) (*config.ISAKMPPolicy, error) {
		priority := a.Int("priority")
		if p := c.Policy(priority); p != nil {
			return p, nil
		}
		p := newPolicy(priority)
		at, _ := slices.BinarySearchFunc(c.ISAKMPPolicy, p, func(a, b *config.ISAKMPPolicy) int {
			return cmp.Compare(a.Priority, b.Priority)
		})
		c.ISAKMPPolicy = slices.Insert(c.ISAKMPPolicy, at, p)
		return p, nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		c.ISAKMPPolicy = without(c.ISAKMPPolicy, func(p *config.ISAKMPPolicy) bool { return p.Priority == a.Int("priority") })
		return nil
	},
	Each: func(c *config.Config) iter.Seq2[string, *config.ISAKMPPolicy] {
		return func(yield func(string, *config.ISAKMPPolicy) bool) {
			for _, p := range c.ISAKMPPolicy {
				if !yield(fmt.Sprintf("crypto isakmp policy %d", p.Priority), p) {
					return
				}
			}
		}
	},
	Sub:  isakmpPolicyMode,
	Gaps: grammar.GapBetween,
}

var (
	isakmpCiphers = map[string]config.Encryption{"des": config.DES, "3des": config.TripleDES,
		"aes": config.AES128, "aes 128": config.AES128, "aes 192": config.AES192, "aes 256": config.AES256}
	isakmpCipherText = map[config.Encryption]string{config.DES: "des", config.TripleDES: "3des", config.AES128: "aes",
		config.AES192: "aes 192", config.AES256: "aes 256"}
	isakmpHashes = map[string]config.Hash{"sha": config.SHA, "md5": config.MD5,
		"sha256": config.SHA256, "sha384": config.SHA384, "sha512": config.SHA512}
	isakmpHashText = map[config.Hash]string{config.SHA: "sha", config.MD5: "md5", config.SHA256: "sha256",
		config.SHA384: "sha384", config.SHA512: "sha512"}
)

// isakmpPolicyMode writes what differs from the defaults: des, sha, rsa-sig,
// group 1, a day.
var isakmpPolicyMode = grammar.NewMode[*config.ISAKMPPolicy]("config-isakmp", "ISAKMP commands:",
	grammar.Exit[*config.ISAKMPPolicy]{Help: "Exit from ISAKMP protection suite configuration mode"},
	policyLine{
		Syntax: "encryption ![{des | 3des | aes [128 | 192 | 256]}$cipher]",
		Help: grammar.Help{
			"encryption": "Set encryption algorithm for protection suite",
			"des":        "DES - Data Encryption Standard (56 bit keys).",
			"3des":       "Three key triple DES",
			"aes":        "AES - Advanced Encryption Standard",
			"128":        "128 bit keys.",
			"192":        "192 bit keys.",
			"256":        "256 bit keys.",
		},
		Set: func(p *config.ISAKMPPolicy, a grammar.Args) error {
			p.Encryption = isakmpCiphers[a.String("cipher")]
			warnWeak(a.Note, a.String("cipher"))
			return nil
		},
		No: func(p *config.ISAKMPPolicy, _ grammar.Args) error { p.Encryption = config.DES; return nil },
		Write: func(p *config.ISAKMPPolicy, w *grammar.Writer) {
			if p.Encryption != config.DES || w.All() {
				w.Line("encr", isakmpCipherText[p.Encryption])
			}
		},
	},
	policyLine{
		Syntax: "hash ![{md5 | sha | sha256 | sha384 | sha512}$name]",
		Help: grammar.Help{
			"hash":   "Set hash algorithm for protection suite",
			"md5":    "Message Digest 5",
			"sha":    "Secure Hash Standard",
			"sha256": "Secure Hash Standard 2 (256 bit)",
			"sha384": "Secure Hash Standard 2 (384 bit)",
			"sha512": "Secure Hash Standard 2 (512 bit)",
		},
		Set: func(p *config.ISAKMPPolicy, a grammar.Args) error {
			p.Hash = isakmpHashes[a.String("name")]
			warnWeak(a.Note, a.String("name"))
			return nil
		},
		No: func(p *config.ISAKMPPolicy, _ grammar.Args) error { p.Hash = config.SHA; return nil },
		Write: func(p *config.ISAKMPPolicy, w *grammar.Writer) {
			if p.Hash != config.SHA || w.All() {
				w.Line("hash", isakmpHashText[p.Hash])
			}
		},
	},
	policyLine{
		Syntax: "authentication ![pre-share | rsa-sig]",
		Help: grammar.Help{
			"authentication": "Set authentication method for protection suite",
			"pre-share":      "Pre-Shared Key",
			"rsa-sig":        "Rivest-Shamir-Adleman Signature",
		},
		Set: func(p *config.ISAKMPPolicy, a grammar.Args) error {
			p.Authentication = config.PreShare
			if a.Has("rsa-sig") {
				p.Authentication = config.RSASig
			}
			return nil
		},
		No: func(p *config.ISAKMPPolicy, _ grammar.Args) error { p.Authentication = config.RSASig; return nil },
		Write: func(p *config.ISAKMPPolicy, w *grammar.Writer) {
			switch {
			case p.Authentication == config.PreShare:
				w.Line("authentication pre-share")
			case w.All():
				w.Line("authentication rsa-sig")
			}
		},
	},
	policyLine{
		Syntax: "group ![{" + groupWords("") + "}$number]",
		Help:   withHelp(groupHelp(""), grammar.Help{"group": "Set the Diffie-Hellman group"}),
		Set: func(p *config.ISAKMPPolicy, a grammar.Args) error {
			p.Group = uint8(a.Int("number"))
			warnWeak(a.Note, a.String("number"))
			return nil
		},
		No: func(p *config.ISAKMPPolicy, _ grammar.Args) error { p.Group = 1; return nil },
		Write: func(p *config.ISAKMPPolicy, w *grammar.Writer) {
			if p.Group != 1 || w.All() {
				w.Line("group", fmt.Sprint(p.Group))
			}
		},
	},
	policyLine{
		Syntax: "lifetime ![<60-86400>$seconds]",
		Help: grammar.Help{
			"lifetime": "Set lifetime for ISAKMP security association",
			"$seconds": "lifetime in seconds",
		},
		Set: func(p *config.ISAKMPPolicy, a grammar.Args) error {
			p.Lifetime = uint32(a.Int("seconds"))
			return nil
		},
		No: func(p *config.ISAKMPPolicy, _ grammar.Args) error {
			p.Lifetime = config.DefaultISAKMPLife
			return nil
		},
		Write: func(p *config.ISAKMPPolicy, w *grammar.Writer) {
			if p.Lifetime != config.DefaultISAKMPLife || w.All() {
				w.Line("lifetime", fmt.Sprint(p.Lifetime))
			}
		},
	},
	known[*config.ISAKMPPolicy](knownPolicy),
)

// groups are the Diffie-Hellman groups, in the order of their numbers.
var groups = []uint8{1, 2, 5, 14, 15, 16, 19, 20, 21, 24}

// groupWords is the choice of groups, each number behind a prefix.
func groupWords(prefix string) string {
	s := ""
	for i, g := range groups {
		if i > 0 {
			s += " | "
		}
		s += prefix + fmt.Sprint(g)
	}
	return s
}

func groupHelp(prefix string) grammar.Help {
	h := grammar.Help{}
	for _, g := range groups {
		h[prefix+fmt.Sprint(g)] = fmt.Sprintf("Diffie-Hellman group %d (%s)", g, groupTitle[g])
	}
	return h
}

var isakmpEnableLine = configLine{
	Syntax: "crypto isakmp enable",
	Help: grammar.Help{
		"crypto": "Encryption module",
		"isakmp": "Configure ISAKMP policy",
		"enable": "Enable ISAKMP",
	},
	Set:     func(c *config.Config, _ grammar.Args) error { c.ISAKMPOff = false; return nil },
	No:      func(c *config.Config, _ grammar.Args) error { c.ISAKMPOff = true; return nil },
	Default: func(c *config.Config, _ grammar.Args) error { c.ISAKMPOff = false; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		switch {
		case c.ISAKMPOff:
			w.Line("no crypto isakmp enable")
		case w.All():
			w.Line("crypto isakmp enable")
		}
	},
}

// logSessionLine asks for a message when the session with a peer comes up and goes down.
var logSessionLine = configLine{
	Syntax: "crypto logging session",
	Help:   grammar.Help{"logging": "logging messages", "session": "logging up/down session"},
	Set:    func(c *config.Config, _ grammar.Args) error { c.LogSessions = true; return nil },
	No:     func(c *config.Config, _ grammar.Args) error { c.LogSessions = false; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		switch {
		case c.LogSessions:
			w.Line("crypto logging session")
		case w.All():
			w.Line("no crypto logging session")
		}
	},
}

// isakmpRecoveryLine lets a router that has lost its SAs without a word, by a power
// failure, say so to the peers that still use theirs.
var isakmpRecoveryLine = configLine{
	Syntax: "crypto isakmp invalid-spi-recovery",
	Help:   grammar.Help{"invalid-spi-recovery": "Initiate IKE and send Invalid SPI Notify"},
	Set:    func(c *config.Config, _ grammar.Args) error { c.ISAKMPRecover = true; return nil },
	No:     func(c *config.Config, _ grammar.Args) error { c.ISAKMPRecover = false; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		switch {
		case c.ISAKMPRecover:
			w.Line("crypto isakmp invalid-spi-recovery")
		case w.All():
			w.Line("no crypto isakmp invalid-spi-recovery")
		}
	},
}
