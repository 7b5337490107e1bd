package commands

import (
	"slices"
	"strings"
	"testing"

	"conft/internal/router"
)

// busyLinks are a link that is used, one that is shut and a loopback.
func busyLinks(t *testing.T) *fakeRouter {
	r := newFake(t, "interface GigabitEthernet0/0\n description WAN\ninterface GigabitEthernet0/1\n shutdown\ninterface Loopback0\n")
	for _, c := range r.config.Interfaces {
		if c.Name == "FastEthernet0/0" {
			continue
		}
		i := router.InterfaceState{Config: c, LinkUp: !c.Shutdown, Protocol: !c.Shutdown}
		if c.Name == "GigabitEthernet0/0" {
			i.Input = router.Traffic{Packets: 313, Bytes: 62108, Drops: 2}
			i.Output = router.Traffic{Packets: 396, Bytes: 90076, Drops: 434}
			i.Queue = router.Queue{Strategy: "fifo", Length: 3, Max: 1000}
			i.Use = router.LinkUse{In: router.Rate{Bits: 22673999, Packets: 37912.6}, Out: router.Rate{Bits: 2758660000, Packets: 228470}}
		}
		r.interfaces = append(r.interfaces, i)
	}
	slices.SortFunc(r.interfaces, func(a, b router.InterfaceState) int { return strings.Compare(a.Config.Name, b.Config.Name) })
	return r
}

func TestShowInterfacesTables(t *testing.T) {
	r := busyLinks(t)
	head := "          Switching path    Pkts In   Chars In   Pkts Out  Chars Out\n"
	one := "GigabitEthernet0/0\n" + head + "                   Total        313      62108        396      90076\n"
	expect(t, "show interfaces stats", run(t, r, "show interfaces stats"),
		one+"Interface GigabitEthernet0/1 is disabled\n\nLoopback0\n"+head+"                   Total          0          0          0          0\n")
	expect(t, "show interfaces g0/0 stats", run(t, r, "show interfaces g0/0 stats"), one)
	expect(t, "show interfaces summary", run(t, r, "show interfaces summary"), `
 *: interface is up
 IHQ: pkts in input hold queue     IQD: pkts dropped from input queue
 OHQ: pkts in output hold queue    OQD: pkts dropped from output queue
 RXBS: rx rate (bits/sec)          RXPS: rx rate (pkts/sec)
 TXBS: tx rate (bits/sec)          TXPS: tx rate (pkts/sec)
 TRTL: throttle count

  Interface                   IHQ       IQD       OHQ       OQD      RXBS      RXPS      TXBS      TXPS      TRTL
-----------------------------------------------------------------------------------------------------------------
* GigabitEthernet0/0            0         2         3       434  22673000     37912 2758660000    228470         0
  GigabitEthernet0/1            0         0         0         0         0         0         0         0         0
* Loopback0                     0         0         0         0         0         0         0         0         0
`)
	if got, want := run(t, r, "show interfaces g0/0"), "  Queueing strategy: fifo\n  Output queue: 3/1000 (size/max)\n  5 minute input"; !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
	expect(t, "show interfaces g0/0 description", run(t, r, "show interfaces g0/0 description"),
		"Interface                      Status         Protocol Description\nGi0/0                          up             up       WAN\n")
	if _, err := try(r, "show interfaces g0/9 summary"); err == nil {
		t.Error("an interface that is not there is shown")
	}
}

func TestShowUsersAll(t *testing.T) {
	r, _ := seated()
	expect(t, "show users all", run(t, r, "show users all"), `    Line       User       Host(s)              Idle       Location
*  0 con 0                idle                 00:00:00   
   1 aux 0                                     00:00:00   
   2 vty 0                                     00:00:00   
   3 vty 1     testuser   idle                 03:41:43   10.0.0.2
   4 vty 2                                     00:00:00   
   5 vty 3                                     00:00:00   
   6 vty 4                                     00:00:00   

  Interface    User               Mode         Idle     Peer Address

`)
}

