package commands

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

var ipsecLifetimeLine = configLine{
	Syntax: "crypto ipsec security-association lifetime " + lifetimeSyntax,
	Help: withHelp(lifetimeHelp, grammar.Help{
		"crypto":               "Encryption module",
		"ipsec":                "Configure IPSEC policy",
		"security-association": "Security association parameters",
	}),
	Set: func(c *config.Config, a grammar.Args) error {
		setLifetime(&c.IPsecLife, a)
		// The default itself is not written.
		if c.IPsecLife.Seconds == config.DefaultLifeSeconds {
			c.IPsecLife.Seconds = 0
		}
		if c.IPsecLife.Kilobytes == config.DefaultLifeKilobytes {
			c.IPsecLife.Kilobytes = 0
		}
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error { resetLifetime(&c.IPsecLife, a); return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		l := c.IPsecLife
		if w.All() {
			l.Seconds = cmp.Or(l.Seconds, config.DefaultLifeSeconds)
			l.Kilobytes = cmp.Or(l.Kilobytes, config.DefaultLifeKilobytes)
		}
		writeLifetime(w, "crypto ipsec", l)
	},
}

const lifetimeSyntax = "{seconds ![<120-86400>$time] | kilobytes ![<2560-4294967295>$volume | disable]}"

var lifetimeHelp = grammar.Help{
	"lifetime":  "security association lifetime",
	"seconds":   "Time-based key duration",
	"kilobytes": "Volume-based key duration",
	"$time":     "Security association duration in seconds",
	"disable":   "Disable volume-based rekeying",
	"$volume":   "Security association duration in kilobytes encrypted",
}

func setLifetime(l *config.Lifetime, a grammar.Args) {
	if a.Has("time") {
		l.Seconds = uint32(a.Int("time"))
	} else {
		l.Kilobytes, l.NoVolume = uint32(a.Int("volume")), a.Has("disable")
	}
}

func resetLifetime(l *config.Lifetime, a grammar.Args) {
	if a.Has("seconds") {
		l.Seconds = 0
	} else {
		l.Kilobytes, l.NoVolume = 0, false
	}
}

func writeLifetime(w *grammar.Writer, prefix string, l config.Lifetime) {
	if l.NoVolume {
		w.Line(prefix, "security-association lifetime kilobytes disable")
	} else if l.Kilobytes != 0 {
		w.Line(prefix, "security-association lifetime kilobytes", fmt.Sprint(l.Kilobytes))
	}
	if l.Seconds != 0 {
		w.Line(prefix, "security-association lifetime seconds", fmt.Sprint(l.Seconds))
	}
}

// transformHelp are the transforms of a set.
var transformHelp = grammar.Help{
	"ah-md5-hmac":     "AH-HMAC-MD5 transform",
	"ah-sha-hmac":     "AH-HMAC-SHA transform",
	"ah-sha256-hmac":  "AH-HMAC-SHA256 transform",
	"ah-sha384-hmac":  "AH-HMAC-SHA384 transform",
	"ah-sha512-hmac":  "AH-HMAC-SHA512 transform",
	"esp-3des":        "ESP transform using 3DES(EDE) cipher (168 bits)",
	"esp-aes":         "ESP transform using AES cipher",
	"esp-des":         "ESP transform using DES cipher (56 bits)",
	"esp-gcm":         "ESP transform using GCM cipher",
	"esp-md5-hmac":    "ESP transform using HMAC-MD5 auth",
	"esp-null":        "ESP transform w/o cipher",
	"esp-sha-hmac":    "ESP transform using HMAC-SHA auth",
	"esp-sha256-hmac": "ESP transform using HMAC-SHA256 auth",
	"esp-sha384-hmac": "ESP transform using HMAC-SHA384 auth",
	"esp-sha512-hmac": "ESP transform using HMAC-SHA512 auth",
	"128":             "128 bit keys.",
	"192":             "192 bit keys.",
	"256":             "256 bit keys.",
}

// The transforms of a set, at most one of each kind and in any order; GCM authenticates
// by itself.
const (
	cipherSyntax = "{esp-des | esp-3des | esp-null | esp-aes [128 | 192 | 256]}$cipher"
	authSyntax   = "{esp-md5-hmac | esp-sha-hmac | esp-sha256-hmac | esp-sha384-hmac | esp-sha512-hmac}$auth"
	gcmSyntax    = "{esp-gcm [128 | 192 | 256]}$gcm"
	ahSyntax     = "{ah-md5-hmac | ah-sha-hmac | ah-sha256-hmac | ah-sha384-hmac | ah-sha512-hmac}$ah"

	transformsSyntax = "{" + cipherSyntax + " [" + authSyntax + " [" + ahSyntax + "] | " + ahSyntax + " [" + authSyntax + "]] | " +
		authSyntax + " [" + cipherSyntax + " [" + ahSyntax + "] | " + ahSyntax + " [" + cipherSyntax + "]] | " +
		gcmSyntax + " [" + ahSyntax + "] | " +
		ahSyntax + " [" + cipherSyntax + " [" + authSyntax + "] | " + authSyntax + " [" + cipherSyntax + "] | " + gcmSyntax + "]}"
)

// transformSet is a transform set as its mode sees it: how it is written depends on the
// release.
type transformSet struct {
	*config.TransformSet
	ios15 bool
}

var transformSetBlock = grammar.Block[*config.Config, transformSet]{
	Syntax: "crypto ipsec transform-set WORD$name ![" + transformsSyntax + "]",
	Help: withHelp(transformHelp, grammar.Help{
		"crypto":        "Encryption module",
		"ipsec":         "Configure IPSEC policy",
		"transform-set": "Define transform and settings",
		"$name":         "Transform set tag",
	}),
	Open: func(c *config.Config, a grammar.Args) (transformSet, error) {
		list, err := transforms(a)
		if err != nil {
			return transformSet{}, err
		}
		t := c.Transforms(a.String("name"))
		if t == nil {
			t = &config.TransformSet{Name: a.String("name")}
			at, _ := slices.BinarySearchFunc(c.TransformSet, t, func(a, b *config.TransformSet) int { return strings.Compare(a.Name, b.Name) })
			c.TransformSet = slices.Insert(c.TransformSet, at, t)
		}
		if !slices.Equal(t.Transforms, list) {
			t.Transforms = list
			warnWeak(a.Note, list...)
			if slices.Contains(list, "esp-null") {
				a.Note("Warning: esp-null does not encrypt")
			}
		}
		return transformSet{t, c.IOS15()}, nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		name := a.String("name")
		var users []string
		for _, m := range slices.Concat(c.DynamicMaps, c.CryptoMaps) {
			if slices.ContainsFunc(m.Entries, func(e *config.CryptoMapEntry) bool { return slices.Contains(e.TransformSets, name) }) {
				users = append(users, m.Name)
			}
		}
		if users != nil {
			return refuse("Transform set %s is in use by the crypto map(s): %s", name, strings.Join(users, ", "))
		}
		c.TransformSet = without(c.TransformSet, func(t *config.TransformSet) bool { return t.Name == name })
		return nil
	},
	Each: func(c *config.Config) iter.Seq2[string, transformSet] {
		return func(yield func(string, transformSet) bool) {
			for _, t := range c.TransformSet {
				// IOS ends the line with a blank.
				if !yield("crypto ipsec transform-set "+t.Name+" "+strings.Join(t.Transforms, " ")+" ", transformSet{t, c.IOS15()}) {
					return
				}
			}
		}
	},
	Sub: transformMode,
}

var transformMode = grammar.NewMode[transformSet]("cfg-crypto-trans", "Crypto transform configuration commands:",
	grammar.Line[transformSet]{
		Syntax: "mode ![tunnel | transport [require]]",
		Help: grammar.Help{
			"mode":      "encapsulation mode (transport/tunnel)",
			"tunnel":    "tunnel mode",
			"transport": "transport (payload encapsulation) mode",
			"require":   "require transport mode",
		},
		Set: func(t transformSet, a grammar.Args) error {
			switch {
			case a.Has("require"):
				t.Mode = config.RequireTransport
			case a.Has("transport"):
				t.Mode = config.Transport
			default:
				t.Mode = config.Tunnel
			}
			return nil
		},
		No: func(t transformSet, _ grammar.Args) error { t.Mode = config.Tunnel; return nil },
		Write: func(t transformSet, w *grammar.Writer) {
			switch {
			case t.Mode == config.RequireTransport:
				w.Line("mode transport require")
			case t.Mode == config.Transport:
				w.Line("mode transport")
			case t.ios15 || w.All(): // 12.4 does not write the default
				w.Line("mode tunnel")
			}
		},
	},
)

// transforms are the transforms of a set in the order of `show running-config`:
// AH, the cipher, with its key size unless that is 128, then the authentication, which is
// needed only without AH.
func transforms(a grammar.Args) ([]string, error) {
	word := func(name string) string { return strings.TrimSuffix(a.String(name), " 128") }
	cipher, auth := word("cipher"), word("auth")
	var list []string
	if a.Has("ah") {
		list = append(list, word("ah"))
	}
	switch {
	case a.Has("gcm"):
		return append(list, word("gcm")), nil
	case a.Has("ah") && cipher == "" && auth == "":
		return list, nil
	case a.Has("ah") && auth == "" && cipher != "esp-null":
		return append(list, cipher), nil
	case cipher == "":
		return nil, refuse("Invalid transform set: %s needs an encryption transform, esp-null for none.", auth)
	case auth == "":
		return nil, refuse("Invalid transform set: %s needs an authentication transform.", cipher)
	}
	return append(list, cipher, auth), nil
}
