package commands

import (
	"fmt"

	"conft/internal/config"
	"conft/shell/grammar"
)

// What notices that a peer or a NAT's mapping is gone, and that SAs are not used.

var isakmpKeepaliveLine = configLine{
	Syntax: "crypto isakmp keepalive ![<10-3600>$seconds [<2-60>$retry] [periodic | on-demand]]",
	Help: grammar.Help{
		"keepalive": "Set a keepalive interval for use with IOS peers",
		"$seconds":  "Number of seconds between keep alives",
		"$retry":    "Number of seconds between retries if keepalive fails",
		"periodic":  "Specify the keepalive mode as periodic",
		"on-demand": "Specify the keepalive mode as on-demand (default)",
	},
	Set: func(c *config.Config, a grammar.Args) error {
		k := config.Keepalive{Seconds: uint16(a.Int("seconds")), Retry: config.DefaultKeepaliveRetry, Periodic: a.Has("periodic")}
		if a.Has("retry") {
			k.Retry = uint16(a.Int("retry"))
		}
		c.Keepalive = k
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error { c.Keepalive = config.Keepalive{}; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		k := c.Keepalive
		if k.Seconds == 0 {
			return
		}
		retry, mode := "", ""
		if k.Retry != config.DefaultKeepaliveRetry {
			retry = fmt.Sprint(k.Retry)
		}
		if k.Periodic {
			mode = "periodic"
		}
		w.Line("crypto isakmp keepalive", fmt.Sprint(k.Seconds), retry, mode)
	},
}

var natKeepaliveLine = configLine{
	Syntax: "crypto isakmp nat keepalive ![<5-3600>$interval]",
	Help: grammar.Help{
		"nat":       "Set a nat  keepalive interval for use with IOS peers",
		"keepalive": "Set a keepalive interval for use with IOS peers",
		"$interval": "Number of seconds between keep alives",
	},
	Set: func(c *config.Config, a grammar.Args) error {
		c.NATKeepalive = uint16(a.Int("interval"))
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error { c.NATKeepalive = 0; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.NATKeepalive != 0 {
			w.Line("crypto isakmp nat keepalive", fmt.Sprint(c.NATKeepalive))
		}
	},
}

// natTransparencyLine is written as IOS abbreviates it.
var natTransparencyLine = configLine{
	Syntax: "crypto ipsec nat-transparency udp-encapsulation",
	Help: grammar.Help{
		"nat-transparency":  "IPsec NAT transparency model",
		"udp-encapsulation": "UDP encapsulation of IPsec protocols",
	},
	Set:     func(c *config.Config, _ grammar.Args) error { c.NoUDPEncap = false; return nil },
	No:      func(c *config.Config, _ grammar.Args) error { c.NoUDPEncap = true; return nil },
	Default: func(c *config.Config, _ grammar.Args) error { c.NoUDPEncap = false; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.NoUDPEncap {
			w.Line("no crypto ipsec nat-transparency udp-encaps")
		}
	},
}

var ipsecIdleLine = configLine{
	Syntax: "crypto ipsec security-association idle-time ![<60-86400>$idle]",
	Help: grammar.Help{
		"idle-time": "Automatically delete IPSec SAs after a given idle period.",
		"$idle":     "Idle time interval in seconds",
	},
	Set: func(c *config.Config, a grammar.Args) error {
		c.IdleTime = config.IdleTime{Seconds: uint32(a.Int("idle"))}
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error { c.IdleTime = config.IdleTime{}; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.IdleTime.Seconds != 0 {
			w.Line("crypto ipsec security-association idle-time", fmt.Sprint(c.IdleTime.Seconds))
		}
	},
}

var mapIdleLine = mapLine{
	Syntax: "set security-association idle-time ![<60-86400>$idle [default]]",
	Help: grammar.Help{
		"idle-time": "Automatically delete IPSec SAs after a given idle period.",
		"$idle":     "Idle time interval in seconds",
		"default":   "Direct next connection to default peer",
	},
	Set: func(e *mapScope, a grammar.Args) error {
		e.IdleTime = config.IdleTime{Seconds: uint32(a.Int("idle")), Default: a.Has("default")}
		return nil
	},
	No: func(e *mapScope, _ grammar.Args) error { e.IdleTime = config.IdleTime{}; return nil },
	Write: func(e *mapScope, w *grammar.Writer) {
		if e.IdleTime.Seconds == 0 {
			return
		}
		word := ""
		if e.IdleTime.Default {
			word = "default"
		}
		w.Line("set security-association idle-time", fmt.Sprint(e.IdleTime.Seconds), word)
	},
}
