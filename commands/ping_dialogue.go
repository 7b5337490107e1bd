package commands

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"conft/internal/config"
	"conft/internal/packet"
	"conft/internal/router"
	"conft/shell/grammar"
)

// pingDialogue is `ping` alone: every parameter is asked for, what stands in brackets
// is taken when nothing is typed.
func pingDialogue(r Router) exec {
	return exec{
		Syntax: "ping [ip]",
		Help:   grammar.Help{"ping": "Send echo messages"},
		Priv:   privileged,
		Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
			p, verbose, err := askPing(r, &questions{ctx: ctx, t: t}, a.Has("ip"))
			if err != nil {
				return err
			}
			return runPing(ctx, r, t, p, verbose)
		},
	}
}

func askPing(r Router, q *questions, ip bool) (p router.PingRequest, verbose bool, err error) {
	if !ip {
		q.fixed("Protocol", "ip", "protocols other than ip are")
	}
	p = router.PingRequest{Target: q.host(r, "Target IP address: "), Pattern: defaultPattern}
	p.Count = q.number("Repeat count", 5, 1, 1<<31-1)
	p.Size = q.number("Datagram size", 100, 36, 18024)
	p.Timeout = time.Duration(q.number("Timeout in seconds", 2, 0, 3600)) * time.Second
	if !q.yes("Extended commands [n]: ") {
		return p, false, q.err
	}
	source := q.line("Source address or interface: ")
	p.TOS = uint8(q.number("Type of service", 0, 0, 255))
	p.DF = q.yes("Set DF bit in IP header? [no]: ")
	p.Validate = q.yes("Validate reply data? [no]: ")
	p.Pattern = q.pattern("Data pattern [0xABCD]: ")
	o := q.options()
	p.Options = string(packet.PadOptions(o.octets()))
	if q.yes("Sweep range of sizes [n]: ") {
		p.Sweep.Min = q.number(askSweepMin, 36, 36, 18024)
		p.Sweep.Max = q.number(askSweepMax, 18024, p.Sweep.Min, 18024)
		p.Sweep.Step = q.number(askSweepStep, 1, 1, 18024)
	}
	if q.err == nil && source != "" {
		p.Source, q.err = pingSource(r.Config(), source)
	}
	return p, o.verbose, q.err
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

// say answers to what was typed before the next question.
func (q *questions) say(text string) {
	if q.err == nil {
		q.err = say(q.t, text)
	}
}

// fixed asks a question to which only the answer in brackets can be given.
func (q *questions) fixed(prompt, only, others string) {
	answer := q.line(prompt + " [" + only + "]: ")
	if q.err == nil && !(strings.HasPrefix(only, strings.ToLower(answer)) || strings.EqualFold(answer, only)) {
		q.err = refuse("Not supported: %s not there, %s is the only answer.", others, only)
	}
}

// pattern asks for the data of the requests.
func (q *questions) pattern(prompt string) uint16 {
	answer := q.line(prompt)
	if answer == "" {
		return defaultPattern
	}
	n, ok := dataPattern(answer)
	if q.err == nil && !ok {
		q.err = refuse(textBadPattern)
	}
	return n
}

// host asks for an address or the name of a host.
func (q *questions) host(r Router, prompt string) (ip netip.Addr) {
	answer := q.line(prompt)
	if q.err != nil {
		return ip
	}
	if ip, err := netip.ParseAddr(answer); err == nil && ip.Is4() {
		return ip
	}
	ip, q.err = lookup(q.ctx, r, q.t, answer)
	return ip
}

func (q *questions) number(prompt string, usual, low, high int) int {
	return q.between(prompt+" ["+strconv.Itoa(usual)+"]: ", usual, low, high)
}

// between asks for a number; nothing typed is the usual one.
func (q *questions) between(prompt string, usual, low, high int) int {
	answer := q.line(prompt)
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
