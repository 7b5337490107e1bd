package commands

import (
	"fmt"
	"io"
	"strings"

	"conft/shell/grammar"
)

func showTraffic(r Router) exec {
	return exec{
		Syntax: "show ip traffic",
		Help: grammar.Help{
			"show":    "Show running system information",
			"ip":      "IP information",
			"traffic": "IP protocol statistics",
		},
		Run: output(func(w io.Writer, _ grammar.Args) error { showIPTraffic(w, r.Statistics()); return nil }),
	}
}

// trafficLines is `show ip traffic` with the kernel's counters in it. What the kernel does
// not count (options, broadcasts by protocol) is left out instead of being invented. Of
// packets without a route it counts the router's own and those to be forwarded separately.
const trafficLines = `IP statistics:
  Rcvd:  {Ip.InReceives} total, {Ip.InDelivers} local destination
         {Ip.InHdrErrors} format errors, {IpExt.InCsumErrors} checksum errors
         {Ip.InUnknownProtos} unknown protocol, {Ip.InAddrErrors} not a gateway
  Frags: {Ip.ReasmOKs} reassembled, {Ip.ReasmTimeout} timeouts, {Ip.ReasmFails} couldn't reassemble
         {Ip.FragOKs} fragmented, {Ip.FragCreates} fragments, {Ip.FragFails} couldn't fragment
  Bcast: {IpExt.InBcastPkts} received, {IpExt.OutBcastPkts} sent
  Mcast: {IpExt.InMcastPkts} received, {IpExt.OutMcastPkts} sent
  Sent:  {Ip.OutRequests} generated, {Ip.ForwDatagrams} forwarded
  Drop:  {Ip.OutDiscards} encapsulation failed
         {Ip.OutNoRoutes+IpExt.InNoRoutes} no route

ICMP statistics:
  Rcvd: {Icmp.InErrors} format errors, {Icmp.InCsumErrors} checksum errors, {Icmp.InRedirects} redirects, {Icmp.InDestUnreachs} unreachable
        {Icmp.InEchos} echo, {Icmp.InEchoReps} echo reply, {Icmp.InAddrMasks} mask requests, {Icmp.InAddrMaskReps} mask replies, {Icmp.InSrcQuenchs} quench
        {Icmp.InParmProbs} parameter, {Icmp.InTimestamps} timestamp
  Sent: {Icmp.OutRedirects} redirects, {Icmp.OutDestUnreachs} unreachable, {Icmp.OutEchos} echo, {Icmp.OutEchoReps} echo reply
        {Icmp.OutAddrMasks} mask requests, {Icmp.OutAddrMaskReps} mask replies, {Icmp.OutSrcQuenchs} quench, {Icmp.OutTimestamps} timestamp
        {Icmp.OutTimeExcds} time exceeded, {Icmp.OutParmProbs} parameter problem

TCP statistics:
  Rcvd: {Tcp.InSegs} total, {Tcp.InCsumErrors} checksum errors
  Sent: {Tcp.OutSegs} total

UDP statistics:
  Rcvd: {Udp.InDatagrams} total, {Udp.InCsumErrors} checksum errors, {Udp.NoPorts} no port
  Sent: {Udp.OutDatagrams} total
`

// showIPTraffic prints `show ip traffic`.
func showIPTraffic(w io.Writer, counted map[string]uint64) {
	text := trafficLines
	for {
		before, rest, ok := strings.Cut(text, "{")
		fmt.Fprint(w, before)
		if !ok {
			return
		}
		names, after, _ := strings.Cut(rest, "}")
		var n uint64
		for name := range strings.SplitSeq(names, "+") {
			n += counted[name]
		}
		fmt.Fprint(w, n)
		text = after
	}
}
