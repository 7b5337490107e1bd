// Package kernel is the router's hold on the Linux network stack, and the only
// one that knows there is Linux below: netlink, nftables, TUN and raw sockets
// appear nowhere else.
//
// The caller states what it wants (Desired); Apply reads what there is,
// computes the difference and makes it so. Applying twice changes nothing.
// Everything conft makes carries a sign by which a later process knows it
// again: routes and addresses a protocol number, created links a group, the
// filter a name, the rules their table. What has no sign is foreign and is left
// alone. Each change has a text (`ip route add …`), which tests compare.
//
// Protected packets take the path
//
//	postrouting 300: crypto ACL sets markProtect -> fragmentation, ARP
//	  -> tc egress of the outside link: mark? redirect to the TUN -> engine
//	  -> raw protocol 50 or 51, or UDP 4500, marked markEngine -> out in the clear
//
// What came out of the TUN and would leave by that link, marked markTunnel, goes back to the
// engine in the same way, and is dropped there.
//
// All rules stand in one table. A packet meets its chains in this order, as far as they have
// rules; datagrams are put together where a condition needs that:
//
//	prerouting   -450 filter.in  (-400 defragmentation)  -310 arrive  -105 nat.use  -100 nat.arrive
//	forward      -150 mss  0 filter.forward
//	input        110 nat.own
//	output       -300 send  0 silence
//	postrouting  100 nat.leave  110 nat.count  300 leave  305 filter.protected  310 filter.out
//
// What a rule shows to this process comes by the packet log (packetlog.go), a group for
// each purpose.
//
// Runs of packets on protocol 50 go past routing and netfilter into the memory of a
// packet socket (straight, ring), as long as nothing says that those would treat them
// otherwise; before each run it hears what has changed (changes).
//
// A Kernel belongs to the network namespace of the thread that opened it and
// is safe for concurrent use.
package kernel
