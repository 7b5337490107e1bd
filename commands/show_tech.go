package commands

import (
	"bytes"
	"context"
	"fmt"

	"conft/internal/config"
	"conft/shell/grammar"
)

// techSections are the commands of `show tech-support`, in its order.
var techSections = []string{
	"show clock", "show version", "show inventory", techConfig, "show boot", "show file systems", "dir flash:",
	"show processes memory", "show processes cpu", "show memory statistics",
	"show interfaces", "show ip interface", "show ip interface brief", "show ip route", "show arp", "show ip traffic",
	"show ip nat statistics", "show ip nat translations", "show access-lists", "show tcp brief all", "show hosts",
	"show crypto isakmp policy", "show crypto isakmp sa detail", "show crypto isakmp peers", "show crypto isakmp diagnose error",
	"show crypto ipsec transform-set", "show crypto ipsec security-association lifetime", "show crypto map", "show crypto ipsec sa detail",
	"show crypto session detail", "show crypto engine connections active", "show crypto engine connections dropped-packet",
	"show crypto pki certificates", "show archive", "show debugging", "show logging",
}

// techConfig alone holds secrets, in lines of configuration.
const techConfig = "show running-config"

// techSupport is `show tech-support`: everything that helps to find a fault, in one
// listing that may be given away. Keys and passwords are taken out.
func techSupport(r Router) exec {
	return exec{
		Syntax: "show tech-support",
		Help:   grammar.Help{"show": "Show running system information", "tech-support": "Show system information for Tech-Support"},
		Priv:   privileged,
		Run: func(ctx context.Context, t Terminal, _ grammar.Args) error {
			table := grammar.NewExec("", Exec(r)...)
			for _, line := range techSections {
				if err := ctx.Err(); err != nil {
					return err
				}
				s := &section{Terminal: t}
				call, err := table.Match(line, privileged)
				if err == nil {
					err = call.Run(ctx, s)
				}
				if err != nil {
					fmt.Fprintln(s, err)
				}
				text := s.String()
				if line == techConfig {
					text = config.Redact(text)
				}
				if _, err := fmt.Fprintf(t, "\n------------------ %s ------------------\n\n%s", line, text); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// section keeps what a command prints.
type section struct {
	Terminal
	bytes.Buffer
}

func (s *section) Write(b []byte) (int, error) { return s.Buffer.Write(b) }
