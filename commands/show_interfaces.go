package commands

import (
	"fmt"
	"io"
	"strings"
	"time"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/router"
)

// showInterfaces prints `show interfaces`. What the machine cannot know
// of a link (unknown protocols) is left out instead of being invented.
func showInterfaces(w io.Writer, list []router.InterfaceState) {
	for _, i := range list {
		status, protocol := states(i)
		fmt.Fprintf(w, "%s is %s, line protocol is %s \n", i.Config.Name, status, protocol)
		showHardware(w, i)
		showUse(w, i)
		showCounters(w, i)
	}
}

// showHardware prints what an interface is.
func showHardware(w io.Writer, i router.InterfaceState) {
	switch {
	case virtual(i.Config.Name):
		fmt.Fprint(w, "  Hardware is Loopback\n")
	case i.MAC == nil:
		fmt.Fprintf(w, "  Hardware is Linux link %s\n", i.Link)
	default:
		fmt.Fprintf(w, "  Hardware is Linux link %s, address is %s (bia %[2]s)\n", i.Link, debug.MACText(i.MAC))
	}
	if i.Config.Description != "" {
		fmt.Fprintf(w, "  Description: %s\n", i.Config.Description)
	}
	if a := i.Config.Address; a != (config.Address{}) {
		fmt.Fprintf(w, "  Internet address is %s/%d\n", ipText(a.IP), maskLen(a.Mask))
	}
	fmt.Fprintf(w, "  MTU %d bytes, BW %d Kbit/sec, DLY %d usec, \n", i.MTU, bandwidth(i.Config), delay(i.Config))
	fmt.Fprintf(w, "     reliability %.0f/255, txload %d/255, rxload %d/255\n", 255*(1-i.Use.Failed), linkLoad(i.Use.Out, i.Config), linkLoad(i.Use.In, i.Config))
	if virtual(i.Config.Name) {
		fmt.Fprint(w, "  Encapsulation LOOPBACK, loopback not set\n")
		return
	}
	fmt.Fprint(w, "  Encapsulation ARPA, loopback not set\n  Keepalive not set\n")
	if m := i.Medium; m.Known {
		duplex, speed, media := "Half", "Auto Speed", "unknown media type"
		if m.Full {
			duplex = "Full"
		}
		if m.Speed != 0 {
			speed = fmt.Sprintf("%dMbps", m.Speed)
		}
		if m.Port != "" {
			media = m.Port
		}
		fmt.Fprintf(w, "  %s Duplex, %s, link type is auto, media type is %s\n", duplex, speed, media)
	}
	if i.ARPTimeout != 0 {
		fmt.Fprintf(w, "  ARP type: ARPA, ARP Timeout %s\n", hoursText(i.ARPTimeout))
	}
}

// showUse prints how busy an interface is.
func showUse(w io.Writer, i router.InterfaceState) {
	u := i.Use
	fmt.Fprintf(w, "  Last input %s, output %s, output hang never\n", agoText(u.LastInput), agoText(u.LastOutput))
	fmt.Fprintf(w, "  Last clearing of \"show interface\" counters %s\n", agoText(u.Cleared))
	fmt.Fprintf(w, "  Input queue: 0/75/%d/0 (size/max/drops/flushes); Total output drops: %d\n", i.Input.Drops, i.Output.Drops)
	if q := i.Queue; q.Strategy != "" {
		fmt.Fprintf(w, "  Queueing strategy: %s\n  Output queue: %d/%d (size/max)\n", q.Strategy, q.Length, q.Max)
	}
	interval := fmt.Sprintf("%d second", i.Config.LoadSeconds())
	if i.Config.LoadSeconds()%60 == 0 {
		interval = fmt.Sprintf("%d minute", i.Config.LoadSeconds()/60)
	}
	rate := func(way string, r router.Rate) {
		fmt.Fprintf(w, "  %s %s rate %d bits/sec, %d packets/sec\n", interval, way, roundedBits(r), int(r.Packets))
	}
	rate("input", u.In)
	rate("output", u.Out)
}

// roundedBits are the bits per second of a rate, rounded as IOS does.
func roundedBits(r router.Rate) int {
	const step = 1000
	return int(r.Bits) / step * step
}

// showCounters prints what an interface has counted.
func showCounters(w io.Writer, i router.InterfaceState) {
	d := i.Detail
	fmt.Fprintf(w, "     %d packets input, %d bytes, 0 no buffer\n", i.Input.Packets, i.Input.Bytes)
	fmt.Fprintf(w, "     Received %d broadcasts (%[1]d IP multicasts)\n", d.Multicast)
	// Frames of a wrong length are counted together; those that are too short never get here.
	fmt.Fprintf(w, "     0 runts, %d giants, 0 throttles\n", d.Length)
	fmt.Fprintf(w, "     %d input errors, %d CRC, %d frame, %d overrun, %d ignored", i.Input.Errors, d.CRC, d.Frame, d.Overrun, d.Missed)
	if virtual(i.Config.Name) {
		fmt.Fprint(w, ", 0 abort\n")
	} else {
		fmt.Fprintf(w, "\n     %d watchdog, %d multicast, 0 pause input\n", d.Pulse, d.Multicast)
	}
	fmt.Fprintf(w, "     %d packets output, %d bytes, %d underruns\n", i.Output.Packets, i.Output.Bytes, d.Underrun)
	fmt.Fprintf(w, "     %d output errors, %d collisions, %d interface resets\n", i.Output.Errors, d.Collisions, i.Use.Resets)
	if !virtual(i.Config.Name) {
		fmt.Fprintf(w, "     0 babbles, %d late collision, 0 deferred\n", d.Window)
		fmt.Fprintf(w, "     %d lost carrier, 0 no carrier, 0 pause output\n", d.Carrier)
	}
	fmt.Fprintf(w, "     %d output buffer failures, 0 output buffers swapped out\n", d.Aborted)
}

// shortName is the name of an interface as tables have it: "Gi0/1".
func shortName(name string) string {
	digits := strings.IndexAny(name, "0123456789")
	return name[:2] + name[max(digits, 2):]
}

// agoText is "00:00:05", "1d02h" or "never".
func agoText(d time.Duration) string {
	if d == 0 {
		return "never"
	}
	return debug.UptimeText(d)
}

// bandwidth is that of the configuration, or IOS's nominal rate of an interface type, in
// kilobits per second.
func bandwidth(i *config.Interface) int {
	switch {
	case i.Bandwidth != 0:
		return i.Bandwidth
	case strings.HasPrefix(i.Name, "Gigabit"):
		return 1000000
	case strings.HasPrefix(i.Name, "Fast"):
		return 100000
	case strings.HasPrefix(i.Name, "Ethernet"):
		return 10000
	}
	return 8000000
}

// delay is that of the configuration, or IOS's nominal delay of an interface type, in
// microseconds.
func delay(i *config.Interface) int {
	switch {
	case i.Delay != 0:
		return i.Delay * 10
	case strings.HasPrefix(i.Name, "Gigabit"):
		return 10
	case strings.HasPrefix(i.Name, "Fast"):
		return 100
	case strings.HasPrefix(i.Name, "Ethernet"):
		return 1000
	}
	return 5000
}

// linkLoad is the share of the bandwidth that a rate takes, of 255; IOS's least is 1.
func linkLoad(r router.Rate, i *config.Interface) int {
	return min(max(int(r.Bits/1000*255/float64(bandwidth(i))), 1), 255)
}
