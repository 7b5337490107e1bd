package nettest

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"conft/internal/netns"
)

// Lists by port and protocol, entries that deny, and several entries: each packet
// goes the way that the first entry says that it matches, and each entry that permits
// has its own SAs. The lists mirror each other.
func TestTunnelLists(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{
		acl1: []string{
			"deny udp {lan}.0 0.0.0.255 {other}.0 0.0.0.255 eq 53",
			"permit udp {lan}.0 0.0.0.255 {other}.0 0.0.0.255 range 5000 5010",
			"permit udp {lan}.0 0.0.0.255 {other}.0 0.0.0.255 eq 6000",
			"permit tcp {lan}.0 0.0.0.255 {other}.0 0.0.0.255 eq 80",
			"permit icmp {lan}.0 0.0.0.255 host {other}.2",
		},
		acl3: []string{
			"deny udp {lan}.0 0.0.0.255 eq 53 {other}.0 0.0.0.255",
			"permit udp {lan}.0 0.0.0.255 range 5000 5010 {other}.0 0.0.0.255",
			"permit udp {lan}.0 0.0.0.255 eq 6000 {other}.0 0.0.0.255",
			"permit tcp {lan}.0 0.0.0.255 eq 80 {other}.0 0.0.0.255",
			"permit icmp host {lan}.2 {other}.0 0.0.0.255",
		},
	})
	u.transit(t)
	// First what goes in clear: while nothing has gone otherwise, no straggler does.
	transfer(t, u.a, u.b, netip.MustParseAddrPort("10.1.1.2:0"), netip.MustParseAddrPort("20.1.1.2:81"), 100000)
	if seen := kinds(u.wire.frames()); seen["ESP"] != 0 {
		t.Errorf("TCP to a port of no entry: %v", seen)
	}
	for _, f := range []struct {
		name  string
		port  uint16 // of UDP
		size  int
		clear bool
	}{
		{"denied port", 53, 100, true},
		{"port of no entry", 4999, 100, true},
		{"another of no entry", 5011, 100, true},
		{"in fragments, in clear", 53, 5000, true},
		{"first of the range", 5000, 100, false},
		{"last of the range", 5010, 100, false},
		{"in fragments", 5005, 5000, false},
		{"in fragments, by one port", 6000, 5000, false},
	} {
		u.wire.frames()
		udp(t, u.a, u.b, netip.AddrPortFrom(netip.MustParseAddr("20.1.1.2"), f.port), f.size)
		seen := kinds(u.wire.frames())
		if f.clear != (seen["10.1.1.2 > 20.1.1.2 protocol 17"] > 0) || f.clear != (seen["ESP"] == 0) {
			t.Errorf("%s: on the wire %v", f.name, seen)
		}
	}
	transfer(t, u.a, u.b, netip.MustParseAddrPort("10.1.1.2:0"), netip.MustParseAddrPort("20.1.1.2:80"), 100000)
	u.up(t, u.a, "20.1.1.2")
	u.wire.protected()
	for c, idents := range map[*Conft][]string{
		u.left: {
			"remote ident (addr/mask/prot/port): (20.1.1.0/255.255.255.0/6/80)",
			"remote ident (addr/mask/prot/port): (20.1.1.2/255.255.255.255/1/0)",
			"remote ident (addr/mask/prot/port): (20.1.1.0/255.255.255.0/17/0)",
			"remote ident (addr/mask/prot/port): (20.1.1.0/255.255.255.0/17/6000)",
		},
		u.right: {
			"local  ident (addr/mask/prot/port): (20.1.1.0/255.255.255.0/6/80)",
			"local  ident (addr/mask/prot/port): (20.1.1.2/255.255.255.255/1/0)",
			"local  ident (addr/mask/prot/port): (20.1.1.0/255.255.255.0/17/0)",
			"local  ident (addr/mask/prot/port): (20.1.1.0/255.255.255.0/17/6000)",
		},
	} {
		out := c.Exec("show crypto ipsec sa")
		for _, want := range idents {
			if !strings.Contains(out, want) {
				t.Errorf("%q is not in\n%s", want, out)
			}
		}
		if n := strings.Count(out, "Status: ACTIVE"); n != 2*4 || strings.Contains(out, "#pkts decaps: 0,") {
			t.Errorf("%d SAs, want a pair for each of 4 entries, all used:\n%s", n, out)
		}
	}
}

