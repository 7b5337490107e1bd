package commands

import "testing"

func TestShowRouteMap(t *testing.T) {
	r := newFake(t, `route-map NAT deny 5
 match ip address VPN
route-map NAT permit 10
 description to the Internet
 match ip address 101 INET
 match interface GigabitEthernet0/0
route-map ALL permit 10
`)
	const nat = `route-map NAT, deny, sequence 5
  Match clauses:
    ip address (access-lists): VPN 
  Set clauses:
  Policy routing matches: 0 packets, 0 bytes
route-map NAT, permit, sequence 10
  Description:
    to the Internet
  Match clauses:
    ip address (access-lists): 101 INET 
    interface GigabitEthernet0/0 
  Set clauses:
  Policy routing matches: 0 packets, 0 bytes
`
	const all = `route-map ALL, permit, sequence 10
  Match clauses:
  Set clauses:
  Policy routing matches: 0 packets, 0 bytes
`
	expect(t, "show route-map", run(t, r, "show route-map"), all+nat)
	expect(t, "show route-map NAT", run(t, r, "show route-map NAT"), nat)
}
