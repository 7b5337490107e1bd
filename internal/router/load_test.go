package router

import (
	"net/netip"
	"testing"
)

// TestLoad feeds the meter a machine that is idle for five minutes and then busy.
func TestLoad(t *testing.T) {
	var m loadMeter
	now := times{}
	step := func(busy, interrupt uint64) {
		now.all += 200 // two processors
		now.busy += busy
		now.interrupt += interrupt
		m.sample(now, nil)
	}
	for range 300 {
		step(0, 0)
	}
	for range 5 {
		step(100, 20)
	}
	l := m.load()
	if want := (CPUUse{5000, 416, 83}); l.Total != want || l.Interrupt != 1000 {
		t.Errorf("%+v, interrupts %d, want %+v", l.Total, l.Interrupt, want)
	}
	if len(l.Seconds) != 60 || l.Seconds[0] != 50 || l.Seconds[5] != 0 {
		t.Errorf("seconds %v", l.Seconds)
	}
	for range 56 {
		step(200, 0)
	}
	if l := m.load(); len(l.Minutes) != 6 || l.Minutes[0] != (Peak{Average: 96, Maximum: 100}) || l.Minutes[1] != (Peak{Maximum: 50}) || l.Minutes[2] != (Peak{}) {
		t.Errorf("minutes %v", l.Minutes)
	}
	for range 3300 {
		step(0, 0)
	}
	if l := m.load(); len(l.Hours) != 1 || l.Hours[0].Maximum != 100 || len(l.Minutes) != 60 {
		t.Errorf("hours %v", l.Hours)
	}
}

// TestLoadOfThisMachine looks at the machine that the test runs on.
func TestLoadOfThisMachine(t *testing.T) {
	if n := readTimes(); n.all == 0 || n.busy == 0 || n.busy > n.all {
		t.Errorf("times %+v", n)
	}
	list := readProcesses()
	if len(list) == 0 || list[0].Name == "" || list[0].Invoked == 0 {
		t.Errorf("processes %+v", list)
	}
}

func TestParseProc(t *testing.T) {
	if got := parseTimes("cpu  10 1 20 300 40 5 6 7 8 9"); got != (times{all: 389, busy: 49, interrupt: 11}) {
		t.Errorf("%+v", got)
	}
	name, ticks := parseStat("7 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14")
	if name != "a) b" || ticks != 23 {
		t.Errorf("%q %d", name, ticks)
	}
	if name, ticks := parseStat("7 (x"); name != "" || ticks != 0 {
		t.Errorf("%q %d", name, ticks)
	}
	list := parseTCP("  sl  local_address rem_address   st\n" +
		"   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 25890 1 x\n" +
		"   1: 0101010A:0016 6401010A:C000 01 00000000:00000000 00:00000000 00000000     0        0 25891 1 x\nrubbish\n")
	if len(list) != 2 || list[0].State != "ESTAB" || list[0].Remote != netip.MustParseAddrPort("10.1.1.100:49152") || list[0].ID != 25891 ||
		list[1].State != "LISTEN" || list[1].Local != netip.MustParseAddrPort("127.0.0.1:22") {
		t.Errorf("%+v", list)
	}
}

func TestLowest(t *testing.T) {
	var l lowest
	l.note([2]uint64{5, 5})
	l.note([2]uint64{3, 9})
	if got := l.note([2]uint64{4, 8}); got != [2]uint64{3, 5} {
		t.Errorf("%v", got)
	}
}
