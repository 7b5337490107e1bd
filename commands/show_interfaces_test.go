package commands

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"conft/internal/config"
	"conft/internal/reftest"
	"conft/internal/router"
)

// The block of the capture's Loopback comes out line for line, but for the lines of what
// a Linux link has not.
func TestShowLoopbackLikeCapture(t *testing.T) {
	_, want, _ := strings.Cut(trimLines(reftest.Open(t, "show/show-interfaces/04.txt")), "Loopback1 is")
	want, _, _ = strings.Cut(want, "\nTunnel0")
	absent := []string{"Keepalive set", "unknown protocol drops"}
	var lines []string
	for l := range strings.SplitSeq("Loopback1 is"+want, "\n") {
		if !slices.ContainsFunc(absent, func(a string) bool { return strings.Contains(l, a) }) {
			lines = append(lines, l)
		}
	}
	state := router.InterfaceState{
		Config: &config.Interface{Name: "Loopback1", Address: config.Address{IP: ip("10.81.1.1"), Mask: 0xffffff00}},
		LinkUp: true, Protocol: true, MTU: 1514, Output: router.Traffic{Packets: 19, Bytes: 1444},
		Queue: router.Queue{Strategy: "fifo"},
		Use:   router.LinkUse{LastInput: 3*time.Hour + 3*time.Minute + 52*time.Second},
	}
	got := trimLines(text(func(w io.Writer) { showInterfaces(w, []router.InterfaceState{state}) }))
	if want := strings.Join(lines, "\n"); strings.TrimRight(got, "\n") != strings.TrimRight(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestShowInterfacesUse(t *testing.T) {
	r := newFake(t, "interface g0/0\nbandwidth 2000\ndelay 50\nload-interval 30\n")
	r.interfaces = []router.InterfaceState{{
		Config: r.config.Interface("GigabitEthernet0/0"), LinkUp: true, Protocol: true, MTU: 1500, Link: "eth0",
		Medium: router.Medium{Known: true, Full: true, Speed: 10000, Port: "RJ45"}, ARPTimeout: 4 * time.Hour,
		Detail: router.LinkDetail{Multicast: 1, Length: 2, CRC: 3, Frame: 4, Overrun: 5, Missed: 6, Underrun: 7, Aborted: 8, Carrier: 9, Window: 10, Pulse: 11, Collisions: 12},
		Use: router.LinkUse{In: router.Rate{Bits: 1999999, Packets: 3.9}, Out: router.Rate{Bits: 4e9, Packets: 1e6}, LastInput: 1,
			LastOutput: 26 * time.Hour, Cleared: time.Minute, Failed: 0.1, Resets: 13},
	}}
	got := run(t, r, "show interfaces g0/0")
	for _, want := range []string{
		"BW 2000 Kbit/sec, DLY 500 usec, \n     reliability 230/255, txload 255/255, rxload 254/255\n",
		"  Full Duplex, 10000Mbps, link type is auto, media type is RJ45\n  ARP type: ARPA, ARP Timeout 04:00:00\n",
		"  Last input 00:00:00, output 1d02h, output hang never\n  Last clearing of \"show interface\" counters 00:01:00\n",
		"  30 second input rate 1999000 bits/sec, 3 packets/sec\n  30 second output rate 4000000000 bits/sec, 1000000 packets/sec\n",
		"     Received 1 broadcasts (1 IP multicasts)\n     0 runts, 2 giants, 0 throttles\n     0 input errors, 3 CRC, 4 frame, 5 overrun, 6 ignored\n" +
			"     11 watchdog, 1 multicast, 0 pause input\n     0 packets output, 0 bytes, 7 underruns\n     0 output errors, 12 collisions, 13 interface resets\n" +
			"     0 babbles, 10 late collision, 0 deferred\n     9 lost carrier, 0 no carrier, 0 pause output\n     8 output buffer failures, 0 output buffers swapped out\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no\n%sin\n%s", want, got)
		}
	}
}

func TestInterfacesDescriptionLikeCapture(t *testing.T) {
	state := func(name, description string, shut bool) router.InterfaceState {
		return router.InterfaceState{Config: &config.Interface{Name: name, Description: description, Shutdown: shut}, LinkUp: !shut, Protocol: !shut}
	}
	got := trimLines(text(func(w io.Writer) {
		showInterfacesDescription(w, []router.InterfaceState{state("GigabitEthernet1", "", false), state("GigabitEthernet2", "blah bleh", false), state("GigabitEthernet3", "", true)})
	}))
	if want := trimLines(reftest.Open(t, "show/show-interfaces-description/02.txt")); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for name, want := range map[string]string{"GigabitEthernet0/1": "Gi0/1", "Loopback10": "Lo10", "FastEthernet0/0": "Fa0/0"} {
		if got := shortName(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestClearCounters(t *testing.T) {
	r := lab(t)
	expect(t, "clear counters", run(t, r, "clear counters g0/1", "y"), "Clear \"show interface\" counters on this interface [confirm]y\n")
	expect(t, "clear counters", run(t, r, "clear counters", "y"), "Clear \"show interface\" counters on all interfaces [confirm]y\n")
	run(t, r, "clear counters", "n")
	if want := []string{"clear interface GigabitEthernet0/1", "clear interface "}; !slices.Equal(r.did, want) {
		t.Errorf("did %q, want %q", r.did, want)
	}
	if _, err := try(r, "clear counters g0/9"); err == nil {
		t.Error("an interface that is not there is cleared")
	}
}

func TestLoadInterval(t *testing.T) {
	if _, _, err := typeLines(newRouter(), "interface g0/0", "load-interval 45"); err == nil || err.Error() != "% Load interval must be in increments of 30 seconds" {
		t.Errorf("45 seconds: %v", err)
	}
	c, _, err := typeLines(newRouter(), "interface g0/0", "load-interval 300")
	if err != nil || strings.Contains(Text(c), "load-interval") {
		t.Errorf("the default is written, or %v", err)
	}
}
