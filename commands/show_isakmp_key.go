package commands

import (
	"fmt"
	"io"
	"strings"

	"conft/internal/config"
)

// showISAKMPKey prints `show crypto isakmp key`: the keys of `crypto isakmp key`, then
// those of each keyring.
func showISAKMPKey(w io.Writer, c *config.Config) {
	fmt.Fprint(w, "Keyring      Hostname/Address                            Preshared Key\n\n")
	showKeys(w, "default", c.ISAKMPKeys)
	for _, k := range c.Keyrings {
		showKeys(w, k.Name, k.Keys)
	}
}

func showKeys(w io.Writer, keyring string, keys []config.ISAKMPKey) {
	for _, k := range keys {
		who := k.Host
		switch {
		case who != "":
		case k.Mask != 0xffffffff:
			who = fmt.Sprintf("%-14s [%-15s]", ipText(k.IP), ipText(k.Mask))
		default:
			who = ipText(k.IP)
		}
		secret := k.Key.Text
		if k.Key.Sealed != "" {
			secret = "(encrypted)"
		}
		if k.Key.Text == "" {
			secret += " (not usable)"
		}
		fmt.Fprintf(w, "%-13s%-44s%s\n", keyring, who, secret)
	}
}

// showISAKMPProfile prints `show crypto isakmp profile` in the form of 12.4.
func showISAKMPProfile(w io.Writer, c *config.Config) {
	for _, p := range c.ISAKMPProfiles {
		fmt.Fprintf(w, "ISAKMP PROFILE %s\n   Identities matched are:\n", p.Name)
		for _, m := range p.Match {
			fmt.Fprintf(w, "    %s\n", matchTitle(m))
		}
		if len(p.Maps) > 0 {
			fmt.Fprintf(w, "   Certificate maps matched are:\n    %s\n", strings.Join(p.Maps, "\n    "))
		}
		fmt.Fprintf(w, "   Identity presented is: %s\n", selfTitle(c, p))
		keyrings := "<none>"
		if len(p.Keyrings) > 0 {
			keyrings = strings.Join(p.Keyrings, " ")
		}
		trustpoints := "<all>"
		if len(p.Trustpoints) > 0 {
			trustpoints = strings.Join(p.Trustpoints, " ")
		}
		fmt.Fprintf(w, "   keyring(s): %s\n   trustpoint(s): %s\n\n", keyrings, trustpoints)
	}
}

func matchTitle(m config.IdentityMatch) string {
	switch m.Kind {
	case config.MatchHost:
		return "fqdn " + m.Name
	case config.MatchUser:
		return "user-fqdn " + m.Name
	case config.MatchHostDomain:
		return "fqdn domain " + m.Name
	case config.MatchUserDomain:
		return "user-fqdn domain " + m.Name
	}
	return "ip-address " + ipText(m.IP) + " " + ipText(m.Mask)
}

func selfTitle(c *config.Config, p *config.ISAKMPProfile) string {
	switch {
	case p.Self == config.SelfUser:
		return "user-fqdn " + p.User
	case p.Self == config.SelfHostname || p.Self == config.SelfDefault && c.Identity == config.SelfHostname:
		return "fqdn " + c.FullName()
	case p.Self == config.SelfDefault && c.Identity == config.SelfSubject:
		return "dn"
	}
	return "ip-address"
}
