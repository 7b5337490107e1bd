package commands

import (
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/router"
)

// lab is R1 of the classic lab with its tunnel up.
func lab(t *testing.T) *fakeRouter {
	r := newFake(t, classicText)
	for _, i := range r.config.Interfaces {
		state := router.InterfaceState{Config: i, Link: "eth" + i.Name[len(i.Name)-1:], MTU: 1500, Method: "manual",
			MAC: net.HardwareAddr{0x52, 0x54, 0, 0x12, 0x34, 0x56}}
		state.LinkUp = i.Name != "GigabitEthernet0/0"
		state.Protocol = state.LinkUp
		r.interfaces = append(r.interfaces, state)
	}
	r.routes = []router.RouteState{
		{Code: 'C', Prefix: netip.MustParsePrefix("12.12.12.0/24"), Interface: "GigabitEthernet0/1"},
		{Code: 'S', Prefix: netip.MustParsePrefix("0.0.0.0/0"), NextHop: addr("12.12.12.2"), Distance: 1},
		{Code: 'C', Prefix: netip.MustParsePrefix("10.1.1.0/24"), Interface: "FastEthernet0/0"},
	}
	r.lists = []router.ACLState{{List: r.config.AccessList("100"), Match: []uint64{4}}}
	r.isakmp = []router.ISAKMPSA{{Local: addr("12.12.12.1"), Remote: addr("23.23.23.3"), LocalPort: 500, RemotePort: 500, Initiator: true,
		State: "QM_IDLE", ConnID: 1, Encryption: "des", Hash: "sha", Group: 1, Remaining: 86399 * time.Second}}
	sa := func(spi, id uint32) []router.IPsecSA {
		return []router.IPsecSA{{SPI: spi, Transforms: []string{"esp-des", "esp-md5-hmac"}, ConnID: id, RemainingKB: 4607999,
			RemainingSec: 3590, IVSize: 8, ReplayWindow: 64}}
	}
	r.idents = []router.IPsecIdent{{Interface: "GigabitEthernet0/1", Map: "cisco", Seq: 10, LocalAddr: addr("12.12.12.1"),
		Peer: addr("23.23.23.3"), PeerPort: 500, Local: router.Proxy{Addr: ip("10.1.1.0"), Mask: 0xffffff00},
		Remote: router.Proxy{Addr: ip("20.1.1.0"), Mask: 0xffffff00}, Inbound: sa(0xAB, 2001), Outbound: sa(0x5CB00AAB, 2002),
		PathMTU: 1500, PlaintextMTU: 1446, IPMTU: 1500, Encaps: 4, Decaps: 4, SendErrs: 1,
		Drops: router.Drops{NoSA: 1, DecapsFailed: 2, Clear: 3, VerifyFailed: 4, ReplayFailed: 5}}}
	return r
}

