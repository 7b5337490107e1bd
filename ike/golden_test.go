package ike_test

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/suite"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden")

// drawn are the numbers of a transcript that come from the random source.
var drawn = []struct {
	pattern *regexp.Regexp
	name    string
}{
	{regexp.MustCompile(`((?:[Nn]ode|phase 2|M-ID of|message ID =|QM_IDLE {6,7}) ?)-?[0-9]{4,10}`), "$1{mid}"},
	{regexp.MustCompile(`(0x)[0-9A-F]{5,8}\(-?[0-9]{4,10}\)`), "$1{spi}({decimal})"},
	{regexp.MustCompile(`(spi(?: |= |=)(?:0x)?)[0-9A-F]{5,10}`), "$1{spi}"},
	{regexp.MustCompile(`(SPI )[0-9A-F]{5,8}`), "$1{spi}"},
}

// golden compares a transcript with testdata.
func golden(t *testing.T, name string, transcript []string) {
	t.Helper()
	text := strings.Join(transcript, "\n") + "\n"
	for _, d := range drawn {
		text = d.pattern.ReplaceAllString(text, d.name)
	}
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		got, old := strings.Split(text, "\n"), strings.Split(string(want), "\n")
		for i := range max(len(got), len(old)) {
			if i >= len(got) || i >= len(old) || got[i] != old[i] {
				t.Fatalf("%s differs at line %d; now:\n%s", file, i+1, strings.Join(got[min(i, len(got)):min(i+8, len(got))], "\n"))
			}
		}
	}
}

// story is a situation whose transcript is kept: what each router prints, in order.
type story struct {
	name   string
	change func(p1, p3 *exchange.Policy)
	fate   func(p *iketest.Packet) []time.Duration
	then   func(n *iketest.Net, r1, r3 *iketest.Router) // after a second
	length time.Duration
	flags  []debug.Flag
	manner debug.Manner
}

// of15 are the stories that are told in the manner of 15.x too.
var of15 = []string{"established", "no-answer", "no-answer-quick", "no-key-initiator", "wrong-key", "phase1-refused", "proxy-refused", "transform-refused",
	"pfs-refused", "duplicate", "clear-sa", "clear-isakmp", "lower-lifetimes", "unknown-spi"}

var isakmp = []debug.Flag{debug.FlagISAKMP, debug.FlagNone}
var both = []debug.Flag{debug.FlagISAKMP, debug.FlagIPsec, debug.FlagNone}

func lose(from int) func(p *iketest.Packet) []time.Duration {
	return func(p *iketest.Packet) []time.Duration {
		if p.N >= from {
			return nil
		}
		return []time.Duration{0}
	}
}

