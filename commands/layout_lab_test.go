package commands

import (
	"net"
	"testing"
	"time"

	"conft/debug"
	"conft/internal/router"
	"conft/internal/seat"
)

// branch is the lab's R1 with something to show on every page.
func branch(t *testing.T, version string) *fakeRouter {
	t.Helper()
	r := lab(t)
	extra := "version " + version + `
ip domain name lab
ip name-server 10.0.0.53
ip host srv1 10.1.1.9
alias exec sps show ip interface brief
access-list 10 permit 10.1.1.0 0.0.0.255
access-list 10 permit any
interface GigabitEthernet0/1
 description uplink
 ip nat outside
interface FastEthernet0/0
 ip nat inside
interface GigabitEthernet0/0
 shutdown
interface Loopback0
 ip address 1.1.1.1 255.255.255.255
ip nat pool P 12.12.12.97 12.12.12.110 prefix-length 28
ip nat inside source list 10 pool P
ip nat inside source static tcp 10.1.1.8 80 12.12.12.9 8080
crypto pki trustpoint CA
 enrollment terminal
`
	if err := Load(r.config, extra); err != nil {
		t.Fatal(err)
	}
	r.interfaces = r.interfaces[:0]
	for _, c := range r.config.Interfaces {
		i := router.InterfaceState{Config: c, Link: "eth0", MTU: 1500, IPMTU: 1500, Method: "NVRAM", LinkUp: !c.Shutdown, Protocol: !c.Shutdown,
			MAC: net.HardwareAddr{0x52, 0x54, 0, 0x12, 0x34, 0x56}, ARPTimeout: 4 * time.Hour, Queue: router.Queue{Strategy: "fifo", Max: 40},
			Medium: router.Medium{Known: true, Full: true, Speed: 1000, Port: "RJ45"}, IP: router.IPSettings{Redirects: true}}
		if c.Name == "Loopback0" {
			i.MAC, i.ARPTimeout, i.Medium = nil, 0, router.Medium{}
		}
		if c.Address == (r.config.Interface("GigabitEthernet0/0").Address) {
			i.Method = "unset"
		}
		r.interfaces = append(r.interfaces, i)
	}
	r.lists = nil
	for _, l := range r.config.AccessLists {
		r.lists = append(r.lists, router.ACLState{List: l, Match: []uint64{4}})
	}
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	r.arp = []router.ARPEntry{{Address: addr("12.12.12.1"), MAC: mac, Interface: "GigabitEthernet0/1", Own: true},
		{Address: addr("12.12.12.2"), MAC: mac, Interface: "GigabitEthernet0/1", Age: 3 * time.Minute}}
	r.static = []router.StaticRoute{{Route: r.config.Routes[0], Active: true}}
	r.nat = router.NATState{Hits: 120, Misses: 9, Flows: []router.Translation{natFlow(6, "12.12.12.97:51776", "10.1.1.8:51776", "23.23.23.3:21", "23.23.23.3:21")}}
	r.isakmp[0].PeerID, r.isakmp[0].DPD = "23.23.23.3", true
	r.idents[0].Uptime = time.Hour
	r.hub.Emit(debug.SysConfig{By: debug.Origin{Line: "console"}})
	r.files.flash.Write("a1.cfg", []byte("hostname R1\n"))
	run(t, r, "write memory")

	r.Seats().TakeConsole().SetUser(debug.Origin{Line: "console"})
	by := debug.Origin{Line: "vty0", User: "admin1", Addr: addr("10.1.1.100")}
	vty := r.Seats().TakeVTY(2, by, seat.SSH{CipherIn: "aes256-ctr", CipherOut: "aes256-ctr", MACIn: "hmac-sha2-256", MACOut: "hmac-sha2-256"})
	vty.SetSession(&sitting{idle: time.Minute})

	ca := newAuthority(t)
	run(t, r, "crypto pki authenticate CA", append(pasted(ca.cert), "yes")...)
	run(t, r, "crypto key generate rsa label R1.lab modulus 1024")
	r.sshKey = r.pki.Key("R1.lab")
	return r
}
