package nettest

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// protectionForms are what a transform set can be besides ESP in tunnel mode.
var protectionForms = []struct {
	set, mode string
	wire      string   // the outermost protocol
	shown     []string // of both directions
}{
	{"ah-sha-hmac", "tunnel", "AH", []string{"ah-sha-hmac"}},
	{"ah-md5-hmac esp-aes 256 esp-sha-hmac", "tunnel", "AH", []string{"ah-md5-hmac", "esp-256-aes esp-sha-hmac"}},
	{"ah-sha256-hmac esp-des", "tunnel", "AH", []string{"ah-sha256-hmac", "esp-des"}},
	{"esp-aes esp-sha256-hmac", "transport", "ESP", []string{"esp-aes esp-sha256-hmac"}},
	{"esp-gcm 256", "transport", "ESP", []string{"esp-gcm 256"}},
	{"ah-sha512-hmac", "transport", "AH", []string{"ah-sha512-hmac"}},
	{"ah-sha384-hmac esp-3des esp-md5-hmac", "transport", "AH", []string{"ah-sha384-hmac", "esp-3des esp-md5-hmac"}},
}

// Each form between two confts: the hosts of the LANs, whose mode is always tunnel, and the
// routers themselves, with packets that fit and packets that do not. Nothing is seen on the
// wire but what the set names.
func TestTunnelForms(t *testing.T) {
	t.Parallel()
	both := []string{"permit ip {lan}.0 0.0.0.255 {other}.0 0.0.0.255", "permit ip host {wan} host {peer}"}
	u := newTunnel(t, ends{acl1: both, acl3: both})
	p := newProber(t, u.a, "10.1.1.2", false)
	for i, f := range protectionForms {
		lines := []string{"clear crypto sa", "configure terminal",
			fmt.Sprintf("crypto ipsec transform-set S%d %s", i, f.set), "mode " + f.mode, "exit",
			"crypto map M 10 ipsec-isakmp", fmt.Sprintf("set transform-set S%d", i), "end"}
		u.right.Exec(lines...)
		u.left.Exec(lines...)
		u.wire.frames()
		name := f.set + ", " + f.mode
		wait(t, "a tunnel with "+name, 20*time.Second, func() bool { return p.echo("20.1.1.2", 1000, 150*time.Millisecond).arrived })
		if e := p.echo("20.1.1.2", 4000, time.Second); !e.arrived {
			t.Errorf("%s: a packet of 4,000 octets did not arrive", name)
		}
		wait(t, "a tunnel between the routers with "+name, 20*time.Second, func() bool {
			return strings.Contains(u.left.Exec("ping 23.23.23.3 source 12.12.12.1 repeat 1 timeout 1"), "!\n")
		})
		for _, size := range []int{100, 1476, 4000} {
			if out := u.right.Exec(fmt.Sprintf("ping 12.12.12.1 source 23.23.23.3 size %d repeat 2", size)); !strings.Contains(out, "!!") {
				t.Errorf("%s: ping of %d octets printed\n%s", name, size, out)
			}
		}
		transfer(t, u.r1, u.r3, netip.MustParseAddrPort("12.12.12.1:0"), netip.MustParseAddrPort("23.23.23.3:5001"), 1<<18)
		for k, n := range kinds(u.wire.frames()) {
			if k != "IKE" && k != f.wire {
				t.Errorf("%s: %d packets on the wire are %s", name, n, k)
			}
		}
		for _, c := range []*Conft{u.left, u.right} {
			out := c.Exec("show crypto ipsec sa")
			for _, s := range f.shown {
				// Inbound and outbound, of both pairs.
				if n := strings.Count(out, "transform: "+s+" ,\n"); n != 4 {
					t.Errorf("%s: %d SAs of 4 with %s in\n%s", name, n, s, out)
				}
			}
			want := map[string]int{"tunnel": 0, "transport": 2 * len(f.shown)}[f.mode]
			if n := strings.Count(out, "in use settings ={Transport, }"); n != want {
				t.Errorf("%s: %d SAs of %d in transport mode in\n%s", name, n, want, out)
			}
		}
	}
}

// Replay detection goes by what is configured when the SAs are negotiated: an entry's own
// window before what is said for all.
func TestReplayConfigured(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	for _, v := range []struct{ line, want string }{
		{"crypto ipsec security-association replay disable", "N"},
		{"crypto map M 10 ipsec-isakmp\nset security-association replay window-size 512", "Y"},
		{"crypto map M 10 ipsec-isakmp\nset security-association replay disable", "N"},
	} {
		u.left.Exec(append(append([]string{"clear crypto sa", "configure terminal"}, strings.Split(v.line, "\n")...), "end")...)
		u.up(t, u.a, "20.1.1.2")
		if out := u.left.Exec("show crypto ipsec sa"); strings.Count(out, "replay detection support: "+v.want) != 2 {
			t.Errorf("after %q:\n%s", v.line, out)
		}
	}
}

// Transport mode through a NAT, whose side begins: TCP works, for the checksums that cover
// the addresses are adjusted at both ends (RFC 3948, section 3.1.2).
//
//	r1 12.12.12.1, translated to 23.23.23.2 by r2 - r3 23.23.23.3
func TestTransportThroughNAT(t *testing.T) {
	t.Parallel()
	need(t, "nft")
	u := newTunnel(t, ends{acl1: []string{"permit ip host {wan} host {peer}"}, acl3: []string{"permit ip host {wan} host 23.23.23.2"}})
	sh(t, u.r2, "nft add table ip nat; nft add chain ip nat source '{ type nat hook postrouting priority srcnat; }'; nft add rule ip nat source ip saddr 12.12.12.1 oifname eth1 masquerade")
	mode := []string{"configure terminal", "crypto ipsec transform-set TS esp-aes esp-sha-hmac", "mode transport", "end"}
	u.right.Exec(append(mode, "configure terminal", "crypto isakmp key cisco123 address 23.23.23.2",
		"crypto map M 10 ipsec-isakmp", "no set peer 12.12.12.1", "set peer 23.23.23.2", "end")...)
	u.left.Exec(mode...)
	wait(t, "a tunnel", 20*time.Second, func() bool {
		return strings.Contains(u.left.Exec("ping 23.23.23.3 repeat 1 timeout 1"), "!")
	})
	transfer(t, u.r1, u.r3, netip.MustParseAddrPort("12.12.12.1:0"), netip.MustParseAddrPort("23.23.23.3:5001"), 1000)
	if out := u.right.Exec("show crypto ipsec sa"); strings.Count(out, "in use settings ={Transport UDP-Encaps, }") != 2 {
		t.Errorf("the SAs are not in transport mode in UDP:\n%s", out)
	}
	for k, n := range kinds(u.wire.frames()) {
		if k != "IKE" && !strings.HasSuffix(k, "protocol 17") {
			t.Errorf("%d packets on the wire are %s", n, k)
		}
	}
}