func TestShowLab(t *testing.T) {
	r := lab(t)
	for line, want := range map[string]string{
		"show ip interface brief": "Interface                  IP-Address      OK? Method Status                Protocol\n" +
			"FastEthernet0/0            10.1.1.1        YES manual up                    up      \n" +
			"GigabitEthernet0/0         unassigned      YES manual down                  down    \n" +
			"GigabitEthernet0/1         12.12.12.1      YES manual up                    up      \n",
		"show ip route": routeLegend12 + "Gateway of last resort is 12.12.12.2 to network 0.0.0.0\n\n" +
			"     10.0.0.0/24 is subnetted, 1 subnets\n" +
			"C       10.1.1.0 is directly connected, FastEthernet0/0\n" +
			"     12.0.0.0/24 is subnetted, 1 subnets\n" +
			"C       12.12.12.0 is directly connected, GigabitEthernet0/1\n" +
			"S*   0.0.0.0/0 [1/0] via 12.12.12.2\n",
		"show access-lists": "Extended IP access list 100\n" +
			"    10 permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255 (4 matches)\n",
		"show access-lists 101": "",
		"show crypto isakmp sa": "IPv4 Crypto ISAKMP SA\n" +
			"dst             src             state          conn-id status\n" +
			"23.23.23.3      12.12.12.1      QM_IDLE              1 ACTIVE\n\nIPv6 Crypto ISAKMP SA\n\n",
		"show crypto isakmp policy": "\nGlobal IKE policy\nProtection suite of priority 10\n" +
			"\tencryption algorithm:\tDES - Data Encryption Standard (56 bit keys).\n" +
			"\thash algorithm:\t\tSecure Hash Standard\n" +
			"\tauthentication method:\tPre-Shared Key\n" +
			"\tDiffie-Hellman group:\t#1 (768 bit)\n" +
			"\tlifetime:\t\t86400 seconds, no volume limit\n",
		"show crypto isakmp key": "Keyring      Hostname/Address                            Preshared Key\n\n" +
			"default      23.23.23.3                                  cisco\n",
		"show crypto ipsec sa":                 labSA,
		"show crypto ipsec sa peer 23.23.23.3": labSA,
		"show crypto ipsec sa detail": strings.NewReplacer("    #send errors 1, #recv errors 0\n", labDrops,
			"support: Y\n", "support: Y  replay window size: 64\n").Replace(labSA),
		"show crypto ipsec sa map other":        "\nNo SAs found\n",
		"show crypto ipsec transform-set":       "Transform set cisco: { esp-des esp-md5-hmac  } \n   will negotiate = { Tunnel,  }, \n   \n",
		"show crypto ipsec security-assoc life": "Security association lifetime: 4608000 kilobytes/3600 seconds\n",
		"show crypto map":                       labMap,
		"show crypto map tag cisco":             labMap,
		"show crypto map interface g0/1":        labMap,
		"show crypto map interface g0/0":        "No crypto maps found.\n",
		"show running-config":                   "Building configuration...\n\nCurrent configuration : 766 bytes\n" + classicText + "\n",
		"show running-config interface g0/1":    "Building configuration...\n\nCurrent configuration : 90 bytes\n!\ninterface GigabitEthernet0/1\n ip address 12.12.12.1 255.255.255.0\n crypto map cisco\nend\n\n",
		"show clock":                            "*00:01:43.499 UTC Fri Mar 1 2002\n",
		"show crypto session":                   labSession,
	} {
		expect(t, line, run(t, r, line), want)
	}
}

const labDrops = `    #pkts no sa (send) 1, #pkts invalid sa (rcv) 0
    #pkts encaps failed (send) 0, #pkts decaps failed (rcv) 5
    #pkts invalid prot (recv) 0, #pkts verify failed: 4
    #pkts invalid identity (recv) 0, #pkts invalid len (rcv) 0
    #pkts replay rollover (send): 0, #pkts replay rollover (rcv) 0
    ##pkts replay failed (rcv): 5
    #pkts internal err (send): 0, #pkts internal err (recv) 0
`

