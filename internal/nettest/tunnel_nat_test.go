package nettest

import (
	"net/netip"
	"testing"
	"time"
)

// IOS translates before it encrypts: the crypto ACL sees the addresses that go onto
// the wire. What comes back is translated after it is decrypted.
//
//	a 10.9.9.2, translated to 10.1.1.1: matches list 100, goes into the tunnel
//	a 10.8.8.2, translated to 12.12.12.1: does not, and leaves in clear
func TestTunnelAfterNAT(t *testing.T) {
	t.Parallel()
	need(t, "nft")
	u := newTunnel(t, ends{})
	u.left.Exec("configure terminal", "interface GigabitEthernet0/1",
		"ip address 10.9.9.1 255.255.255.0 secondary", "ip address 10.8.8.1 255.255.255.0 secondary", "end")
	sh(t, u.a, "ip addr add 10.9.9.2/24 dev eth0; ip addr add 10.8.8.2/24 dev eth0")
	sh(t, u.r1, `nft -f - <<'END'
table ip nat {
	chain source {
		type nat hook postrouting priority srcnat;
		ip saddr 10.9.9.0/24 snat to 10.1.1.1
		ip saddr 10.8.8.0/24 oifname eth0 masquerade
	}
}
END`)
	// In clear a packet arrives at r3 only where it is no traffic of the tunnel's.
	sh(t, u.r2, "ip route add 20.1.1.0/24 via 23.23.23.3")

	p := newProber(t, u.a, "10.9.9.2", false)
	wait(t, "an answer to a translated host", 10*time.Second, func() bool { return p.echo("20.1.1.2", 56, 200*time.Millisecond).arrived })
	for _, size := range []int{0, 1410, 1411, 1472, 3000} {
		if r := p.echo("20.1.1.2", size, 3*time.Second); !r.arrived {
			t.Errorf("%d octets of a translated host: %+v", size, r)
		}
	}
	transfer(t, u.a, u.b, netip.MustParseAddrPort("10.9.9.2:0"), netip.MustParseAddrPort("20.1.1.2:5001"), 1<<20)
	u.wire.protected()

	c := newProber(t, u.a, "10.8.8.2", false)
	if r := c.echo("20.1.1.2", 56, 3*time.Second); !r.arrived {
		t.Errorf("a host translated to an address outside the list: %+v", r)
	}
	seen := kinds(u.wire.frames())
	if seen["12.12.12.1 > 20.1.1.2 protocol 1"] == 0 || seen["20.1.1.2 > 12.12.12.1 protocol 1"] == 0 {
		t.Errorf("on the wire: %v", seen)
	}
}
