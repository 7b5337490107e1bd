package nettest

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// A pool of two addresses without overload, and three inside hosts: the first two have one
// each, in every connection and also towards those who begin one from outside; the third has
// none until one is given back. A change of the list beside it takes nobody's address.
//
//	hosts 10.0.0.2-4 ─ 10.0.0.1 router 192.0.2.1 ─ 192.0.2.9 outside
func TestPoolGivesEachHostAnAddress(t *testing.T) {
	t.Parallel()
	Root(t)
	in, r, out := Namespace(t, "in"), Namespace(t, "r"), Namespace(t, "out")
	Cable(t, in, "eth0", "10.0.0.2/24", r, "eth0", "")
	Cable(t, r, "eth1", "", out, "eth0", "192.0.2.9/24")
	for _, a := range []string{"10.0.0.3/24", "10.0.0.4/24"} {
		if err := in.Address("eth0", netip.MustParsePrefix(a)); err != nil {
			t.Fatal(err)
		}
	}
	sh(t, in, "ip route add default via 10.0.0.1")
	c := StartConft(t, r, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	c.Exec("configure terminal", "interface GigabitEthernet0/0", "ip address 10.0.0.1 255.255.255.0", "no shutdown", "ip nat inside",
		"interface GigabitEthernet0/1", "ip address 192.0.2.1 255.255.255.0", "no shutdown", "ip nat outside", "exit",
		"access-list 1 permit 10.0.0.0 0.0.0.255", "ip nat pool P 192.0.2.100 192.0.2.102 prefix-length 24",
		"ip nat inside source static 10.0.0.77 192.0.2.101", // is not the pool's to give
		"ip nat inside source list 1 pool P", "end")
	mirrors(t, out, "192.0.2.9:7000")
	wait(t, "the first host's address", 10*time.Second, func() bool { return seen(t, in, "10.0.0.2:5000", "192.0.2.9:7000") == "192.0.2.100:5000" })
	if got := seen(t, in, "10.0.0.3:5000", "192.0.2.9:7000"); got != "192.0.2.102:5000" {
		t.Errorf("the second host is seen as %q", got)
	}
	if got := seen(t, in, "10.0.0.2:5001", "192.0.2.9:7000"); got != "192.0.2.100:5001" {
		t.Errorf("the first host's second connection is seen as %q", got)
	}
	c.Exec("debug ip nat detailed")
	third, told := newProber(t, in, "10.0.0.4", false), false
	wait(t, "the third host's being told, and the lines of debug ip nat detailed", 20*time.Second, func() bool {
		r := third.echo("192.0.2.9", 56, 300*time.Millisecond)
		if r.arrived {
			t.Error("a third host got through a pool of two")
		}
		told = told || r.code == 1+1 // host unreachable
		return told && logged(t, c, "NAT: failed to allocate address for 10.0.0.4, list/map 1") &&
			logged(t, c, "NAT: translation failed (A), dropping packet s=10.0.0.4 d=192.0.2.9")
	})
	c.Exec("undebug all")
	mirrors(t, in, "10.0.0.3:80")
	if got := seen(t, out, "192.0.2.9:6000", "192.0.2.102:80"); got != "192.0.2.9:6000" {
		t.Errorf("the second host is reached from outside by %q", got)
	}
	c.Exec("configure terminal", "access-list 1 permit 10.7.0.0 0.0.255.255", "end")
	if got := seen(t, in, "10.0.0.2:5002", "192.0.2.9:7000"); got != "192.0.2.100:5002" {
		t.Errorf("after a change of the list the first host is seen as %q", got)
	}
	wantLines(t, c.Exec("show ip nat translations"), `--- 192\.0\.2\.100        10\.0\.0\.2           ---                ---`,
		`--- 192\.0\.2\.102        10\.0\.0\.3           ---                ---`)
	wantLines(t, c.Exec("show ip nat statistics"), `        type generic, total addresses 3, allocated 2 \(66%\), misses [1-9]\d*`)
	wait(t, "the message", 5*time.Second, func() bool {
		return logged(t, c, "%IPNAT-4-ADDR_ALLOC_FAILURE: Address allocation failed for 10.0.0.4, pool P might be exhausted")
	})
	c.Exec("clear ip nat translation inside 192.0.2.100 10.0.0.2")
	if got := seen(t, in, "10.0.0.4:5000", "192.0.2.9:7000"); got != "192.0.2.100:5000" {
		t.Errorf("the third host is seen as %q", got)
	}
	c.Exec("clear ip nat translation *")
	if out := c.Exec("show ip nat translations"); strings.Contains(out, "10.0.0.4") {
		t.Errorf("cleared: %s", out)
	}
}