const labSA = `
interface: GigabitEthernet0/1
    Crypto map tag: cisco, local addr 12.12.12.1

   protected vrf: (none)
   local  ident (addr/mask/prot/port): (10.1.1.0/255.255.255.0/0/0)
   remote ident (addr/mask/prot/port): (20.1.1.0/255.255.255.0/0/0)
   current_peer 23.23.23.3 port 500
     PERMIT, flags={origin_is_acl,}
    #pkts encaps: 4, #pkts encrypt: 4, #pkts digest: 4
    #pkts decaps: 4, #pkts decrypt: 4, #pkts verify: 4
    #pkts compressed: 0, #pkts decompressed: 0
    #pkts not compressed: 0, #pkts compr. failed: 0
    #pkts not decompressed: 0, #pkts decompress failed: 0
    #send errors 1, #recv errors 0

     local crypto endpt.: 12.12.12.1, remote crypto endpt.: 23.23.23.3
     plaintext mtu 1446, path mtu 1500, ip mtu 1500, ip mtu idb GigabitEthernet0/1
     current outbound spi: 0x5CB00AAB(1555040939)
     PFS (Y/N): N, DH group: none

     inbound esp sas:
      spi: 0xAB(171)
        transform: esp-des esp-md5-hmac ,
        in use settings ={Tunnel, }
        conn id: 2001, flow_id: SW:1, sibling_flags 80000040, crypto map: cisco
        sa timing: remaining key lifetime (k/sec): (4607999/3590)
        IV size: 8 bytes
        replay detection support: Y
        Status: ACTIVE(ACTIVE)

     inbound ah sas:

     inbound pcp sas:

     outbound esp sas:
      spi: 0x5CB00AAB(1555040939)
        transform: esp-des esp-md5-hmac ,
        in use settings ={Tunnel, }
        conn id: 2002, flow_id: SW:2, sibling_flags 80000040, crypto map: cisco
        sa timing: remaining key lifetime (k/sec): (4607999/3590)
        IV size: 8 bytes
        replay detection support: Y
        Status: ACTIVE(ACTIVE)

     outbound ah sas:

     outbound pcp sas:
`

const labMap = "Crypto Map IPv4 \"cisco\" 10 ipsec-isakmp\n" +
	"\tPeer = 23.23.23.3\n" +
	"\tExtended IP access list 100\n" +
	"\t    access-list 100 permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255\n" +
	"\tCurrent peer: 23.23.23.3\n" +
	"\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n" +
	"\tResponder-Only (Y/N): N\n" +
	"\tPFS (Y/N): N\n" +
	"\tMixed-mode : Disabled\n" +
	"\tTransform sets={ \n" +
	"\t\tcisco:  { esp-des esp-md5-hmac  } , \n" +
	"\t}\n" +
	"\tInterfaces using crypto map cisco:\n" +
	"\t\tGigabitEthernet0/1\n\n"

const labSession = "Crypto session current status\n\n" +
	"Interface: GigabitEthernet0/1\n" +
	"Session status: UP-ACTIVE     \n" +
	"Peer: 23.23.23.3 port 500 \n" +
	"  Session ID: 0  \n" +
	"  IKEv1 SA: local 12.12.12.1/500 remote 23.23.23.3/500 Active \n" +
	"  IPSEC FLOW: permit ip 10.1.1.0/255.255.255.0 20.1.1.0/255.255.255.0 \n" +
	"        Active SAs: 2, origin: crypto map\n\n"

func TestShowNothing(t *testing.T) {
	r := newFake(t, "")
	for line, want := range map[string]string{
		"show crypto isakmp sa":           "IPv4 Crypto ISAKMP SA\ndst             src             state          conn-id status\n\nIPv6 Crypto ISAKMP SA\n\n",
		"show crypto isakmp policy":       "\nGlobal IKE policy\n",
		"show crypto ipsec sa":            "\nNo SAs found\n",
		"show crypto ipsec transform-set": "",
		"show crypto map":                 "No crypto maps found.\n",
		"show crypto session":             "Crypto session current status\n\n",
		"show access-lists":               "",
		"show ip route":                   routeLegend12 + "Gateway of last resort is not set\n\n",
	} {
		expect(t, line, run(t, r, line), want)
	}
}

