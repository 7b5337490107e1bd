package commands

import (
	"net/netip"
	"testing"
	"time"

	"conft/internal/router"
)

const natLab = `hostname R1
interface FastEthernet0/0
 ip address 10.1.1.1 255.255.255.0
 ip nat inside
interface GigabitEthernet0/0
 ip address 12.12.12.1 255.255.255.0
 ip nat outside
ip nat pool P 12.12.12.97 12.12.12.110 prefix-length 28
ip nat inside source list 102 interface GigabitEthernet0/0 overload
ip nat inside source route-map R pool P
ip nat inside source static tcp 10.1.1.8 80 interface GigabitEthernet0/0 8080
ip nat inside source static 10.1.1.7 12.12.12.7
ip nat outside source static 50.0.0.1 10.1.1.200
`

func natFlow(protocol uint8, insideGlobal, insideLocal, outsideLocal, outsideGlobal string) router.Translation {
	p := netip.MustParseAddrPort
	return router.Translation{Protocol: protocol, InsideGlobal: p(insideGlobal), InsideLocal: p(insideLocal), OutsideLocal: p(outsideLocal), OutsideGlobal: p(outsideGlobal),
		Age: 3723 * time.Second, Idle: time.Second, Timeout: time.Minute, Left: 59 * time.Second}
}

func natRouter(t *testing.T) *fakeRouter {
	r := newFake(t, natLab)
	r.nat = router.NATState{Hits: 120, Misses: 9, Expired: 3, Flows: []router.Translation{
		natFlow(6, "12.12.12.1:8080", "10.1.1.8:80", "23.23.23.3:5000", "23.23.23.3:5000"),
		natFlow(17, "12.12.12.1:1024", "10.1.1.9:53", "23.23.23.3:53", "23.23.23.3:53"),
		natFlow(1, "12.12.12.1:513", "10.1.1.2:512", "23.23.23.3:512", "23.23.23.3:513"),
		natFlow(1, "12.12.12.7:5", "10.1.1.7:5", "10.1.1.200:5", "50.0.0.1:5"),
		natFlow(6, "12.12.12.100:4000", "10.1.1.20:4000", "23.23.23.3:22", "23.23.23.3:22"),
	}}
	for i, mapping := range []int{1, 1, 1, 0, 2} {
		r.nat.Flows[i].Mapping = mapping
	}
	return r
}

func TestShowNATTranslations(t *testing.T) {
	r := natRouter(t)
	expect(t, "show ip nat translations", run(t, r, "sh ip nat tra"), `Pro Inside global      Inside local       Outside local      Outside global
icmp 12.12.12.1:513    10.1.1.2:512       23.23.23.3:512     23.23.23.3:513
udp 12.12.12.1:1024    10.1.1.9:53        23.23.23.3:53      23.23.23.3:53
tcp 12.12.12.100:4000  10.1.1.20:4000     23.23.23.3:22      23.23.23.3:22
tcp 12.12.12.1:8080    10.1.1.8:80        23.23.23.3:5000    23.23.23.3:5000
tcp 12.12.12.1:8080    10.1.1.8:80        ---                ---
icmp 12.12.12.7:5      10.1.1.7:5         10.1.1.200:5       50.0.0.1:5
--- 12.12.12.7         10.1.1.7           ---                ---
--- ---                ---                10.1.1.200         50.0.0.1
`)
	r.nat.Flows = r.nat.Flows[1:2]
	r.config.NAT.Static = r.config.NAT.Static[1:2]
	expect(t, "verbose", run(t, r, "show ip nat translations verbose"), `Pro Inside global      Inside local       Outside local      Outside global
udp 12.12.12.1:1024    10.1.1.9:53        23.23.23.3:53      23.23.23.3:53
    create 01:02:03, use 00:00:01 timeout:60000, left 00:00:59, Map-Id(In): 1,
    flags: 
extended, use_count: 0, entry-id: 1, lc_entries: 0
--- 12.12.12.7         10.1.1.7           ---                ---
    create 00:00:00, use 00:00:00 timeout:0,
    flags: 
static, use_count: 0, entry-id: 2, lc_entries: 0
`)
	expect(t, "none", run(t, newFake(t, ""), "show ip nat translations"), "")
}

