package lab

// classic is the two-router lab of every IPsec course:
//
//	hostA --- R1 ------------ R2 ------------ R3 --- hostB
//	10.1.1.2  10.1.1.1        (forwards only)        20.1.1.2
//	          12.12.12.1  12.12.12.2
//	                          23.23.23.2  23.23.23.3
//
// R2 knows neither 10.1.1.0/24 nor 20.1.1.0/24: only the tunnel joins them.
var classic = &Topology{
	Name:  "classic",
	Title: "two routers, a crypto map each, one that only forwards between them",
	Nodes: []Node{
		{Name: "hostA", Kind: Host, Default: addr("10.1.1.1")},
		{Name: "R1", Kind: Router},
		{Name: "R2", Kind: Forwarder},
		{Name: "R3", Kind: Router},
		{Name: "hostB", Kind: Host, Default: addr("20.1.1.1")},
	},
	Cables: []Cable{
		{{"hostA", "eth0", prefix("10.1.1.2/24")}, {Node: "R1", Interface: "GigabitEthernet0/1"}},
		{{Node: "R1", Interface: "GigabitEthernet0/0"}, {"R2", "eth0", prefix("12.12.12.2/24")}},
		{{"R2", "eth1", prefix("23.23.23.2/24")}, {Node: "R3", Interface: "GigabitEthernet0/0"}},
		{{Node: "R3", Interface: "GigabitEthernet0/1"}, {"hostB", "eth0", prefix("20.1.1.2/24")}},
	},
	First: "R1",
	Script: []Step{
		{Router: "R3", Say: "The far end first: R3 protects 20.1.1.0/24.", Lines: classicRouter("R3",
			"12.12.12.1", "20.1.1.0", "10.1.1.0", "20.1.1.1", "23.23.23.3", "23.23.23.2")},
		{Router: "R1", Say: "R1 is its mirror: it protects 10.1.1.0/24.", Lines: classicRouter("R1",
			"23.23.23.3", "10.1.1.0", "20.1.1.0", "10.1.1.1", "12.12.12.1", "12.12.12.2"),
			Await: `Line protocol on Interface GigabitEthernet0/0, changed state to up`},
		{Router: "R1", Say: "The first packet that matches access-list 100 starts the negotiation.",
			Lines:  []string{"debug crypto isakmp", "ping 20.1.1.1 source 10.1.1.1"},
			Expect: `Success rate is [1-9]`, Failure: "the ping through the tunnel got no answer"},
		{Router: "R1", Say: "One ISAKMP SA in both directions, and one IPsec SA each way.",
			Lines: []string{"show crypto isakmp sa", "show crypto ipsec sa"}},
	},
}

// classicRouter is the configuration of one end, from a fresh console to
// privileged EXEC.
func classicRouter(name, peer, lan, farLAN, lanAddr, wanAddr, next string) []string {
	return []string{
		"enable",
		"configure terminal",
		"hostname " + name,
		"no ip domain lookup",
		"crypto isakmp policy 10",
		" encryption des",
		" hash sha",
		" authentication pre-share",
		" group 1",
		" lifetime 86400",
		"exit",
		"crypto isakmp key cisco address " + peer,
		"access-list 100 permit ip " + lan + " 0.0.0.255 " + farLAN + " 0.0.0.255",
		"crypto ipsec transform-set cisco esp-des esp-md5-hmac",
		"crypto map cisco 10 ipsec-isakmp",
		" set peer " + peer,
		" set transform-set cisco",
		" match address 100",
		"interface GigabitEthernet0/1",
		" ip address " + lanAddr + " 255.255.255.0",
		" no shutdown",
		"interface GigabitEthernet0/0",
		" ip address " + wanAddr + " 255.255.255.0",
		" no shutdown",
		" crypto map cisco",
		"ip route 0.0.0.0 0.0.0.0 " + next,
		"end",
	}
}