// TestShowIncompleteMap: a peer without list, a list that does not exist, a list
// without peer.
func TestShowIncompleteMap(t *testing.T) {
	c := load(t, `crypto map M 10 ipsec-isakmp
 set peer 1.1.1.1
crypto map M 20 ipsec-isakmp
 set peer 1.1.1.1
 set pfs group14
 match address 101
crypto map M 30 ipsec-isakmp
 match address 102
crypto map M 40 ipsec-isakmp
 description whole
 set security-association idle-time 60 default
 set peer 1.1.1.2
 set peer 1.1.1.1
 match address 102
crypto ipsec security-association lifetime seconds 900
crypto ipsec security-association idle-time 600
access-list 102 remark r
access-list 102 permit ip any host 1.2.3.4
`)
	const warning = "\tWARNING: This crypto map is in an incomplete state!\n\t\t(missing peer or access-list definitions)\n"
	ends := func(idle string) string {
		return "\tSecurity association lifetime: 4608000 kilobytes/900 seconds\n\tSecurity association idletime: " + idle + " seconds\n\tResponder-Only (Y/N): N\n"
	}
	end := ends("600")
	const tail = "\tMixed-mode : Disabled\n\tTransform sets={ \n\t}\n"
	var b strings.Builder
	showCryptoMap(&b, c, nil, "")
	expect(t, "show crypto map", b.String(), "Crypto Map IPv4 \"M\" 10 ipsec-isakmp\n"+warning+
		"\tPeer = 1.1.1.1\n\tNo matching address list set.\n\tCurrent peer: 1.1.1.1\n"+end+"\tPFS (Y/N): N\n"+tail+
		"\nCrypto Map IPv4 \"M\" 20 ipsec-isakmp\n"+warning+
		"\tPeer = 1.1.1.1\n\tExtended IP access list 101\n\tCurrent peer: 1.1.1.1\n"+end+"\tPFS (Y/N): Y\n\tDH group:  group14\n"+tail+
		"\nCrypto Map IPv4 \"M\" 30 ipsec-isakmp\n"+warning+
		"\tExtended IP access list 102\n\t    access-list 102 permit ip any host 1.2.3.4\n"+end+"\tPFS (Y/N): N\n"+tail+
		"\nCrypto Map IPv4 \"M\" 40 ipsec-isakmp\n\tDescription: whole\n"+
		"\tPeer = 1.1.1.2\n\tPeer = 1.1.1.1\n\tExtended IP access list 102\n\t    access-list 102 permit ip any host 1.2.3.4\n\tCurrent peer: 1.1.1.2\n"+ends("60")+"\tPFS (Y/N): N\n"+tail+
		"\tInterfaces using crypto map M:\n\n")
}

func TestSessionStatus(t *testing.T) {
	r := lab(t)
	status := func() string {
		m := regexp.MustCompile(`Session status: (\S+)`).FindStringSubmatch(run(t, r, "show crypto session"))
		return m[1]
	}
	r.idents[0].Inbound, r.idents[0].Outbound = nil, nil
	if got := status(); got != "UP-IDLE" {
		t.Errorf("phase 1 only: %s", got)
	}
	r.isakmp[0].State = "MM_KEY_EXCH"
	if got := status(); got != "DOWN-NEGOTIATING" {
		t.Errorf("negotiating: %s", got)
	}
	r.isakmp = nil
	if got := status(); got != "DOWN" {
		t.Errorf("nothing: %s", got)
	}
	r.idents = lab(t).idents
	if got := status(); got != "UP-NO-IKE" {
		t.Errorf("phase 2 only: %s", got)
	}
}

// TestShowISAKMPDetail checks the row that parsers read.
func TestShowISAKMPDetail(t *testing.T) {
	r := lab(t)
	r.isakmp[0].NATT, r.isakmp[0].DPD = true, true
	got := run(t, r, "show crypto isakmp sa detail")
	const row = "1     12.12.12.1      23.23.23.3             ACTIVE des  sha    psk  1  23:59:59 DN\n       Engine-id:Conn-id =  SW:1\n"
	if !strings.Contains(got, row) || !strings.HasSuffix(got, "\n\nIPv6 Crypto ISAKMP SA\n\n") {
		t.Errorf("got\n%s", got)
	}
}

