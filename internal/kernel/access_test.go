package kernel

import (
	"strings"
	"testing"

	"conft/internal/acl"
)

func filtered() Desired {
	d := router("12.12.12.1", "10.1.1.1", "20.1.1.0/24", "12.12.12.2", acl.Entry{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")})
	in := &acl.List{Name: "101", Entries: []acl.Entry{
		{Seq: 10, Protocol: 50, Src: acl.Any, Dst: acl.Any},
		{Seq: 20, Protocol: 6, Src: acl.Any, Dst: network("12.12.12.1/32"), DstPort: acl.Ports{Op: acl.PortEq, Low: 22}, TCP: acl.Flags{Op: acl.Established}},
		{Remark: "nobody else"},
		{Seq: 30, Action: acl.Deny, Protocol: 1, Src: network("10.0.0.0/8"), Dst: acl.Any, ICMP: acl.ICMP{Op: acl.ICMPType, Type: 8}, Log: true},
	}}
	out := &acl.List{Name: "7", Standard: true, Entries: []acl.Entry{{Seq: 10, Src: network("10.1.1.0/24"), Dst: acl.Any, Log: true}}}
	d.Filters = []Filter{{Link: "wan0", In: in, Out: out}, {Link: "lan0", Quiet: true}}
	d.Crypto[0].Selectors[0].In = &acl.List{Name: "IN", Entries: []acl.Entry{
		{Seq: 10, Src: acl.Any, Dst: acl.Any, Fragments: true},
		{Seq: 20, Protocol: 17, Src: acl.Any, Dst: acl.Any, Service: acl.Service{DSCP: 46 + 1}},
		{Seq: 30, Protocol: 6, Src: acl.Any, Dst: acl.Any, TCP: acl.Flags{Op: acl.FlagsAny, On: acl.FlagSYN, Off: acl.FlagACK}},
		{Seq: 40, Protocol: 1, Src: acl.Any, Dst: acl.Any, ICMP: acl.ICMP{Op: acl.ICMPCode, Type: 3, Code: 4}},
	}}
	d.Crypto[0].Selectors[0].Out = in
	return d
}

func TestAccessGolden(t *testing.T) {
	d := filtered()
	golden(t, "access", access(&d).String()+"\n")
}

func TestNoListsNoChains(t *testing.T) {
	d := classic()
	d.Filters = []Filter{{Link: "lan0"}}
	if r := access(&d); r != nil {
		t.Errorf("without lists:\n%s", r)
	}
}

// A change of one list leaves the rules of the others, which carry the counters by their
// text, as they were.
func TestChangeOfOneList(t *testing.T) {
	was, d := filtered(), filtered()
	before := access(&was)
	l := d.Filters[0].In.Clone()
	l.Entries = l.Entries[1:]
	d.Filters[0].In = l
	after := access(&d)
	for i, c := range before {
		same := strings.Join(texts(c), "\n") == strings.Join(texts(after[i]), "\n")
		if same == (c.name == inList("wan0")) {
			t.Errorf("chain %s: the same is %v", c.name, same)
		}
	}
}

func texts(c chain) (out []string) {
	for _, r := range c.rules {
		out = append(out, r.text)
	}
	return out
}
