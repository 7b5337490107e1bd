package ike_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike/iketest"
	"conft/internal/reftest"
)

func TestTranscripts(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if p.N <= 2 {
			return nil
		}
		return []time.Duration{0}
	}
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(25 * time.Second)
	if err := r1.Ping(r3, iketest.Flow); err != nil {
		t.Fatal(err)
	}
	iketest.Compare(t, iketest.Seed, strings.Join(r1.Lines(debug.FlagISAKMP, debug.FlagNone), "\n"))
	iketest.Compare(t, iketest.Responder, strings.Join(r3.Lines(debug.FlagISAKMP, debug.FlagNone), "\n"))
}

func TestSeedIsTheReference(t *testing.T) {
	text := reftest.Open(t, "debug/seed-main-mode-initiator.txt")
	stamp := regexp.MustCompile(`(?m)^\*Mar  1 [0-9:.]+: `)
	iketest.Compare(t, iketest.Seed, stamp.ReplaceAllString(text, ""))
}