// An SA that was deleted and is not yet purged keeps the columns of the others.
func TestShowISAKMPDetailOfDeleted(t *testing.T) {
	r := lab(t)
	r.isakmp[0].Deleted, r.isakmp[0].Remaining = true, 0
	const row = "1     12.12.12.1      23.23.23.3             ACTIVE des  sha    psk  1  0        \n       Engine-id:Conn-id =  SW:1\n       (deleted)\n\n"
	if got := run(t, r, "show crypto isakmp sa detail"); !strings.Contains(got, row) {
		t.Errorf("got\n%s", got)
	}
}

// Two peers behind one NAT are two sessions, each with its own phase 1.
func TestSessionsBehindOneNAT(t *testing.T) {
	r := lab(t)
	nat := r.isakmp[0].Remote
	first, second := r.isakmp[0], r.isakmp[0]
	first.LocalPort, first.RemotePort, first.ConnID, first.PeerID = 4500, 30088, 5, "12.12.12.1"
	second.LocalPort, second.RemotePort, second.ConnID, second.PeerID = 4500, 30058, 6, "14.14.14.1"
	old := first
	old.RemotePort, old.ConnID, old.Deleted, old.PeerID = 40041, 4, true, ""
	r.isakmp = []router.ISAKMPSA{second, first, old}
	idle, flow, other := r.idents[0], r.idents[0], r.idents[0]
	idle.Inbound, idle.Outbound, idle.PeerPort = nil, nil, 500
	flow.Peer, flow.PeerPort, other.Peer, other.PeerPort = nat, 30088, nat, 30058
	r.idents = []router.IPsecIdent{idle, flow, other}
	got := run(t, r, "show crypto session detail")
	blocks := strings.Split(got, "Interface: ")[1:]
	if len(blocks) != 2 {
		t.Fatalf("got\n%s", got)
	}
	for i, want := range [][]string{
		{"port 30088 fvrf", "Phase1_id: 12.12.12.1", "connid:5", "connid:4", "Active SAs: 0", "Active SAs: 2"},
		{"port 30058 fvrf", "Phase1_id: 14.14.14.1", "connid:6", "Active SAs: 2"},
	} {
		for _, w := range want {
			if !strings.Contains(blocks[i], w) {
				t.Errorf("%q is not in session %d:\n%s", w, i+1, blocks[i])
			}
		}
		if n := strings.Count(blocks[i], "connid:"); n != 2-i {
			t.Errorf("session %d has %d of phase 1:\n%s", i+1, n, blocks[i])
		}
	}
}

// SAs without a limit of volume, in the words of IOS-XE's captures.
func TestShowNoVolume(t *testing.T) {
	r := lab(t)
	id := &r.idents[0]
	id.Inbound, id.Outbound = slices.Clone(id.Inbound), slices.Clone(id.Outbound)
	for _, sas := range [][]router.IPsecSA{id.Inbound, id.Outbound} {
		sas[0].NoVolume, sas[0].RemainingKB, sas[0].RemainingSec = true, 0, 3060
	}
	if got := run(t, r, "show crypto ipsec sa"); strings.Count(got, "        sa timing: remaining key lifetime (sec): 3060\n        Kilobyte Volume Rekey has been disabled\n        IV size") != 2 {
		t.Errorf("got\n%s", got)
	}
	if got := run(t, r, "show crypto session detail"); strings.Count(got, " life (KB/Sec) KB Vol Rekey Disabled/3060\n") != 2 {
		t.Errorf("got\n%s", got)
	}
}

// Two entries for one protocol are told apart by their ports.
func TestSessionFlowsHavePorts(t *testing.T) {
	r := lab(t)
	r.idents[0].Local.Protocol, r.idents[0].Remote.Protocol, r.idents[0].Remote.Port = 6, 6, 80
	if got := run(t, r, "show crypto session"); !strings.Contains(got, "  IPSEC FLOW: permit 6 10.1.1.0/255.255.255.0 20.1.1.0/255.255.255.0 port 80 \n") {
		t.Errorf("got\n%s", got)
	}
}

