package commands

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/router"
	"conft/shell/grammar"
)

func ping(r Router) exec {
	return exec{
		Syntax: "ping [ip] {A.B.C.D$target | WORD$name} [source {A.B.C.D$address | INTERFACE$interface}" +
			" | repeat <1-2147483647>$count | size <36-18024>$octets | timeout <0-3600>$wait | tos <0-255>$octet | df-bit | data WORD$pattern | validate | verbose]...",
		Help: grammar.Help{
			"ping":     "Send echo messages",
			"ip":       "IP echo",
			"$target":  "Ping destination address",
			"$name":    "Ping destination address",
			"source":   "specify source address or name",
			"$address": "Source address",
			"repeat":   "specify repeat count",
			"$count":   "Repeat count",
			"size":     "specify datagram size",
			"$octets":  "Datagram size",
			"timeout":  "specify timeout interval",
			"$wait":    "Timeout in seconds",
			"tos":      "specify type of service value",
			"$octet":   "type of service value",
			"df-bit":   "enable do not fragment bit in IP header",
			"data":     "specify data pattern",
			"$pattern": "0-FFFF",
			"validate": "validate reply data",
			"verbose":  "verbose output",
		},
		Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
			p, err := pingRequest(r, a)
			if err == nil && a.Has("name") {
				p.Target, err = lookup(ctx, r, t, a.String("name"))
			}
			if err != nil {
				return err
			}
			return runPing(ctx, r, t, p, a.Has("verbose"))
		},
	}
}

// pingRequest reads the arguments; IOS's defaults are five datagrams of 100
// octets and two seconds each.
func pingRequest(r Router, a grammar.Args) (router.PingRequest, error) {
	p := router.PingRequest{Target: a.Addr("target"), Source: a.Addr("address"), Count: 5, Size: 100,
		Timeout: 2 * time.Second, DF: a.Has("df-bit"), Pattern: defaultPattern, Validate: a.Has("validate")}
	if a.Has("count") {
		p.Count = a.Int("count")
	}
	if a.Has("octets") {
		p.Size = a.Int("octets")
	}
	if a.Has("wait") {
		p.Timeout = time.Duration(a.Int("wait")) * time.Second
	}
	if a.Has("octet") {
		p.TOS = uint8(a.Int("octet"))
	}
	if a.Has("pattern") {
		var ok bool
		if p.Pattern, ok = dataPattern(a.String("pattern")); !ok {
			return p, a.Invalid("pattern")
		}
	}
	c := r.Config()
	if a.Has("interface") {
		i := c.Interface(a.String("interface"))
		if i == nil {
			return p, a.Invalid("interface")
		}
		var err error
		p.Source, err = interfaceSource(i)
		return p, err
	}
	return p, checkSource(c, p.Source)
}

// defaultPattern is what echo requests are filled with.
const defaultPattern = 0xabcd

// dataPattern reads a pattern, with or without "0x".
func dataPattern(text string) (uint16, bool) {
	digits := strings.ToLower(text)
	n, err := strconv.ParseUint(strings.TrimPrefix(digits, "0x"), 16, 16)
	return uint16(n), err == nil
}

// interfaceSource is the address that a ping from an interface is sent from.
func interfaceSource(i *config.Interface) (netip.Addr, error) {
	if i.Address.IP == 0 || i.Shutdown {
		return netip.Addr{}, refuse("Invalid source interface - IP not enabled or interface is down")
	}
	return acl.IPv4(i.Address.IP), nil
}

// checkSource refuses an address that is not the router's; none is fine.
func checkSource(c *config.Config, source netip.Addr) error {
	if source.IsValid() && !isLocal(c, acl.Word(source)) {
		return refuse("Invalid source address- IP address not on any of our up interfaces")
	}
	return nil
}

// pingRow is how many symbols stand in one line.
const pingRow = 70

// runPing prints one symbol for each reply as it comes, or a line when it is to be
// verbose, then the summary.
func runPing(ctx context.Context, r Router, t Terminal, p router.PingRequest, verbose bool) error {
	clock := stampClock(r)
	if err := say(t, pingHead(p, clock)); err != nil {
		return err
	}
	var sent, good int
	var least, most, sum time.Duration
	err := r.Ping(ctx, p, func(reply router.PingReply) {
		if verbose {
			say(t, verboseReply(sent, p, reply, clock))
		} else {
			if sent > 0 && sent%pingRow == 0 {
				say(t, "\n")
			}
			say(t, string(reply.Symbol))
		}
		sent++
		if reply.Symbol != '!' {
			return
		}
		if good == 0 || reply.RTT < least {
			least = reply.RTT
		}
		good++
		most = max(most, reply.RTT)
		sum += reply.RTT
	})
	if err != nil && ctx.Err() == nil {
		return refuse("Ping failed: %v", err)
	}
	if !verbose {
		say(t, "\n")
	}
	end := fmt.Sprintf("Success rate is %d percent (%d/%d)", good*100/max(sent, 1), good, sent)
	if good > 0 {
		end += fmt.Sprintf(", round-trip min/avg/max = %d/%d/%d ms", millis(least), millis(sum/time.Duration(good)), millis(most))
	}
	return say(t, end+"\n")
}

func pingHead(p router.PingRequest, clock func(uint32) string) string {
	size := strconv.Itoa(p.Size)
	if p.Sweep != (router.Sweep{}) {
		size = fmt.Sprintf(textSweepSizes, p.Sweep.Min, p.Sweep.Max)
	}
	head := fmt.Sprintf("Type escape sequence to abort.\nSending %d, %s-byte ICMP Echos to %s, timeout is %d seconds:\n",
		p.Total(), size, p.Target, int(p.Timeout/time.Second))
	if p.Source.IsValid() {
		head += fmt.Sprintf("Packet sent with a source address of %s \n", p.Source)
	}
	if p.DF {
		head += "Packet sent with the DF bit set\n"
	}
	if p.Validate {
		head += "Reply data will be validated\n"
	}
	if p.Pattern != defaultPattern {
		head += fmt.Sprintf(textPattern, p.Pattern)
	}
	if p.Options != "" {
		head += sentOptions(p.Options, clock)
	}
	return head
}

// verboseReply is the line of the nth request.
func verboseReply(n int, p router.PingRequest, r router.PingReply, clock func(uint32) string) string {
	var line string
	switch r.Symbol {
	case '!':
		line = fmt.Sprintf(textPingReply, n, millis(r.RTT))
	case '.':
		line = fmt.Sprintf(textPingLost, n)
	case 'M':
		line = fmt.Sprintf(textPingTooBig, n)
		if r.From.IsValid() {
			line = fmt.Sprintf(textPingMTU, r.From, r.MTU)
		}
	case 'U':
		line = fmt.Sprintf(textPingNoRoute, r.From)
	case 'Q':
		line = fmt.Sprintf(textPingQuench, r.From)
	case '&':
		line = fmt.Sprintf(textPingExpired, r.From)
	default:
		line = fmt.Sprintf(textPingUnknown, n, r.From)
	}
	if p.Sweep != (router.Sweep{}) {
		line += fmt.Sprintf(textPingSize, r.Size)
	}
	if r.Symbol == '!' && len(r.Options) > 0 {
		return line + ".  " + receivedOptions(r.Options, clock)
	}
	return line + "\n"
}

// millis rounds to milliseconds; IOS never prints less than one.
func millis(d time.Duration) int64 { return max(1, int64(d.Round(time.Millisecond)/time.Millisecond)) }