func TestShowNATStatistics(t *testing.T) {
	expect(t, "show ip nat statistics", run(t, natRouter(t), "show ip nat statistics"), `Total active translations: 8 (3 static, 5 dynamic; 6 extended)
Outside interfaces:
GigabitEthernet0/0
Inside interfaces: 
FastEthernet0/0
Hits: 120  Misses: 9
CEF Translated packets: 129, CEF Punted packets: 0
Expired translations: 3
Dynamic mappings:
-- Inside Source
[Id: 1] access-list 102 interface GigabitEthernet0/0 refcount 2
[Id: 2] route-map R pool P refcount 1
pool P: netmask 255.255.255.240
        start 12.12.12.97 end 12.12.12.110
        type generic, total addresses 14, allocated 1 (7%), misses 0

Total doors: 0
Appl doors: 0
Normal doors: 0
Queued Packets: 0
`)
	expect(t, "none", run(t, newFake(t, ""), "show ip nat statistics"), `Total active translations: 0 (0 static, 0 dynamic; 0 extended)
Outside interfaces:
Inside interfaces: 
Hits: 0  Misses: 0
CEF Translated packets: 0, CEF Punted packets: 0
Expired translations: 0
Dynamic mappings:

Total doors: 0
Appl doors: 0
Normal doors: 0
Queued Packets: 0
`)
}

func TestClearNAT(t *testing.T) {
	for _, c := range []struct {
		line string
		left int
	}{
		{"clear ip nat translation *", 0},
		{"clear ip nat translation inside 12.12.12.100 10.1.1.20", 4},
		{"clear ip nat translation forced", 0},
		{"clear ip nat translation inside 12.12.12.100 10.1.1.20 outside 23.23.23.3 23.23.23.3", 4},
		{"clear ip nat translation outside 10.1.1.200 50.0.0.1", 4},
		{"clear ip nat translation tcp inside 12.12.12.1 8080 10.1.1.8 80", 4},
		{"clear ip nat translation tcp inside 12.12.12.1 8080 10.1.1.8 80 outside 23.23.23.3 5000 23.23.23.3 5000", 4},
	} {
		r := natRouter(t)
		run(t, r, c.line)
		if len(r.nat.Flows) != c.left {
			t.Errorf("%s leaves %d", c.line, len(r.nat.Flows))
		}
	}
	for _, line := range []string{"clear ip nat translation inside 12.12.12.100 10.1.1.21", "clear ip nat translation udp inside 12.12.12.1 8080 10.1.1.8 80",
		"clear ip nat translation inside 12.12.12.100 10.1.1.20 outside 23.23.23.3 23.23.23.4",
		"clear ip nat translation tcp inside 12.12.12.1 8080 10.1.1.8 80 outside 23.23.23.3 5000 23.23.23.3 5001"} {
		r := natRouter(t)
		if _, err := try(r, line); err == nil || err.Error() != "%Translation not found" || len(r.nat.Flows) != 5 {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestNATRefusals(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"ip nat pool Q 1.1.1.9 1.1.1.1 prefix-length 24", "%End address less than start address"},
		{"ip nat pool Q 1.1.1.9 1.1.2.1 prefix-length 24", "%Start and end addresses on different subnets"},
		{"ip nat pool Q 1.1.1.1 1.1.1.9 netmask 255.0.255.0", "%Invalid netmask"},
		{"no ip nat pool P", "%Pool P in use, cannot destroy"},
		{"no ip nat pool Q", "%Pool Q not found"},
		{"ip nat inside source list 5 pool Q", "%Pool Q not found"},
		{"no ip nat inside source list 103", "%Dynamic mapping not found"},
		{"no ip nat inside source list 102 interface FastEthernet0/0", "%Dynamic mapping not found"},
		{"ip nat inside source static 10.1.1.7 12.12.12.8", "% similar static entry (10.1.1.7 -> 12.12.12.7) already exists"},
		{"ip nat inside source static 10.1.1.9 12.12.12.7 extendable", "% similar static entry (10.1.1.7 -> 12.12.12.7) already exists"},
		{"ip nat inside source static tcp 10.1.1.9 80 interface GigabitEthernet0/0 8080", "% similar static entry (10.1.1.8 -> interface GigabitEthernet0/0) already exists"},
		{"no ip nat inside source static 10.1.1.7 12.12.12.8", "%Translation not found"},
		{"ip nat translation dns-timeout 60", "% ip nat translation dns-timeout is not supported: a protocol has one timeout for all its ports"},
		{"ip nat enable", "% ip nat enable is not supported: there is no NAT virtual interface, use ip nat inside and ip nat outside"},
		{"no route-map X", "% Could not find route-map X"},
	} {
		c0 := load(t, natLab)
		after, _, err := typeLines(c0, c.line)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.line, err, c.want)
		} else if !after.Equal(c0) {
			t.Errorf("%s changes something", c.line)
		}
	}
	if _, _, err := typeLines(newRouter(), "route-map R permit 10", "route-map R permit 20", "route-map R"); err == nil {
		t.Error("an entry of several need not be named")
	}
	if _, _, err := typeLines(newRouter(), "ip nat inside source static network 10.0.0.0 20.0.0.0 24"); err == nil {
		t.Error("a prefix length without its slash is taken")
	}
}