// udp sends a datagram until the receiver has answered it.
func udp(t *testing.T, from, to *netns.NS, dst netip.AddrPort, size int) {
	t.Helper()
	var server, client *net.UDPConn
	open := func(ns *netns.NS, c **net.UDPConn, f func() (*net.UDPConn, error)) {
		if err := ns.Do(func() (err error) { *c, err = f(); return err }); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { (*c).Close() })
	}
	open(to, &server, func() (*net.UDPConn, error) { return net.ListenUDP("udp4", net.UDPAddrFromAddrPort(dst)) })
	open(from, &client, func() (*net.UDPConn, error) { return net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(dst)) })
	defer server.Close()
	go func() {
		b := make([]byte, 1<<16)
		for {
			n, peer, err := server.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			server.WriteToUDPAddrPort(b[:n], peer)
		}
	}()
	b := make([]byte, 1<<16)
	wait(t, fmt.Sprintf("the answer to %d octets by UDP to %v", size, dst), 10*time.Second, func() bool {
		client.Write([]byte(strings.Repeat(secret, size/len(secret)+1)[:size]))
		client.SetReadDeadline(time.Now().Add(150 * time.Millisecond))
		n, err := client.Read(b)
		return err == nil && n == size
	})
}

// Two entries of a crypto map, each with its own list and transform set: each list's
// packets go by its own. An entry that denies hands the packet on to the next.
func TestTwoMapEntries(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{
		acl1: []string{"deny ip host {lan}.3 any", "permit ip {lan}.0 0.0.0.255 {other}.0 0.0.0.255"},
		acl3: []string{"deny ip any host {other}.3", "permit ip {lan}.0 0.0.0.255 {other}.0 0.0.0.255"},
		global: []string{
			"crypto ipsec transform-set SECOND esp-gcm 256",
			"access-list 101 permit ip {lan}.0 0.0.0.255 {other}.0 0.0.0.255",
			"crypto map M 20 ipsec-isakmp", "set peer {peer}", "set transform-set SECOND", "set pfs group19", "match address 101", "exit",
		},
	})
	sh(t, u.a, "ip addr add 10.1.1.3/24 dev eth0")
	for _, src := range []string{"10.1.1.2", "10.1.1.3"} {
		p := newProber(t, u.a, src, false)
		wait(t, "an answer to "+src, 20*time.Second, func() bool { return p.echo("20.1.1.2", 56, 150*time.Millisecond).arrived })
	}
	u.wire.protected()
	for _, c := range []*Conft{u.left, u.right} {
		out := c.Exec("show crypto ipsec sa")
		for _, want := range []string{"transform: esp-aes esp-sha-hmac ,", "transform: esp-gcm 256 ,", "PFS (Y/N): N, DH group: none", "PFS (Y/N): Y, DH group: group19"} {
			if !strings.Contains(out, want) {
				t.Errorf("conft in %s: %q is not in\n%s", c.ns.Name, want, out)
			}
		}
	}
}

// Of what the initiator proposes the responder takes the first that it has, too, be
// it the last.
func TestSecondProposal(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.left.Exec("configure terminal", "no crypto isakmp policy 10",
		"crypto isakmp policy 5", "encryption aes 256", "hash sha512", "group 21", "authentication pre-share",
		"crypto isakmp policy 20", "encryption 3des", "hash md5", "group 2", "authentication pre-share", "exit",
		"crypto ipsec transform-set ONE esp-gcm 256", "crypto ipsec transform-set TWO esp-aes 192 esp-sha384-hmac",
		"crypto map M 10 ipsec-isakmp", "set transform-set ONE TWO", "end")
	u.right.Exec("configure terminal", "no crypto isakmp policy 10",
		"crypto isakmp policy 1", "encryption des", "hash sha", "group 1", "authentication pre-share",
		"crypto isakmp policy 99", "encryption 3des", "hash md5", "group 2", "authentication pre-share", "exit",
		"crypto ipsec transform-set OTHER esp-des esp-md5-hmac", "crypto ipsec transform-set TWO esp-aes 192 esp-sha384-hmac",
		"crypto map M 10 ipsec-isakmp", "set transform-set OTHER TWO", "end")
	for _, from := range []struct {
		ns *netns.NS
		to string
	}{{u.a, "20.1.1.2"}, {u.b, "10.1.1.2"}} {
		u.up(t, from.ns, from.to)
		for _, c := range []*Conft{u.left, u.right} {
			out := c.Exec("show crypto isakmp sa detail", "show crypto ipsec sa")
			for _, want := range []string{"3des", "md5", "transform: esp-192-aes esp-sha384-hmac ,"} {
				if !strings.Contains(out, want) {
					t.Errorf("conft in %s: %q is not in\n%s", c.ns.Name, want, out)
				}
			}
		}
		u.left.Exec("clear crypto sa", "clear crypto isakmp")
	}
}