func TestShowIPRouteShapes(t *testing.T) {
	r := newFake(t, "")
	prefix := netip.MustParsePrefix
	r.routes = []router.RouteState{
		{Code: 'C', Prefix: prefix("10.1.1.0/24"), Interface: "FastEthernet0/0"},
		{Code: 'S', Prefix: prefix("10.2.0.0/16"), NextHop: addr("10.1.1.2"), Distance: 5},
		{Code: 'S', Prefix: prefix("10.2.0.0/16"), NextHop: addr("10.1.1.3"), Distance: 5},
		{Code: 'C', Prefix: prefix("192.168.1.0/24"), Interface: "GigabitEthernet0/1"},
		{Code: 'S', Prefix: prefix("172.16.0.0/12"), NextHop: addr("10.1.1.2"), Distance: 1},
		{Code: 'S', Prefix: prefix("0.0.0.0/0"), Interface: "GigabitEthernet0/1", Distance: 1},
	}
	expect(t, "show ip route", run(t, r, "show ip route"), routeLegend12+"Gateway of last resort is 0.0.0.0 to network 0.0.0.0\n\n"+
		"     10.0.0.0/8 is variably subnetted, 2 subnets, 2 masks\n"+
		"C       10.1.1.0/24 is directly connected, FastEthernet0/0\n"+
		"S       10.2.0.0/16 [5/0] via 10.1.1.2\n"+
		"                    [5/0] via 10.1.1.3\n"+
		"S    172.16.0.0/12 [1/0] via 10.1.1.2\n"+
		"C    192.168.1.0/24 is directly connected, GigabitEthernet0/1\n"+
		"S*   0.0.0.0/0 is directly connected, GigabitEthernet0/1\n")
}

func TestShowInterfaces(t *testing.T) {
	r := lab(t)
	r.interfaces[2].Input = router.Traffic{Packets: 7, Bytes: 700, Errors: 1, Drops: 2}
	r.interfaces[2].Output = router.Traffic{Packets: 8, Bytes: 800, Errors: 3, Drops: 4}
	expect(t, "show interfaces", run(t, r, "show interfaces g0/1"), `GigabitEthernet0/1 is up, line protocol is up 
  Hardware is Linux link eth1, address is 5254.0012.3456 (bia 5254.0012.3456)
  Internet address is 12.12.12.1/24
  MTU 1500 bytes, BW 1000000 Kbit/sec, DLY 10 usec, 
     reliability 255/255, txload 1/255, rxload 1/255
  Encapsulation ARPA, loopback not set
  Keepalive not set
  Last input never, output never, output hang never
  Last clearing of "show interface" counters never
  Input queue: 0/75/2/0 (size/max/drops/flushes); Total output drops: 4
  5 minute input rate 0 bits/sec, 0 packets/sec
  5 minute output rate 0 bits/sec, 0 packets/sec
     7 packets input, 700 bytes, 0 no buffer
     Received 0 broadcasts (0 IP multicasts)
     0 runts, 0 giants, 0 throttles
     1 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored
     0 watchdog, 0 multicast, 0 pause input
     8 packets output, 800 bytes, 0 underruns
     3 output errors, 0 collisions, 0 interface resets
     0 babbles, 0 late collision, 0 deferred
     0 lost carrier, 0 no carrier, 0 pause output
     0 output buffer failures, 0 output buffers swapped out
`)
	if got := run(t, r, "show interfaces"); strings.Count(got, "line protocol is") != 3 {
		t.Errorf("three interfaces are expected:\n%s", got)
	}
}