var stories = []story{
	{name: "established", flags: both},
	{name: "no-answer", fate: lose(1), length: 3 * time.Minute, flags: both},
	{name: "no-answer-quick", fate: lose(7), length: 3 * time.Minute, flags: isakmp},
	{name: "no-key-initiator", change: func(p1, _ *exchange.Policy) { p1.Keys = nil }, length: 70 * time.Second, flags: isakmp},
	{name: "no-key-responder", change: func(_, p3 *exchange.Policy) { p3.Keys = nil }, length: 5 * time.Second, flags: isakmp},
	{name: "wrong-key", change: func(_, p3 *exchange.Policy) { p3.Keys[0].Secret = []byte("other") }, length: 3 * time.Minute, flags: isakmp},
	{name: "phase1-refused", change: func(p1, p3 *exchange.Policy) {
		a := p1.Proposals[0]
		a.Encryption, a.KeyBits = suite.AES, 128
		b := p1.Proposals[0]
		b.Hash = suite.MD5
		p1.Proposals = []exchange.ISAKMPProposal{a, b}
		c := a
		c.KeyBits, c.Priority = 256, 5
		d := p3.Proposals[0]
		d.Group = suite.MODP1024
		p3.Proposals = []exchange.ISAKMPProposal{c, d}
	}, length: 12 * time.Second, flags: isakmp},
	{name: "proxy-refused", change: func(_, p3 *exchange.Policy) {
		p3.Tunnels[0].Selectors[0].Local.Prefix = netip.MustParsePrefix("20.2.0.0/16")
	}, flags: both},
	{name: "transform-refused", change: func(p1, p3 *exchange.Policy) {
		p1.Tunnels[0].Transforms = []exchange.TransformSet{{Transform: suite.ESPAES, KeyBits: 256, Auth: suite.HMACSHA512}, {Transform: suite.ESP3DES, Auth: suite.HMACSHA}}
	}, flags: both},
	{name: "pfs-refused", change: func(_, p3 *exchange.Policy) { p3.Tunnels[0].PFS = suite.MODP1024 }, flags: both},
	{name: "authentication-refused", change: func(_, p3 *exchange.Policy) { p3.Proposals[0].Auth = exchange.RSASig }, length: time.Second, flags: isakmp},
	{name: "half-open", fate: lose(2), length: 70 * time.Second, flags: isakmp},
	{name: "no-confirmation", fate: lose(9), length: 3 * time.Minute, flags: both},
	{name: "lower-lifetimes", change: func(_, p3 *exchange.Policy) {
		p3.Proposals[0].LifeSeconds = 3600
		p3.Tunnels[0].LifeSeconds = 900
	}, flags: isakmp},
	{name: "unknown-spi", then: func(_ *iketest.Net, r1, r3 *iketest.Router) {
		r3.Do(ike.InvalidSPI{Local: iketest.Addr3, Remote: iketest.Addr1, SPI: 0x33C701EA})
	}, length: time.Second, flags: both},
	{name: "pfs", change: func(p1, p3 *exchange.Policy) { p1.Tunnels[0].PFS = suite.MODP1024 }, flags: both},
	{name: "duplicate", fate: func(p *iketest.Packet) []time.Duration {
		if p.N == 2 || p.N == 7 || p.N == 11 { // messages 2, 5, 8 are lost once
			return nil
		}
		return []time.Duration{0}
	}, length: 40 * time.Second, flags: isakmp},
	{name: "clear-sa", then: func(_ *iketest.Net, r1, _ *iketest.Router) { r1.Do(ike.ClearSA{}) }, length: time.Second, flags: both},
	{name: "clear-isakmp", then: func(_ *iketest.Net, r1, _ *iketest.Router) { r1.Do(ike.ClearISAKMP{}) }, length: 2 * time.Minute, flags: isakmp},
	{name: "second-tunnel", change: func(p1, p3 *exchange.Policy) {
		s := exchange.Selector{Local: iketest.Side1, Remote: exchange.Proxy{Prefix: netip.MustParsePrefix("30.1.1.1/32")}}
		p1.Tunnels[0].Selectors = append(p1.Tunnels[0].Selectors, s)
		p3.Tunnels[0].Selectors = append(p3.Tunnels[0].Selectors, iketest.Reverse(s))
	}, then: func(n *iketest.Net, r1, r3 *iketest.Router) {
		r1.Acquire("MAP", 10, exchange.Selector{Local: iketest.Side1, Remote: exchange.Proxy{Prefix: netip.MustParsePrefix("30.1.1.1/32")}})
	}, length: time.Second, flags: both},
	{name: "renewal", change: func(p1, p3 *exchange.Policy) { p1.Tunnels[0].LifeSeconds = 120 },
		then: func(n *iketest.Net, r1, r3 *iketest.Router) { _ = r1.Ping(r3, iketest.Flow) }, length: 125 * time.Second, flags: both},
	{name: "phase1-ends", change: func(p1, p3 *exchange.Policy) { p1.Proposals[0].LifeSeconds = 60 }, length: 65 * time.Second, flags: isakmp},
}

func TestStories(t *testing.T) {
	all := stories
	for _, s := range stories {
		if slices.Contains(of15, s.name) {
			s.name, s.manner = s.name+"-15", debug.IOS15
			all = append(all, s)
		}
	}
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			p1, p3 := iketest.Policies()
			p1.Version, p3.Version = s.manner, s.manner
			if s.change != nil {
				s.change(p1, p3)
			}
			n := iketest.New(1)
			r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
			n.Fate = s.fate
			r1.Acquire("MAP", 10, iketest.Flow)
			n.Run(time.Second)
			skip := [2]int{}
			if s.then != nil {
				skip = [2]int{len(r1.Lines(s.flags...)), len(r3.Lines(s.flags...))}
				s.then(n, r1, r3)
			}
			n.Run(s.length)
			for i, r := range []*iketest.Router{r1, r3} {
				golden(t, fmt.Sprintf("%s-%s", s.name, strings.ToLower(r.Name)), r.Lines(s.flags...)[skip[i]:])
			}
		})
	}
}
