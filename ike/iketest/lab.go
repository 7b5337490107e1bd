package iketest

import (
	"net/netip"

	"conft/ike/exchange"
	"conft/internal/suite"
)

// The classic lab: R1 12.12.12.1 protects 10.1.1.0/24, R3 23.23.23.3 protects
// 20.1.1.0/24.
var (
	Addr1 = netip.MustParseAddr("12.12.12.1")
	Addr3 = netip.MustParseAddr("23.23.23.3")
	Side1 = exchange.Proxy{Prefix: netip.MustParsePrefix("10.1.1.0/24")}
	Side3 = exchange.Proxy{Prefix: netip.MustParsePrefix("20.1.1.0/24")}
)

// Flow is the lab's traffic as R1 sees it.
var Flow = exchange.Selector{Local: Side1, Remote: Side3}

// Reverse is the same traffic seen from the other side.
func Reverse(s exchange.Selector) exchange.Selector {
	return exchange.Selector{Local: s.Remote, Remote: s.Local}
}

// Policies returns the lab's configuration for both ends: DES, SHA, group 1; ESP with
// DES and HMAC-MD5, no perfect forward secrecy. The values are the caller's to change.
func Policies() (p1, p3 *exchange.Policy) {
	return side(Addr1, Addr3, Flow), side(Addr3, Addr1, Reverse(Flow))
}

// Outside is the interface that the crypto map of the lab stands on.
const Outside = "GigabitEthernet0/1"

func side(local, remote netip.Addr, s exchange.Selector) *exchange.Policy {
	return &exchange.Policy{
		Proposals: []exchange.ISAKMPProposal{{
			Priority: 10, Encryption: suite.DES, Hash: suite.SHA, Group: suite.MODP768, Auth: exchange.PreShared, LifeSeconds: 86400,
		}},
		Keys: []exchange.PresharedKey{{Prefix: netip.PrefixFrom(remote, 32), Secret: []byte("cisco")}},
		Tunnels: []exchange.Tunnel{{
			Map: "MAP", Seq: 10, Interface: Outside, Local: local, Peers: []netip.Addr{remote},
			Transforms:  []exchange.TransformSet{{Transform: suite.ESPDES, Auth: suite.HMACMD5}},
			LifeSeconds: 3600, LifeKilobytes: 4608000,
			Selectors: []exchange.Selector{s},
		}},
	}
}

// Classic returns a net with both routers of the lab.
func Classic(seed uint64) (n *Net, r1, r3 *Router) {
	n = New(seed)
	p1, p3 := Policies()
	return n, n.Add("R1", Addr1, p1), n.Add("R3", Addr3, p3)
}
