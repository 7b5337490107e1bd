package acl

import (
	"slices"
	"strings"
	"testing"
)

func TestEntryText(t *testing.T) {
	eq := func(n uint16) Ports { return Ports{Op: PortEq, Low: n} }
	for want, e := range map[string]Entry{
		"permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255":      {Src: lan, Dst: Addr{0x14010100, 0xff}},
		"permit tcp any host 192.168.1.100 eq ftp":             {Protocol: 6, Src: Any, Dst: Host(0xc0a80164), DstPort: eq(21)},
		"permit tcp any host 192.168.1.100 gt 1024":            {Protocol: 6, Src: Any, Dst: Host(0xc0a80164), DstPort: Ports{Op: PortGt, Low: 1024}},
		"permit udp any eq bootpc any range bootps 70":         {Protocol: 17, Src: Any, Dst: Any, SrcPort: eq(68), DstPort: Ports{Op: PortRange, Low: 67, High: 70}},
		"deny icmp host 1.1.1.1 any log":                       {Action: Deny, Protocol: 1, Src: Host(0x01010101), Dst: Any, Log: true},
		"permit igmp any any":                                  {Protocol: 2, Src: Any, Dst: Any},
		"permit esp any any":                                   {Protocol: 50, Src: Any, Dst: Any},
		"permit 132 any any":                                   {Protocol: 132, Src: Any, Dst: Any},
		"permit tcp any any eq www 443 8080":                   {Protocol: 6, Src: Any, Dst: Any, DstPort: Ports{Op: PortEq, Low: 80, More: 2, Also: [9]uint16{443, 8080}}},
		"permit tcp any neq www any lt cmd":                    {Protocol: 6, Src: Any, Dst: Any, SrcPort: Ports{Op: PortNeq, Low: 80}, DstPort: Ports{Op: PortLt, Low: 514}},
		"permit udp any any eq non500-isakmp":                  {Protocol: 17, Src: Any, Dst: Any, DstPort: eq(4500)},
		"permit tcp any any established log-input":             {Protocol: 6, Src: Any, Dst: Any, TCP: Flags{Op: Established}, Log: true, LogInput: true},
		"permit tcp any any established psh urg":               {Protocol: 6, Src: Any, Dst: Any, TCP: Flags{Op: Established, On: FlagPSH | FlagURG}},
		"permit tcp any any rst syn log":                       {Protocol: 6, Src: Any, Dst: Any, TCP: Flags{Op: FlagsWords, On: FlagSYN | FlagRST}, Log: true},
		"permit tcp any any match-all +ack -fin log":           {Protocol: 6, Src: Any, Dst: Any, TCP: Flags{FlagsAll, FlagACK, FlagFIN}, Log: true},
		"permit icmp any any echo-reply":                       {Protocol: 1, Src: Any, Dst: Any, ICMP: ICMP{Op: ICMPType}},
		"permit icmp any any administratively-prohibited":      {Protocol: 1, Src: Any, Dst: Any, ICMP: ICMP{ICMPCode, 3, 13}},
		"permit icmp any any 200 7":                            {Protocol: 1, Src: Any, Dst: Any, ICMP: ICMP{ICMPCode, 200, 7}},
		"permit icmp any any 200":                              {Protocol: 1, Src: Any, Dst: Any, ICMP: ICMP{Op: ICMPType, Type: 200}},
		"permit ip any any dscp af31":                          {Src: Any, Dst: Any, Service: Service{DSCP: 26 + 1}},
		"permit ip any any precedence routine tos 3 fragments": {Src: Any, Dst: Any, Service: Service{Precedence: 0 + 1, TOS: 3 + 1}, Fragments: true},
		"remark permit nothing":                                {Remark: "permit nothing"},
	} {
		if got := string(AppendEntry(nil, &e)); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

// `?` prints keywords in order, and each stands for one number.
func TestNamesAreSortedAndUnique(t *testing.T) {
	for _, names := range [][]Name{Protocols, PortNames(6), PortNames(17), DSCPs, Precedences, Services, FlagNames} {
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

// The running configuration aligns the verdicts, show commands do not.
func TestListText(t *testing.T) {
	l := List{Entries: []Entry{{Action: Deny, Src: Any, Dst: Any, Log: true}, {Remark: "deny"}}}
	for i, want := range []string{"deny   ip any any log", "remark deny"} {
		if got := string(l.AppendEntry(nil, &l.Entries[i])); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestMessagesAreSortedAndUnique(t *testing.T) {
	if !slices.IsSortedFunc(Messages, func(a, b Message) int { return strings.Compare(a.Word, b.Word) }) {
		t.Error("the messages are not sorted")
	}
	for _, m := range Messages {
		if m.ICMP.String() != m.Word || m.Help == "" {
			t.Errorf("%s is printed as %s", m.Word, m.ICMP)
		}
	}
}

func TestStandardText(t *testing.T) {
	for _, c := range []struct {
		e             Entry
		written, show string
	}{
		{Entry{Src: Any, Log: true}, "permit any log", "permit any log"},
		{Entry{Action: Deny, Src: Any}, "deny   any", "deny   any"},
		{Entry{Src: Host(0x0a010203)}, "permit 10.1.2.3", "permit 10.1.2.3"},
		{Entry{Action: Deny, Src: lan}, "deny   10.1.1.0 0.0.0.255", "deny   10.1.1.0, wildcard bits 0.0.0.255"},
		{Entry{Remark: "x"}, "remark x", "remark x"},
	} {
		if got := string(AppendStandard(nil, &c.e)); got != c.written {
			t.Errorf("written %q, want %q", got, c.written)
		}
		if got := string(AppendStandardShow(nil, &c.e)); got != c.show {
			t.Errorf("shown %q, want %q", got, c.show)
		}
	}
}
