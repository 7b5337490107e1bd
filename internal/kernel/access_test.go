package kernel

import (
	"strings"
	"testing"

	"conft/internal/acl"
	"conft/internal/packet"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
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

// Where no list asks there is no hook.
func TestHooksOfListsOnly(t *testing.T) {
	lists := filtered()
	for _, c := range []struct {
		filter   Filter
		selector Selector
		want     string
	}{
		{Filter{In: lists.Filters[0].In}, Selector{}, "filter.in"},
		{Filter{Out: lists.Filters[0].Out}, Selector{}, "filter.forward filter.out"},
		{Filter{}, Selector{In: lists.Filters[0].In}, "filter.in"},
		{Filter{}, Selector{Out: lists.Filters[0].In}, "filter.protected"},
		{Filter{Quiet: true}, Selector{}, chainSilence},
		{Filter{}, Selector{}, ""},
	} {
		d := classic()
		c.filter.Link = "wan0"
		d.Filters = []Filter{c.filter}
		s := &d.Crypto[0].Selectors[0]
		s.In, s.Out = c.selector.In, c.selector.Out
		var hooks []string
		for _, c := range access(&d) {
			if c.hook != "" {
				hooks = append(hooks, c.name)
			}
		}
		if got := strings.Join(hooks, " "); got != c.want {
			t.Errorf("hooks %q, want %q", got, c.want)
		}
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

// `log` of a crypto ACL shows packets too, before the rule that counts and diverts them.
func TestCryptoListLogs(t *testing.T) {
	d := router("12.12.12.1", "10.1.1.1", "20.1.1.0/24", "12.12.12.2", acl.Entry{Src: network("10.1.1.0/24"), Dst: acl.Any, Log: true, LogInput: true})
	d.Crypto[0].Selectors[0].List = "VPN"
	for _, c := range rules(&d, map[string]int{"wan0": 2}, manner{}) {
		if c.name != "out.wan0.CMAP.10" {
			continue
		}
		if got := strings.Join(texts(c), "\n"); got != `ip saddr 10.1.1.0/24 limit rate 100/second burst 100 packets counter log prefix "pei VPN" group 25447 snaplen 128 queue-threshold 1`+
			"\nip saddr 10.1.1.0/24 counter goto divert.wan0" {
			t.Errorf("got\n%s", got)
		}
		return
	}
	t.Error("no chain")
}

func TestPacketLogOfAccess(t *testing.T) {
	attr := func(kind int, data ...byte) netlink.Attribute {
		return netlink.Attribute{Type: uint16(kind), Data: data}
	}
	b, err := netlink.MarshalAttributes([]netlink.Attribute{
		attr(nfulaPrefix, append([]byte("di- 101"), 0)...), attr(nfulaInDev, 0, 0, 0, 7),
		attr(nfulaHWAddr, 0, 6, 0, 0, 0, 0, 0x0c, 7, 0xac, 1, 0, 0), attr(nfulaPayload, 0x45, 0),
	})
	must(t, err)
	message := netlink.Message{Header: netlink.Header{Type: unix.NFNL_SUBSYS_ULOG<<8 | nfulnlMsgPacket}, Data: append(make([]byte, 4), b...)}
	l, ok := decodeLogged(message)
	if !ok || l.prefix != "di- 101" || l.in != 7 || string(l.mac) != "\x00\x00\x0c\x07\xac\x01" || string(l.octets) != "\x45\x00" {
		t.Errorf("%v %+v", ok, l)
	}
	for n := range message.Data {
		decodeLogged(netlink.Message{Header: message.Header, Data: message.Data[:n]})
	}
	// The log copies only the beginning of a packet.
	var p packet.Parsed
	long := append([]byte{0x45, 0, 0x05, 0xdc, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}, 0, 53, 0x13, 0x88, 0, 9, 0, 0)
	if err := decodeCut(&p, long); err != nil || p.SrcPort != 53 || p.DstPort != 5000 {
		t.Errorf("%+v, %v", p, err)
	}
	if decodeCut(&p, long[:19]) == nil {
		t.Error("a part of a header is decoded")
	}
}
