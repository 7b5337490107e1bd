package commands

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"conft/internal/packet"
	"conft/internal/router"
	"conft/shell/grammar"
)

// The defaults of traceroute.
const (
	traceProbes  = 3
	traceTimeout = 3 // seconds
	traceMinTTL  = 1
	traceMaxTTL  = 30
	tracePort    = 33434
)

func traceroute(r Router) exec {
	return exec{
		Syntax: "traceroute [ip] {A.B.C.D$target | WORD$host} [source {A.B.C.D$address | INTERFACE$interface}" +
			" | probe <1-65535>$probes | ttl <1-255>$min <1-255>$max | timeout <0-3600>$wait | port <1-65535>$first | numeric]...",
		Help: grammar.Help{
			"traceroute": "Trace route to destination",
			"ip":         "IP Trace",
			"$target":    "Trace route to destination address or hostname",
			"$host":      "Trace route to destination address or hostname",
			"source":     "specify source address or name",
			"$address":   "Source address",
			"probe":      "specify number of probes per hop",
			"$probes":    "Probe count",
			"ttl":        "specify minimum and maximum ttl",
			"$min":       "Minimum ttl",
			"$max":       "Maximum ttl",
			"timeout":    "specify time out",
			"$wait":      "Timeout in seconds",
			"port":       "specify port number",
			"$first":     "Port number",
			"numeric":    "display numeric address",
		},
		Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
			q, err := traceRequest(r, a)
			if err == nil && a.Has("host") {
				q.Target, err = lookup(ctx, r, t, a.String("host"))
			}
			if err != nil {
				return err
			}
			return runTrace(ctx, r, t, q, false)
		},
	}
}

func traceRequest(r Router, a grammar.Args) (router.TraceRequest, error) {
	or := func(name string, usual int) int {
		if a.Has(name) {
			return a.Int(name)
		}
		return usual
	}
	q := router.TraceRequest{Target: a.Addr("target"), Source: a.Addr("address"), Probes: or("probes", traceProbes),
		MinTTL: or("min", traceMinTTL), MaxTTL: or("max", traceMaxTTL), Port: or("first", tracePort),
		Timeout: time.Duration(or("wait", traceTimeout)) * time.Second}
	switch c := r.Config(); {
	case q.MaxTTL < q.MinTTL:
		return q, a.Invalid("max")
	case a.Has("interface"):
		i := c.Interface(a.String("interface"))
		if i == nil {
			return q, a.Invalid("interface")
		}
		var err error
		q.Source, err = interfaceSource(i)
		return q, err
	default:
		return q, checkSource(c, q.Source)
	}
}

// traceDialogue is `traceroute` alone: every parameter is asked for.
func traceDialogue(r Router) exec {
	return exec{
		Syntax: "traceroute [ip]",
		Help:   grammar.Help{"traceroute": "Trace route to destination"},
		Priv:   privileged,
		Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
			q, verbose, err := askTrace(r, &questions{ctx: ctx, t: t}, a.Has("ip"))
			if err != nil {
				return err
			}
			return runTrace(ctx, r, t, q, verbose)
		},
	}
}

func askTrace(r Router, q *questions, ip bool) (tr router.TraceRequest, verbose bool, err error) {
	if !ip {
		q.fixed("Protocol", "ip", "protocols other than ip are")
	}
	tr = router.TraceRequest{Target: q.host(r, "Target IP address: ")}
	source := q.line("Source address: ")
	q.yes("Numeric display [n]: ") // names are not looked up
	tr.Timeout = time.Duration(q.number("Timeout in seconds", traceTimeout, 0, 3600)) * time.Second
	tr.Probes = q.number("Probe count", traceProbes, 1, 65535)
	tr.MinTTL = q.number("Minimum Time to Live", traceMinTTL, 1, 255)
	tr.MaxTTL = q.number("Maximum Time to Live", traceMaxTTL, tr.MinTTL, 255)
	tr.Port = q.number("Port Number", tracePort, 1, 65535)
	o := q.options()
	tr.Options = string(packet.PadOptions(o.octets()))
	if q.err == nil && source != "" {
		tr.Source, q.err = pingSource(r.Config(), source)
	}
	return tr, o.verbose, q.err
}

// runTrace prints a line for each hop, and of it each probe as its fate is known; when it is
// to be verbose the IP options of the answers too.
func runTrace(ctx context.Context, r Router, t Terminal, q router.TraceRequest, verbose bool) error {
	head := fmt.Sprintf("Type escape sequence to abort.\nTracing the route to %s\n", q.Target)
	if r.Config().IOS15() {
		head += "VRF info: (vrf in name/id, vrf out name/id)\n"
	} else {
		head += "\n"
	}
	if err := say(t, head); err != nil {
		return err
	}
	var line traceLine
	if verbose {
		line.clock = stampClock(r)
	}
	err := r.Traceroute(ctx, q, func(p router.TraceReply) { say(t, line.add(p)) })
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil:
		return refuse("Traceroute failed: %v", err)
	case line.open:
		return say(t, "\n")
	}
	return nil
}

// traceLine is the line of one hop: "  1 10.1.1.1 4 msec *  0 msec". Another address
// begins a line of its own.
type traceLine struct {
	open  bool
	from  netip.Addr          // the last address printed in it
	clock func(uint32) string // shows timestamps; nil when no options are shown
	cut   bool                // options stand behind the last probe
}

func (l *traceLine) add(p router.TraceReply) string {
	var b strings.Builder
	if !l.open {
		*l = traceLine{open: true, clock: l.clock}
		fmt.Fprintf(&b, "%3d ", p.TTL)
	} else if l.cut {
		l.from = netip.Addr{}
		b.WriteString("    ")
	}
	if p.From.IsValid() && p.From != l.from {
		if l.from.IsValid() {
			fmt.Fprintf(&b, "\n    ")
		}
		l.from = p.From
		b.WriteString(p.From.String())
	}
	switch {
	case !p.From.IsValid():
		b.WriteString(" * ")
	case p.Symbol != "":
		b.WriteString(" " + p.Symbol + " ")
	default:
		fmt.Fprintf(&b, " %d msec", p.RTT.Round(time.Millisecond)/time.Millisecond)
	}
	l.cut = l.clock != nil && len(p.Options) > 0
	if l.cut || p.Last {
		b.WriteString("\n")
	}
	if l.cut {
		b.WriteString(receivedOptions(p.Options, l.clock))
	}
	l.open = !p.Last
	return b.String()
}
