package commands

import (
	"iter"
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

type keyringLine = grammar.Line[*keyringScope]

// keyringScope is a keyring with the configuration around it.
type keyringScope struct {
	*config.Keyring
	in *config.Config
}

var keyringBlock = grammar.Block[*config.Config, *keyringScope]{
	Syntax: "crypto keyring WORD$name",
	Help: grammar.Help{
		"keyring": "Key ring commands",
		"$name":   "Name of the key ring",
	},
	Open: func(c *config.Config, a grammar.Args) (*keyringScope, error) {
		k := c.Keyring(a.String("name"))
		if k == nil {
			k = &config.Keyring{Name: a.String("name")}
			at, _ := slices.BinarySearchFunc(c.Keyrings, k, func(a, b *config.Keyring) int { return strings.Compare(a.Name, b.Name) })
			c.Keyrings = slices.Insert(c.Keyrings, at, k)
		}
		return &keyringScope{k, c}, nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		name := a.String("name")
		for _, p := range c.ISAKMPProfiles {
			if slices.Contains(p.Keyrings, name) {
				return refuse("Keyring %s is in use by ISAKMP profile %s.", name, p.Name)
			}
		}
		c.Keyrings = without(c.Keyrings, func(k *config.Keyring) bool { return k.Name == name })
		return nil
	},
	Each: func(c *config.Config) iter.Seq2[string, *keyringScope] {
		return func(yield func(string, *keyringScope) bool) {
			for _, k := range c.Keyrings {
				if !yield("crypto keyring "+k.Name, &keyringScope{k, c}) {
					return
				}
			}
		}
	},
	Sub:    keyringMode,
	Indent: 2,
}

var keyringMode = grammar.NewMode[*keyringScope]("conf-keyring", "Crypto keyring commands:",
	describe("Keyring description", "Up to 80 characters", func(k *keyringScope) *string { return &k.Description }),
	keyringLine{
		Syntax: "pre-shared-key {address A.B.C.D$peer [A.B.C.D$mask] | hostname WORD$host} ![key [0 | 6]$type WORD$$secret]",
		Help: withHelp(secretHelp, grammar.Help{
			"pre-shared-key": "Pre-shared key",
			"address":        "define shared key with IP address",
			"hostname":       "define shared key with hostname",
			"$peer":          "Peer IP address",
			"$mask":          "Peer IP subnet mask",
			"$host":          "Peer hostname",
			"key":            "specify the key",
		}),
		Set: func(k *keyringScope, a grammar.Args) error {
			key, err := readKey(k.in, a)
			if err != nil {
				return err
			}
			if k.Keys, err = addKey(k.Keys, key); err == nil {
				warnExposure(k.in, a, key)
			}
			return err
		},
		No: func(k *keyringScope, a grammar.Args) error {
			key, err := readPeer(a)
			if err != nil {
				return err
			}
			k.Keys = without(k.Keys, func(o config.ISAKMPKey) bool { return samePeer(o, key) })
			return nil
		},
		Write: func(k *keyringScope, w *grammar.Writer) {
			for _, key := range k.Keys {
				w.Line("pre-shared-key", peerText(key), "key", secretText(key.Key))
			}
		},
	},
	known[*keyringScope](knownKeyring),
)
