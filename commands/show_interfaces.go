package commands

import (
	"fmt"
	"io"
	"net"
	"strings"

	"conft/internal/config"
	"conft/internal/router"
)

// showInterfaces prints `show interfaces [NAME]`. What the machine cannot know
// of a link (rates, resets) is left out instead of being invented.
func showInterfaces(w io.Writer, all []router.InterfaceState, name string) {
	for _, i := range all {
		if name != "" && name != i.Config.Name {
			continue
		}
		status, protocol := states(i)
		fmt.Fprintf(w, "%s is %s, line protocol is %s \n", i.Config.Name, status, protocol)
		loopback := strings.HasPrefix(i.Config.Name, "Loopback")
		switch {
		case loopback:
			fmt.Fprint(w, "  Hardware is Loopback\n")
		case i.MAC == nil:
			fmt.Fprintf(w, "  Hardware is Linux link %s\n", i.Link)
		default:
			fmt.Fprintf(w, "  Hardware is Linux link %s, address is %s (bia %[2]s)\n", i.Link, macText(i.MAC))
		}
		if i.Config.Description != "" {
			fmt.Fprintf(w, "  Description: %s\n", i.Config.Description)
		}
		if a := i.Config.Address; a != (config.Address{}) {
			fmt.Fprintf(w, "  Internet address is %s/%d\n", ipText(a.IP), maskLen(a.Mask))
		}
		fmt.Fprintf(w, "  MTU %d bytes, BW %d Kbit/sec, DLY %d usec, \n", i.MTU, bandwidth(i.Config.Name), delay(i.Config.Name))
		fmt.Fprint(w, "     reliability 255/255, txload 1/255, rxload 1/255\n")
		if loopback {
			fmt.Fprint(w, "  Encapsulation LOOPBACK, loopback not set\n")
		} else {
			fmt.Fprint(w, "  Encapsulation ARPA, loopback not set\n")
		}
		fmt.Fprint(w, "  Last clearing of \"show interface\" counters never\n")
		fmt.Fprintf(w, "  Input queue: 0/75/%d/0 (size/max/drops/flushes); Total output drops: %d\n", i.Input.Drops, i.Output.Drops)
		fmt.Fprintf(w, "     %d packets input, %d bytes, 0 no buffer\n", i.Input.Packets, i.Input.Bytes)
		fmt.Fprintf(w, "     %d input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored\n", i.Input.Errors)
		fmt.Fprintf(w, "     %d packets output, %d bytes, 0 underruns\n", i.Output.Packets, i.Output.Bytes)
		fmt.Fprintf(w, "     %d output errors, 0 collisions, 0 interface resets\n", i.Output.Errors)
	}
}

// macText is the address in IOS's three groups: "5254.0012.3456".
func macText(m net.HardwareAddr) string {
	s := fmt.Sprintf("%x", []byte(m))
	var groups []string
	for len(s) > 4 {
		groups, s = append(groups, s[:4]), s[4:]
	}
	return strings.Join(append(groups, s), ".")
}

// bandwidth is IOS's nominal rate of an interface type, in kilobits per second.
func bandwidth(name string) int {
	switch {
	case strings.HasPrefix(name, "Gigabit"):
		return 1000000
	case strings.HasPrefix(name, "Fast"):
		return 100000
	case strings.HasPrefix(name, "Ethernet"):
		return 10000
	}
	return 8000000
}

// delay is IOS's nominal delay of an interface type, in microseconds.
func delay(name string) int {
	switch {
	case strings.HasPrefix(name, "Gigabit"):
		return 10
	case strings.HasPrefix(name, "Fast"):
		return 100
	case strings.HasPrefix(name, "Ethernet"):
		return 1000
	}
	return 5000
}
