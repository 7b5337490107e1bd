package commands

import (
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

var sshHelp = grammar.Help{
	"ip":  "Global IP configuration subcommands",
	"ssh": "Configure ssh options",
}

// sshNumber is an `ip ssh` command of one number.
func sshNumber(words, number string, help grammar.Help, usual int, of func(*config.SSH) *int) configLine {
	return configLine{
		Syntax: "ip ssh " + words + " ![" + number + "]",
		Help:   withHelp(sshHelp, help),
		Set:    func(c *config.Config, a grammar.Args) error { *of(&c.SSH) = a.Int(number); return nil },
		No:     func(c *config.Config, _ grammar.Args) error { *of(&c.SSH) = usual; return nil },
		Write:  func(c *config.Config, w *grammar.Writer) { writeUnless(w, "ip ssh "+words, *of(&c.SSH), usual) },
	}
}

var sshTimeOutLine = sshNumber("time-out", "<1-120>", grammar.Help{"time-out": "Specify SSH time-out interval", "<1-120>": "SSH time-out interval (secs)"},
	config.DefaultSSHTimeOut, func(s *config.SSH) *int { return &s.TimeOut })

var sshRetriesLine = sshNumber("authentication-retries", "<0-5>", grammar.Help{"authentication-retries": "Specify number of authentication retries",
	"<0-5>": "Number of authentication retries"}, config.DefaultSSHRetries, func(s *config.SSH) *int { return &s.Retries })

var sshVersionLine = configLine{
	Syntax: "ip ssh version ![<1-2>]",
	Help:   withHelp(sshHelp, grammar.Help{"version": "Specify protocol version to be supported", "<1-2>": "Protocol version"}),
	Set: func(c *config.Config, a grammar.Args) error {
		if a.Int("<1-2>") == 1 {
			return refuse("There is only SSH version 2")
		}
		c.SSH.Version2 = true
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error { c.SSH.Version2 = false; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.SSH.Version2 {
			w.Line("ip ssh version 2")
		}
	},
}

var sshKeyPairLine = configLine{
	Syntax: "ip ssh rsa keypair-name ![WORD]",
	Help:   withHelp(sshHelp, grammar.Help{"rsa": "Configure RSA keypair name for SSH", "keypair-name": "Configure RSA keypair name for SSH", "WORD": "Name of the keypair"}),
	Set:    func(c *config.Config, a grammar.Args) error { c.SSH.KeyPair = a.String("WORD"); return nil },
	No:     func(c *config.Config, _ grammar.Args) error { c.SSH.KeyPair = ""; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.SSH.KeyPair != "" {
			w.Line("ip ssh rsa keypair-name", c.SSH.KeyPair)
		}
	},
}

// sshAlgorithms are the algorithms that may be chosen.
var sshAlgorithms = []struct {
	words, help string
	of          func(*config.SSHAlgorithms) *[]string
}{
	{"encryption", "Configure encryption algorithm", func(a *config.SSHAlgorithms) *[]string { return &a.Ciphers }},
	{"mac", "Configure mac algorithm", func(a *config.SSHAlgorithms) *[]string { return &a.MACs }},
	{"kex", "Configure diffie-hellman group algorithm", func(a *config.SSHAlgorithms) *[]string { return &a.KEX }},
	{"hostkey", "Configure hostkey algorithm", func(a *config.SSHAlgorithms) *[]string { return &a.HostKeys }},
	{"authentication", "Configure authentication methods", func(a *config.SSHAlgorithms) *[]string { return &a.Authentication }},
}

// sshAlgorithmLines are `ip ssh server algorithm …`.
func sshAlgorithmLines() []grammar.Entry[*config.Config] {
	var all []grammar.Entry[*config.Config]
	for _, x := range sshAlgorithms {
		help := withHelp(sshHelp, grammar.Help{"server": "Configure SSH server", "algorithm": "Configure SSH server algorithm", x.words: x.help})
		names := slices.Concat(*x.of(&config.UsualSSH), *x.of(&config.OldSSH))
		for _, n := range names {
			help[n] = "Algorithm " + n
		}
		all = append(all, configLine{
			Syntax: "ip ssh server algorithm " + x.words + " ![{" + strings.Join(names, " | ") + "}...$names]",
			Help:   help,
			Set: func(c *config.Config, a grammar.Args) error {
				*x.of(&c.SSH.Algorithms) = unique(a.Strings("names"))
				return nil
			},
			No: func(c *config.Config, _ grammar.Args) error { *x.of(&c.SSH.Algorithms) = nil; return nil },
			Write: func(c *config.Config, w *grammar.Writer) {
				if list := *x.of(&c.SSH.Algorithms); list != nil {
					w.Line("ip ssh server algorithm", x.words, strings.Join(list, " "))
				}
			},
		})
	}
	return all
}
