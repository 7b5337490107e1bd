package nettest

import (
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"conft/internal/netns"
)

// clearCount counts what a namespace receives in clear.
type clearCount struct {
	*watch
	inside, far   netip.Prefix // what must be protected
	leaked, other int          // packets from inside to far, and from inside to elsewhere
}

// look counts what has come since the last look.
func (c *clearCount) look() {
	for _, f := range c.frames() {
		p := f.ip()
		if p == nil || f.out || !c.inside.Contains(netip.AddrFrom4([4]byte(p[12:]))) {
			continue
		}
		if c.far.Contains(netip.AddrFrom4([4]byte(p[16:]))) {
			c.leaked++
		} else {
			c.other++
		}
	}
}

// flood sends small UDP datagrams from a source address to all targets in turn,
// thousands in a second, until the end of the test; the counter says how many rounds
// were sent. Where the address is not there at the moment, it tries again.
func flood(t testing.TB, ns *netns.NS, source string, targets ...string) *atomic.Int64 {
	t.Helper()
	var rounds atomic.Int64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(500 * time.Microsecond)
		defer tick.Stop()
		var conn net.PacketConn
		for {
			select {
			case <-stop:
				if conn != nil {
					conn.Close()
				}
				return
			case <-tick.C:
			}
			if conn == nil {
				ns.Do(func() (err error) {
					conn, err = net.ListenPacket("udp4", source+":0")
					return err
				})
				if conn == nil {
					continue
				}
			}
			for _, target := range targets {
				conn.WriteTo([]byte("plain text"), net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(target), 9)))
			}
			rounds.Add(1)
		}
	}()
	t.Cleanup(func() {
		close(stop)
		<-done
	})
	return &rounds
}

// "Never send protected traffic in clear": not while the router starts, changes, is
// killed, lies dead, comes back or stops.
//
//	host 10.1.1.2 --- 10.1.1.1 r 12.12.12.1 --- 12.12.12.2 next, who watches the wire
func TestFailClosed(t *testing.T) {
	t.Parallel()
	Root(t)
	host, r, next := Namespace(t, "host"), Namespace(t, "r"), Namespace(t, "next")
	Cable(t, host, "eth0", "10.1.1.2/24", r, "eth1", "")
	Cable(t, r, "eth0", "", next, "eth0", "12.12.12.2/24")
	if err := host.Default(netip.MustParseAddr("10.1.1.1")); err != nil {
		t.Fatal(err)
	}
	w := clearCount{watch: capture(t, next, "eth0"), inside: netip.MustParsePrefix("10.1.1.0/24"), far: netip.MustParsePrefix("20.1.1.0/24")}
	// Forwarded packets and the router's own, from the first moment on.
	forwarded := flood(t, host, "10.1.1.2", "20.1.1.1", "30.1.1.1")
	local := flood(t, r, "10.1.1.1", "20.1.1.1", "30.1.1.1")

	const (
		outside = "interface GigabitEthernet0/0"
		m10     = "crypto map m 10 ipsec-isakmp"
	)
	c := StartConft(t, r, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	c.Exec("configure terminal",
		"access-list 100 permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255",
		"crypto isakmp policy 1", "authentication pre-share", "exit", "crypto isakmp key k address 12.12.12.2",
		"crypto ipsec transform-set s esp-aes esp-sha-hmac",
		m10, "set peer 12.12.12.2", "set transform-set s", "match address 100",
		outside, "crypto map m", "ip address 12.12.12.1 255.255.255.0", "no shutdown",
		"interface GigabitEthernet0/1", "ip address 10.1.1.1 255.255.255.0", "no shutdown",
		"ip route 0.0.0.0 0.0.0.0 12.12.12.2", "end", "write")

	// flows waits until both senders have sent for a while and, where clear traffic is to
	// pass, until it does: a tap that sees nothing proves nothing.
	flows := func(when string, clear bool) {
		t.Helper()
		w.look()
		f, l, o := forwarded.Load(), local.Load(), w.other
		wait(t, "traffic "+when, 20*time.Second, func() bool {
			w.look()
			return forwarded.Load() > f+100 && (!clear || local.Load() > l+100 && w.other > o+200)
		})
		if w.leaked > 0 {
			t.Fatalf("%s: %d protected packets left in clear", when, w.leaked)
		}
	}
	flows("while the router runs", true)

	for _, x := range []struct {
		when  string
		lines []string
		clear bool
	}{
		{"with another entry in the access list", []string{"access-list 100 permit ip 10.1.1.0 0.0.0.255 40.1.1.0 0.0.0.255"}, true},
		{"with an access list of other entries for the same", []string{"ip access-list extended other", "permit ip 10.1.1.0 0.0.0.127 20.1.1.0 0.0.0.255", "permit udp any 20.1.1.0 0.0.0.255", m10, "match address other"}, true},
		{"with the access list that it had", []string{m10, "match address 100", "no ip access-list extended other"}, true},
		{"with a second crypto map entry", []string{"access-list 101 permit ip 10.1.1.0 0.0.0.255 50.1.1.0 0.0.0.255",
			"crypto map m 5 ipsec-isakmp", "set peer 12.12.12.9", "set transform-set s", "match address 101"}, true},
		{"without the second crypto map entry", []string{"no crypto map m 5"}, true},
		{"without peer", []string{m10, "no set peer 12.12.12.2"}, true},
		{"with peer", []string{m10, "set peer 12.12.12.2"}, true},
		{"with another outside address", []string{outside, "ip address 12.12.12.9 255.255.255.0"}, true},
		{"with the outside down", []string{outside, "shutdown"}, false},
		{"with the outside up again", []string{outside, "no shutdown"}, true},
		{"with the inside down", []string{"interface GigabitEthernet0/1", "shutdown"}, false},
		{"with the inside up again", []string{"interface GigabitEthernet0/1", "no shutdown"}, true},
	} {
		c.Exec(append([]string{"configure terminal"}, x.lines...)...)
		flows(x.when, x.clear)
	}
	for range 3 {
		c.Kill()
		flows("after kill -9", true) // the kernel still forwards
		c.Start()
		flows("after the start on a killed one's remains", true)
	}
	c.Close()
	flows("after an orderly stop", false)
	c.Start()
	flows("after a start from nvram", true)
}
