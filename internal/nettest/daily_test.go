package nettest

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"conft/internal/netns"
)

// TestDaily has a router ask a name server and tell a syslog host, both of which are in the
// namespace of a host beside it:
//
//	r (conft) 10.5.0.1 ---- 10.5.0.2 h: UDP 53, UDP 514
func TestDaily(t *testing.T) {
	t.Parallel()
	Root(t)
	r, h := Namespace(t, "r"), Namespace(t, "h")
	Cable(t, r, "eth0", "", h, "eth0", "10.5.0.2/24")
	c := StartConft(t, r, "GigabitEthernet0/0=eth0")

	names := listenUDP(t, h, "10.5.0.2:53")
	go serveNames(names, map[string]netip.Addr{"host.lab.": netip.MustParseAddr("10.5.0.2")})
	var mu sync.Mutex
	var told []string
	collector := listenUDP(t, h, "10.5.0.2:514")
	go func() {
		var b [2048]byte
		for {
			n, _, err := collector.ReadFromUDPAddrPort(b[:])
			if err != nil {
				return
			}
			mu.Lock()
			told = append(told, string(b[:n]))
			mu.Unlock()
		}
	}()

	c.Exec("configure terminal", "version 15.4", "hostname R1", "interface g0/0", "ip address 10.5.0.1 255.255.255.0", "no shutdown", "exit",
		"ip domain name lab", "ip name-server 10.5.0.2", "ip host fixed 10.5.0.2",
		"clock timezone CET 1", "service timestamps log datetime msec localtime show-timezone", "service sequence-numbers",
		"logging facility local0", "logging origin-id hostname", "logging source-interface g0/0", "logging host 10.5.0.2", "end")
	wait(t, "the cable", 10*time.Second, func() bool {
		out, _ := c.Try("ping 10.5.0.2 repeat 1 timeout 1")
		return strings.Contains(out, "(1/1)")
	})

	for line, want := range map[string]string{
		"ping host repeat 1":         "Translating \"host\"...domain server (10.5.0.2) [OK]\n\nType escape sequence to abort.\nSending 1, 100-byte ICMP Echos to 10.5.0.2,",
		"ping fixed repeat 1":        "Type escape sequence to abort.\nSending 1, 100-byte ICMP Echos to 10.5.0.2,",
		"traceroute fixed timeout 1": "Type escape sequence to abort.\nTracing the route to 10.5.0.2\n",
	} {
		if out := c.Exec(line); !strings.HasPrefix(out, want) {
			t.Errorf("%s prints\n%s", line, out)
		}
		if line == "ping host repeat 1" { // remembered now
			if out := c.Exec("ping host.lab repeat 1"); strings.Contains(out, "Translating") {
				t.Errorf("asked again:\n%s", out)
			}
		}
	}
	if out, err := c.Try("ping nowhere"); err == nil || out != "Translating \"nowhere\"...domain server (10.5.0.2)\n% Unrecognized host or address, or protocol not running.\n" {
		t.Errorf("ping nowhere prints\n%s", out)
	}
	if out := c.Exec("show hosts"); !strings.Contains(out, "\nfixed                     None  (perm, OK) 0    IP    10.5.0.2\n") ||
		!strings.Contains(out, "\nhost.lab                  None  (temp, OK) 0    IP    10.5.0.2\n") {
		t.Errorf("show hosts prints\n%s", out)
	}

	c.Exec("configure terminal", "interface Loopback7", "end")
	// Facility local0 is 16, so that severity 5 is <133>; the clock starts in March 1993.
	begins := func(s string) bool {
		return strings.HasPrefix(s, "<133>") && strings.Contains(s, ": R1: 0000") && strings.Contains(s, ": *Mar  1 01:0") &&
			strings.HasSuffix(s, " CET: %SYS-5-CONFIG_I: Configured from console by console")
	}
	wait(t, "the message", 10*time.Second, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return slices.ContainsFunc(told, begins)
	})
	if out := c.Exec("show logging"); !strings.Contains(out, "        Logging to 10.5.0.2  (udp port 514, audit disabled,\n              link up),\n") ||
		!strings.Contains(out, "VRF Name:\n        GigabitEthernet0/0\n") {
		t.Errorf("show logging prints\n%s", out)
	}

	// What is saved says when; what is stored is the same text.
	c.Exec("write memory")
	head := "!\n! Last configuration change at 01:0"
	for _, line := range []string{"show startup-config", "show running-config"} {
		if out := c.Exec(line); !strings.Contains(out, head) || !strings.Contains(out, "\n! NVRAM config last updated at 01:0") {
			t.Errorf("%s prints\n%s", line, out)
		}
	}
	if out := c.Exec("show archive config differences"); strings.Contains(out, "last") {
		t.Errorf("they differ:\n%s", out)
	}
	c.Close()
	c.Start()
	if out := c.Exec("show startup-config"); !strings.Contains(out, head) {
		t.Errorf("after a restart:\n%s", out)
	}
	if out := c.Exec("show running-config"); !strings.Contains(out, "!\n! No configuration change since last restart\n! NVRAM config last updated at 01:0") {
		t.Errorf("after a restart:\n%s", out)
	}
	if out := c.Exec("show tech-support"); strings.Contains(out, "% Invalid") || !strings.Contains(out, "CPU utilization for five seconds: ") {
		t.Errorf("show tech-support prints\n%s", out)
	}
	if out, err := c.Try("show cdp neighbors"); err == nil || out != "% CDP is not enabled\n" {
		t.Errorf("show cdp neighbors: %q, %v", out, err)
	}
}

// serveNames answers questions for addresses until the socket closes.
func serveNames(socket *net.UDPConn, names map[string]netip.Addr) {
	var b [512]byte
	for {
		n, from, err := socket.ReadFromUDPAddrPort(b[:])
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(b[:n]) != nil || len(m.Questions) != 1 {
			continue
		}
		m.Response = true
		q := m.Questions[0]
		if a, ok := names[q.Name.String()]; ok {
			m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 300}, Body: &dnsmessage.AResource{A: a.As4()}}}
		} else {
			m.RCode = dnsmessage.RCodeNameError
		}
		if answer, err := m.Pack(); err == nil {
			socket.WriteToUDPAddrPort(answer, from)
		}
	}
}

// listenUDP opens a UDP socket in a namespace until the test ends.
func listenUDP(t testing.TB, ns *netns.NS, at string) *net.UDPConn {
	t.Helper()
	var socket *net.UDPConn
	err := ns.Do(func() (err error) {
		socket, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(at)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	return socket
}
