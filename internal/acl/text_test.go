package acl

import (
	"slices"
	"strings"
	"testing"
)

func TestEntryText(t *testing.T) {
	eq := func(n uint16) Ports { return Ports{Op: PortEq, Low: n} }
	for want, e := range map[string]Entry{
		"permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255": {Src: lan, Dst: Addr{0x14010100, 0xff}},
		"permit tcp any host 192.168.1.100 eq ftp":        {Protocol: 6, Src: Any, Dst: Host(0xc0a80164), DstPort: eq(21)},
		"permit tcp any host 192.168.1.100 gt 1024":       {Protocol: 6, Src: Any, Dst: Host(0xc0a80164), DstPort: Ports{Op: PortGt, Low: 1024}},
		"permit udp any eq bootpc any range bootps 70":    {Protocol: 17, Src: Any, Dst: Any, SrcPort: eq(68), DstPort: Ports{PortRange, 67, 70}},
		"deny icmp host 1.1.1.1 any log":                  {Action: Deny, Protocol: 1, Src: Host(0x01010101), Dst: Any, Log: true},
		"permit igmp any any":                             {Protocol: 2, Src: Any, Dst: Any},
		"permit esp any any":                              {Protocol: 50, Src: Any, Dst: Any},
		"permit 132 any any":                              {Protocol: 132, Src: Any, Dst: Any},
		"permit tcp any neq www any lt cmd":               {Protocol: 6, Src: Any, Dst: Any, SrcPort: Ports{Op: PortNeq, Low: 80}, DstPort: Ports{Op: PortLt, Low: 514}},
		"permit udp any any eq non500-isakmp":             {Protocol: 17, Src: Any, Dst: Any, DstPort: eq(4500)},
		"remark permit nothing":                           {Remark: "permit nothing"},
	} {
		if got := string(AppendEntry(nil, &e)); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

// `?` prints keywords in order, and each stands for one number.
func TestNamesAreSortedAndUnique(t *testing.T) {
	for _, names := range [][]Name{Protocols, PortNames(6), PortNames(17)} {
		if !slices.IsSortedFunc(names, func(a, b Name) int { return strings.Compare(a.Word, b.Word) }) {
			t.Errorf("%v are not sorted", names)
		}
		seen := make(map[uint16]string)
		for _, n := range names {
			if seen[n.Number] != "" {
				t.Errorf("%s and %s are both %d", seen[n.Number], n.Word, n.Number)
			}
			seen[n.Number] = n.Word
			if n.Help == "" {
				t.Errorf("%s has no help", n.Word)
			}
		}
	}
	if PortNames(1) != nil {
		t.Error("ICMP has ports")
	}
}