// TestShowVersion looks for what programs look for.
func TestShowVersion(t *testing.T) {
	r := lab(t)
	got := run(t, r, "show version")
	for _, c := range []struct{ who, re, want string }{
		{"netmiko", `(Cisco IOS Software)`, "Cisco IOS Software"},
		{"Ansible version", `Version (\S+?),`, "12.4"},
		{"Ansible model", `(?m)^[Cc]isco (.+) \(revision`, "conft"},
		{"Ansible image", `image file is "(.+)"`, "file:/usr/local/bin/conft"},
		{"Ansible serial", `board ID (\S+)`, "C0NF7"},
		{"NAPALM uptime", `(?m)^R1 uptime is (.+)$`, "1 minute"},
		{"TextFSM image", `(?m)^.*Software,*\s+\((\S+)\),\sVersion\s\S+,*\s+RELEASE.*\(fc1\)`, "CONFT-K9-M"},
		{"TextFSM register", `(?m)^Configuration register is (\S+)`, "0x2102"},
		{"reader", `(?m)^(conft 0\.1\.0 .*)$`, "conft 0.1.0 (abcdef)"},
		{"reader", `(This is not Cisco software)`, "This is not Cisco software"},
		{"links", `(?m)^(2 Gigabit Ethernet interfaces)$`, "2 Gigabit Ethernet interfaces"},
	} {
		m := regexp.MustCompile(c.re).FindStringSubmatch(got)
		if m == nil || m[1] != c.want {
			t.Errorf("%s finds %q, want %q in\n%s", c.who, m, c.want, got)
		}
	}
}

func TestUptime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		30 * time.Second:              "0 minutes",
		time.Hour:                     "1 hour, 0 minutes",
		(15*24*60 + 61) * time.Minute: "2 weeks, 1 day, 1 hour, 1 minute",
		370 * 24 * time.Hour:          "1 year, 5 days, 0 minutes",
	} {
		if got := uptimeText(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestShowLogging(t *testing.T) {
	r := newFake(t, "no logging console\nlogging monitor errors\nlogging buffered 8192\n")
	r.hub.Emit(debug.SysNVRAM{})
	got := run(t, r, "show logging")
	for _, want := range []string{
		"Syslog logging: enabled (0 messages dropped, ",
		"\n    Console logging: disabled\n    Monitor logging: level errors, ",
		"\n    Buffer logging:  level debugging, 1 messages logged, xml disabled,\n                    filtering disabled\n",
		"\nLog Buffer (8192 bytes):\n\n*Mar  1 00:01:43.499: %SYS-7-NV_BLOCK_INIT: Initialized the geometry of nvram\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	r.config.LoggingBuffered = config.Logging{Size: 4096}
	if got := run(t, r, "show logging"); strings.Contains(got, "Log Buffer") || !strings.Contains(got, "Buffer logging:  disabled\n") {
		t.Errorf("a buffer that is off is shown:\n%s", got)
	}
	r.config.LoggingOff = true
	if got := run(t, r, "show logging"); !strings.HasPrefix(got, "Syslog logging: disabled (") {
		t.Errorf("no logging on is shown as\n%s", got)
	}
}

// Numbered lists come first; remarks are not shown.
func TestShowAccessListsOrder(t *testing.T) {
	r := newFake(t, "ip access-list extended VPN\n permit ip any any\n!\naccess-list 101 remark r\naccess-list 101 deny esp any any\n"+
		"ip access-list standard S\n permit 10.1.1.1\n!\naccess-list 10 deny 10.2.0.0 0.0.255.255\naccess-list 10 permit any log\naccess-list 9 permit any\n")
	for _, l := range r.config.AccessLists {
		r.lists = append(r.lists, router.ACLState{List: l})
	}
	expect(t, "show access-lists", run(t, r, "show access-lists"),
		"Standard IP access list 9\n    10 permit any\n"+
			"Standard IP access list 10\n    10 deny   10.2.0.0, wildcard bits 0.0.255.255\n    20 permit any log\n"+
			"Standard IP access list S\n    10 permit 10.1.1.1\n"+
			"Extended IP access list 101\n    10 deny esp any any\nExtended IP access list VPN\n    10 permit ip any any\n")
}
