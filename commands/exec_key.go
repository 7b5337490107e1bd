package commands

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"conft/internal/pki"
	"conft/shell/grammar"
)

const (
	generateSyntax = "crypto key generate rsa [general-keys | label WORD$name | modulus <360-4096>$bits]..."
	zeroizeSyntax  = "crypto key zeroize rsa [WORD$name]"
)

var keyHelp = grammar.Help{
	"crypto":       "Encryption module",
	"key":          "Long term key operations",
	"generate":     "Generate new keys",
	"zeroize":      "Remove keys",
	"rsa":          "RSA keys",
	"general-keys": "Generate a general purpose RSA key pair for signing and encryption",
	"label":        "Provide a label",
	"$name":        "RSA keypair label",
	"modulus":      "Provide number of modulus bits on the command line",
	"$bits":        "size of the key modulus",
}

// keyCommands make and destroy key pairs. IOS has them in configuration mode, where
// they may be typed as well (see actions).
func keyCommands(r Router) []exec {
	return []exec{
		{
			Syntax: generateSyntax, Help: keyHelp, Priv: privileged,
			Run: func(ctx context.Context, t Terminal, a grammar.Args) error { return generateKeys(ctx, r, t, a) },
		},
		{
			Syntax: zeroizeSyntax, Help: keyHelp, Priv: privileged,
			Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
				return zeroizeKeys(ctx, r, t, a.String("name"))
			},
		},
	}
}

// defaultLabel is the name of a key pair that was given none.
func defaultLabel(r Router) (string, error) {
	switch c := r.Config(); {
	case c.Hostname == "Router":
		return "", refuse("Please define a hostname other than Router.")
	case c.DomainName == "":
		return "", refuse("Please define a domain-name first.")
	default:
		return c.FullName(), nil
	}
}

func generateKeys(ctx context.Context, r Router, t Terminal, a grammar.Args) (err error) {
	label := a.String("name")
	if label == "" {
		if label, err = defaultLabel(r); err != nil {
			return err
		}
	}
	if len(label) > 255 || strings.Contains(label, "/") {
		return a.Invalid("name")
	}
	if r.PKI().Key(label) != nil {
		say(t, "% You already have RSA keys defined named "+label+".\n")
		yes, err := askYesNo(ctx, t, "% Do you really want to replace them? [yes/no]: ")
		if err != nil || !yes {
			return err
		}
	}
	say(t, "The name for the keys will be: "+label+"\n")
	bits := a.Int("bits")
	if a.Has("bits") {
		fmt.Fprintf(t, "\n%% The key modulus size is %d bits\n", bits)
	} else if bits, err = askModulus(ctx, t); err != nil {
		return err
	}
	fmt.Fprintf(t, "%% Generating %d bit RSA keys, keys will be non-exportable...\n", bits)
	start := time.Now()
	if err := r.PKI().Generate(label, bits, r.Clock().Now()); err != nil {
		return refuse("Keys could not be generated: %v", err)
	}
	fmt.Fprintf(t, "[OK] (elapsed time was %d seconds)\n\n", int(time.Since(start).Seconds()))
	if bits < pki.WeakModulus {
		fmt.Fprintf(t, "Warning: an RSA modulus of %d bits is weak; use it only with a peer that takes nothing better\n", bits)
	}
	return nil
}

// askModulus is the dialogue of a command without modulus.
func askModulus(ctx context.Context, t Terminal) (int, error) {
	say(t, "Choose the size of the key modulus in the range of 360 to 4096 for your\n"+
		"  General Purpose Keys. Choosing a key modulus greater than 512 may take\n"+
		"  a few minutes.\n\n")
	for {
		answer, err := t.Ask(ctx, "How many bits in the modulus [512]: ")
		if err != nil {
			return 0, err
		}
		if answer == "" {
			return 512, nil
		}
		bits, err := strconv.Atoi(answer)
		if err == nil && pki.MinModulus <= bits && bits <= pki.MaxModulus {
			return bits, nil
		}
		say(t, "% A decimal number between 360 and 4096.\n")
	}
}

func zeroizeKeys(ctx context.Context, r Router, t Terminal, label string) error {
	var labels []string
	for _, k := range r.PKI().Keys() {
		if label == "" || k.Label == label {
			labels = append(labels, k.Label)
		}
	}
	switch {
	case len(labels) == 0 && label != "":
		return refuse("No RSA keys found named '%s'.", label)
	case len(labels) == 0:
		return refuse("No Signature RSA Keys found in configuration.")
	case label != "":
		say(t, "% Keys to be removed are named '"+label+"'.\n")
	default:
		say(t, "% All RSA keys will be removed.\n")
	}
	say(t, "% All router certs issued using these keys will also be removed.\n")
	yes, err := askYesNo(ctx, t, "Do you really want to remove these keys? [yes/no]: ")
	if err != nil || !yes {
		return err
	}
	for _, l := range labels {
		if err := r.PKI().Zeroize(l); err != nil {
			return refuse("Keys %s could not be removed: %v", l, err)
		}
	}
	return nil
}
