package commands

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"conft/internal/config"
	"conft/internal/router"
	"conft/shell/grammar"
)

func ping(r Router) exec {
	return exec{
		Syntax: "ping [ip] {A.B.C.D$target | WORD$name} [source {A.B.C.D$address | INTERFACE$interface}" +
			" | repeat <1-2147483647>$count | size <36-18024>$octets | timeout <0-3600>$wait | df-bit]...",
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
			"df-bit":   "enable do not fragment bit in IP header",
		},
		Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
			p, err := pingRequest(r, a)
			if err == nil && a.Has("name") {
				p.Target, err = lookup(ctx, r, t, a.String("name"))
			}
			if err != nil {
				return err
			}
			return runPing(ctx, r, t, p)
		},
	}
}

// pingRequest reads the arguments; IOS's defaults are five datagrams of 100
// octets and two seconds each.
func pingRequest(r Router, a grammar.Args) (router.PingRequest, error) {
	p := router.PingRequest{Target: a.Addr("target"), Source: a.Addr("address"), Count: 5, Size: 100,
		Timeout: 2 * time.Second, DF: a.Has("df-bit")}
	if a.Has("count") {
		p.Count = a.Int("count")
	}
	if a.Has("octets") {
		p.Size = a.Int("octets")
	}
	if a.Has("wait") {
		p.Timeout = time.Duration(a.Int("wait")) * time.Second
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

// interfaceSource is the address that a ping from an interface is sent from.
func interfaceSource(i *config.Interface) (netip.Addr, error) {
	if i.Address.IP == 0 || i.Shutdown {
		return netip.Addr{}, refuse("Invalid source interface - IP not enabled or interface is down")
	}
	return ipAddr(i.Address.IP), nil
}

// checkSource refuses an address that is not the router's; none is fine.
func checkSource(c *config.Config, source netip.Addr) error {
	if source.IsValid() && !isLocal(c, ipValue(source)) {
		return refuse("Invalid source address- IP address not on any of our up interfaces")
	}
	return nil
}

// pingRow is how many symbols stand in one line.
const pingRow = 70

// runPing prints one symbol for each reply as it comes, then the summary.
func runPing(ctx context.Context, r Router, t Terminal, p router.PingRequest) error {
	head := fmt.Sprintf("Type escape sequence to abort.\nSending %d, %d-byte ICMP Echos to %s, timeout is %d seconds:\n",
		p.Count, p.Size, p.Target, int(p.Timeout/time.Second))
	if p.Source.IsValid() {
		head += fmt.Sprintf("Packet sent with a source address of %s \n", p.Source)
	}
	if p.DF {
		head += "Packet sent with the DF bit set\n"
	}
	if err := say(t, head); err != nil {
		return err
	}
	var sent, good int
	var least, most, sum time.Duration
	err := r.Ping(ctx, p, func(reply router.PingReply) {
		if sent > 0 && sent%pingRow == 0 {
			say(t, "\n")
		}
		say(t, string(reply.Symbol))
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
	if sent == 0 {
		return say(t, "\nSuccess rate is 0 percent (0/0)\n")
	}
	end := fmt.Sprintf("\nSuccess rate is %d percent (%d/%d)", good*100/sent, good, sent)
	if good > 0 {
		end += fmt.Sprintf(", round-trip min/avg/max = %d/%d/%d ms", millis(least), millis(sum/time.Duration(good)), millis(most))
	}
	return say(t, end+"\n")
}

// millis rounds to milliseconds; IOS never prints less than one.
func millis(d time.Duration) int64 { return max(1, int64(d.Round(time.Millisecond)/time.Millisecond)) }
