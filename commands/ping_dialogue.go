package commands

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"conft/internal/config"
	"conft/internal/router"
	"conft/shell/grammar"
)

// pingDialogue is `ping` alone: every parameter is asked for, what stands in brackets
// is taken when nothing is typed.
func pingDialogue(r Router) exec {
	return exec{
		Syntax: "ping",
		Help:   grammar.Help{"ping": "Send echo messages"},
		Priv:   privileged,
		Run: func(ctx context.Context, t Terminal, _ grammar.Args) error {
			p, err := askPing(r, &questions{ctx: ctx, t: t})
			if err != nil {
				return err
			}
			return runPing(ctx, r, t, p)
		},
	}
}

func askPing(r Router, q *questions) (router.PingRequest, error) {
	q.fixed("Protocol", "ip", "protocols other than ip are")
	p := router.PingRequest{Target: q.address("Target IP address: ")}
	p.Count = q.number("Repeat count", 5, 1, 1<<31-1)
	p.Size = q.number("Datagram size", 100, 36, 18024)
	p.Timeout = time.Duration(q.number("Timeout in seconds", 2, 0, 3600)) * time.Second
	if !q.yes("Extended commands [n]: ") {
		return p, q.err
	}
	source := q.line("Source address or interface: ")
	q.fixed("Type of service", "0", "other types are")
	p.DF = q.yes("Set DF bit in IP header? [no]: ")
	q.fixed("Validate reply data?", "no", "checking the data is")
	q.fixed("Data pattern", "0xABCD", "other patterns are")
	q.fixed("Loose, Strict, Record, Timestamp, Verbose", "none", "IP options are")
	q.fixed("Sweep range of sizes", "n", "sweeping is")
	if q.err != nil || source == "" {
		return p, q.err
	}
	var err error
	p.Source, err = pingSource(r.Config(), source)
	return p, err
}

// pingSource reads an address or the name of an interface.
func pingSource(c *config.Config, text string) (netip.Addr, error) {
	if ip, err := netip.ParseAddr(text); err == nil && ip.Is4() {
		return ip, checkSource(c, ip)
	}
	name, ok := grammar.Interface(strings.ReplaceAll(text, " ", ""))
	i := c.Interface(name)
	if !ok || i == nil {
		return netip.Addr{}, refuse("Invalid source")
	}
	return interfaceSource(i)
}

// questions asks one after the other, until there is an error.
type questions struct {
	ctx context.Context
	t   Terminal
	err error
}

func (q *questions) line(prompt string) (answer string) {
	if q.err == nil {
		answer, q.err = q.t.Ask(q.ctx, prompt)
	}
	return strings.TrimSpace(answer)
}

// fixed asks a question to which only the answer in brackets can be given.
func (q *questions) fixed(prompt, only, others string) {
	colon := " [" + only + "]: "
	if only == "none" {
		colon = "[none]: "
	}
	answer := q.line(prompt + colon)
	if q.err == nil && !(strings.HasPrefix(only, strings.ToLower(answer)) || strings.EqualFold(answer, only)) {
		q.err = refuse("Not supported: %s not there, %s is the only answer.", others, only)
	}
}

func (q *questions) address(prompt string) netip.Addr {
	answer := q.line(prompt)
	ip, err := netip.ParseAddr(answer)
	if q.err == nil && (err != nil || !ip.Is4()) {
		q.err = refuse("Unrecognized host or address, or protocol not running.")
	}
	return ip
}

func (q *questions) number(prompt string, usual, low, high int) int {
	answer := q.line(prompt + " [" + strconv.Itoa(usual) + "]: ")
	if answer == "" {
		return usual
	}
	n, err := strconv.Atoi(answer)
	if q.err == nil && (err != nil || n < low || n > high) {
		q.err = refuse("A decimal number between %d and %d.", low, high)
	}
	return n
}

// yes asks a question that is answered with no when nothing is typed.
func (q *questions) yes(prompt string) bool {
	answer := strings.ToLower(q.line(prompt))
	switch {
	case q.err != nil || answer == "":
		return false
	case strings.HasPrefix("yes", answer):
		return true
	case !strings.HasPrefix("no", answer):
		q.err = refuse("Please answer 'yes' or 'no'.")
	}
	return false
}