func TestShowLineRange(t *testing.T) {
	r, _ := seated()
	all := strings.SplitAfter(strings.TrimSuffix(run(t, r, "show line"), "\n"), "\n")
	for line, want := range map[string][]string{
		"show line vty 0 4": {all[0], all[3], all[4], all[5], all[6], all[7]},
		"show line 1 3":     {all[0], all[2], all[3], all[4]},
		"show line vty 1":   {all[0], all[4]},
	} {
		expect(t, line, run(t, r, line), strings.Join(want, ""))
	}
	if _, err := try(r, "show line vty 0 9"); err == nil || err.Error() != "% Invalid line number: 11" {
		t.Errorf("lines that are not there: %v", err)
	}
}

func TestShowHostsSummary(t *testing.T) {
	r := newFake(t, "ip domain name lab\nip name-server 10.0.0.53 10.0.0.54\nip host a 10.0.0.1\nip host b 10.0.0.2\n")
	expect(t, "show hosts summary", run(t, r, "show hosts summary"),
		"Default domain is lab\nName servers are 10.0.0.53, 10.0.0.54\nLocal cache entries: 2\nDynamic cache entries: 1\n")
	expect(t, "nothing configured", run(t, newFake(t, ""), "show hosts summary"),
		"Default domain is not set\nLocal cache entries: 0\nDynamic cache entries: 1\n")
}

// The size is that of the configuration, without the numbers of its lines.
func TestShowRunningNumbers(t *testing.T) {
	r := lab(t)
	plain, full := run(t, r, "show running-config"), run(t, r, "show running-config view full")
	expect(t, "show running-config view full", full, plain)
	head, _, _ := strings.Cut(plain, " bytes\n")
	if got := run(t, r, "show running-config linenum"); !strings.HasPrefix(got, head+" bytes\n     1 : !\n") {
		t.Errorf("linenum begins with\n%.120s", got)
	}
}

func TestShowConfiguration(t *testing.T) {
	r := newFake(t, "hostname R1\n")
	run(t, r, "write memory")
	expect(t, "show configuration", run(t, r, "show configuration"), run(t, r, "show startup-config"))
}

func TestShowSessionForms(t *testing.T) {
	r := lab(t)
	r.isakmp[0].PeerID = "23.23.23.3"
	all := run(t, r, "show crypto session")
	for line, want := range map[string]string{
		"show crypto session remote 23.23.23.3":         all,
		"show crypto session local 12.12.12.1":          all,
		"show crypto session interface g0/1":            all,
		"show crypto session remote 23.23.23.3 detail":  run(t, r, "show crypto session detail"),
		"show crypto session remote 9.9.9.9":            "Crypto session current status\n\n",
		"show crypto session interface FastEthernet0/0": "Crypto session current status\n\n",
		"show crypto session local 23.23.23.3":          "Crypto session current status\n\n",
	} {
		expect(t, line, run(t, r, line), want)
	}
	legend := "Status: A- Active, U - Up, D - Down, I - Idle, S - Standby, N - Negotiating\n        K - No IKE\nivrf = (none)\n"
	r.idents[0].Uptime = 1051e9
	expect(t, "brief", run(t, r, "show crypto session brief"), legend+
		"           Peer     I/F        Username          Group/Phase1_id   Uptime Status\n"+
		"     23.23.23.3   Gi0/1                               23.23.23.3 00:17:31    UA\n")
	r.config.Version = "15.4"
	r.isakmp, r.idents[0].Uptime = nil, 0
	expect(t, "brief of 15.x", run(t, r, "show crypto session brief"), legend+
		"Peer            I/F          Username        Group/Phase1_id          Uptime   Status\n"+
		"23.23.23.3      Gi0/1                                                          UK\n")
}

func TestShowIPInterfaceBriefOfOne(t *testing.T) {
	r := lab(t)
	rows := strings.SplitAfter(run(t, r, "show ip interface brief"), "\n")
	for _, line := range []string{"show ip interface brief g0/1", "show ip interface g0/1 brief"} {
		expect(t, line, run(t, r, line), rows[0]+rows[3])
	}
}

func TestShowProtocolsOfOne(t *testing.T) {
	expect(t, "show protocols", run(t, lab(t), "show protocols g0/1"),
		"GigabitEthernet0/1 is up, line protocol is up\n  Internet address is 12.12.12.1/24\n")
	if _, err := try(lab(t), "show protocols lo9"); err == nil {
		t.Error("an interface that is not there is shown")
	}
}
