package router

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"conft/debug"
	"conft/ike/exchange"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/dataplane"
)

func ip(s string) uint32 { return acl.Word(netip.MustParseAddr(s)) }

// seed is R1 of the classic lab, with an entry of the crypto map that is not
// complete and an interface without a link.
func seed() (*Router, *config.Config) {
	c := config.New()
	c.AddInterface(&config.Interface{Name: "Loopback7", Address: config.Address{IP: ip("1.1.1.1"), Mask: maskOf(32)}})
	c.AddInterface(&config.Interface{Name: "GigabitEthernet0/0", Address: config.Address{IP: ip("12.12.12.1"), Mask: maskOf(24)}, CryptoMap: "cisco"})
	c.AddInterface(&config.Interface{Name: "GigabitEthernet0/1", Address: config.Address{IP: ip("10.1.1.1"), Mask: maskOf(24)},
		Secondary: []config.Address{{IP: ip("10.1.2.1"), Mask: maskOf(24)}}})
	c.AddInterface(&config.Interface{Name: "GigabitEthernet0/2", Address: config.Address{IP: ip("9.9.9.9"), Mask: maskOf(24)}})
	c.Routes = []config.Route{{NextHop: ip("12.12.12.2"), Distance: 1}}
	ace := func(action acl.Action, src, dst string) acl.Entry {
		return acl.Entry{Action: action, Src: acl.Addr{Base: ip(src), Wildcard: 255}, Dst: acl.Addr{Base: ip(dst), Wildcard: 255}}
	}
	c.AccessLists = []*acl.List{
		{Name: "100", Entries: []acl.Entry{{Remark: "to the branch"}, ace(acl.Deny, "10.1.1.0", "20.1.9.0"), ace(acl.Permit, "10.1.1.0", "20.1.1.0")}},
		{Name: "101", Entries: []acl.Entry{ace(acl.Permit, "10.1.1.0", "30.1.1.0")}},
	}
	c.ISAKMPPolicy = []*config.ISAKMPPolicy{
		{Priority: 10, Authentication: config.PreShare, Group: 1, Lifetime: 86400},
		{Priority: 20, Authentication: config.RSASig, Group: 1, Lifetime: 86400},
	}
	c.ISAKMPKeys = []config.ISAKMPKey{{Key: config.Secret{Text: "cisco"}, IP: ip("23.23.23.3"), Mask: maskOf(32)}}
	c.TransformSet = []*config.TransformSet{{Name: "cisco", Transforms: []string{"esp-des", "esp-md5-hmac"}}}
	c.IPsecLife.Seconds = 1800
	c.CryptoMaps = []*config.CryptoMap{{Name: "cisco", Entries: []*config.CryptoMapEntry{
		{Seq: 10, Peers: []uint32{ip("23.23.23.3")}, TransformSets: []string{"cisco"}, MatchAddress: "100"},
		{Seq: 20, TransformSets: []string{"cisco"}, MatchAddress: "101"},                                    // no peer
		{Seq: 30, Peers: []uint32{ip("23.23.23.3")}, TransformSets: []string{"cisco"}, MatchAddress: "102"}, // no list
	}}}
	r := &Router{
		live:  newLive(),
		plugs: newPlugTable([]mapping{{Interface: "GigabitEthernet0/0", Link: "eth0"}, {Interface: "GigabitEthernet0/1", Link: "eth1"}}),
	}
	return r, c
}

// compare compares two texts but for their blanks.
func compare(t *testing.T, got, want string) {
	t.Helper()
	if strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}

func TestDesired(t *testing.T) {
	r, c := seed()
	d := r.desired(c)
	var links []string
	for _, l := range d.Links {
		links = append(links, fmt.Sprint(l.Name, l.Alias, l.Addrs, l.Up, l.Loopback))
	}
	compare(t, strings.Join(links, " "), "loopback7 Loopback7 [1.1.1.1/32] true true "+
		"eth0 GigabitEthernet0/0 [12.12.12.1/24] true false "+
		"eth1 GigabitEthernet0/1 [10.1.1.1/24 10.1.2.1/24] true false")
	compare(t, fmt.Sprint(d.Routes), "[{0.0.0.0/0 12.12.12.2 1 false false}]")
	// The entry without peer still keeps its packets from leaving in clear.
	if len(d.Crypto) != 1 || d.Crypto[0].Link != "eth0" || d.Crypto[0].TUN != "crypto1" || len(d.Crypto[0].Selectors) != 2 {
		t.Fatalf("crypto: %+v", d.Crypto)
	}
}

// A route that names the outside interface only must know what is behind peers.
func TestBehindPeers(t *testing.T) {
	r, c := seed()
	if d := r.desired(c); d.Behind != nil {
		t.Errorf("with a next hop: %v", d.Behind)
	}
	c.Routes = append(c.Routes, config.Route{Prefix: ip("50.0.0.0"), Mask: maskOf(8), Interface: "GigabitEthernet0/1", Distance: 1})
	if d := r.desired(c); d.Behind != nil {
		t.Errorf("inside: %v", d.Behind)
	}
	c.Routes = append(c.Routes, config.Route{Prefix: ip("20.0.0.0"), Mask: maskOf(8), Interface: "GigabitEthernet0/0", Distance: 1})
	compare(t, fmt.Sprint(r.desired(c).Behind), "[{20.1.1.0/24 eth0 23.23.23.3}]")
}

func TestPolicies(t *testing.T) {
	r, c := seed()
	p := r.ikePolicy(c)
	if len(p.Proposals) != 2 || p.Proposals[0].Auth != exchange.PreShared || p.Proposals[1].Auth != exchange.RSASig || p.Signs("") {
		t.Fatalf("policies: %+v, signatures: %t", p.Proposals, p.Signs(""))
	}
	if len(p.Tunnels) != 1 {
		t.Fatalf("only the complete entry can be negotiated: %+v", p.Tunnels)
	}
	x := p.Tunnels[0]
	compare(t, fmt.Sprint(x.Map, x.Seq, x.Interface, x.Local, x.Peers, x.LifeSeconds, x.LifeKilobytes, x.Selectors),
		"cisco 10 GigabitEthernet0/0 12.12.12.1 [23.23.23.3] 1800 4608000 [{{10.1.1.0/24 0 0} {20.1.1.0/24 0 0}}]")
	if s := x.Transforms[0]; strings.Join(transformWords(s), " ") != "esp-des esp-md5-hmac" {
		t.Fatal(s)
	}
	spd := r.spd(c, func(string) int { return 1400 })
	if len(spd.Links) != 1 || spd.Links[0].MTU != 1400 || len(spd.Links[0].Entries) != 1 || spd.Links[0].Entries[0].Seq != 10 {
		t.Fatalf("%+v", spd)
	}
}

func TestLongPacketsAreTreatedAsConfigured(t *testing.T) {
	r, c := seed()
	outside := c.Interface("GigabitEthernet0/0")
	link := func() dataplane.Link { return r.spd(c, func(string) int { return 1500 }).Links[0] }
	if l := link(); l.MTU != 1500 || l.DF != dataplane.DFCopy || l.FragmentAfter {
		t.Errorf("by default: %+v", l)
	}
	c.DFBit, c.Fragmentation, outside.IPMTU = config.DFClear, config.FragmentAfter, 1400
	if l := link(); l.MTU != 1400 || l.DF != dataplane.DFClear || !l.FragmentAfter {
		t.Errorf("global: %+v", l)
	}
	outside.DFBit, outside.Fragmentation, outside.IPMTU = config.DFSet, config.FragmentBefore, 1600
	if l := link(); l.MTU != 1500 || l.DF != dataplane.DFSet || l.FragmentAfter {
		t.Errorf("of the interface: %+v", l)
	}
	outside.MTU, outside.MSS = 1480, 1360
	for _, l := range r.desired(c).Links {
		if l.Name == r.plugs.link(outside.Name) && (l.MTU != 1480 || l.IPMTU != 1600 || l.MSS != 1360) {
			t.Errorf("the kernel gets %+v", l)
		}
	}
}

// No proxy is wider than the access list: a wildcard with holes, which no identity of IKE
// can say, is not negotiated, and its packets are protected or dropped (never in clear).
func TestWildcardWithHoles(t *testing.T) {
	r, c := seed()
	holes := acl.Entry{Src: acl.Addr{Base: ip("10.1.0.5"), Wildcard: 0xff00}, Dst: acl.Addr{Base: ip("20.1.1.0"), Wildcard: 255}}
	c.AccessLists[0].Entries = append(c.AccessLists[0].Entries, holes)
	if got := r.ikePolicy(c).Tunnels[0].Selectors; len(got) != 1 {
		t.Errorf("negotiable are %v", got)
	}
	if rules := r.desired(c).Crypto[0].Selectors[0].Rules; len(rules) != 4 {
		t.Errorf("the kernel diverts by %d rules", len(rules))
	}
}

// Every word of a transform set means the suite that its own name prints again.
func TestTransformWords(t *testing.T) {
	printed := map[string]string{"esp-aes 192": "esp-192-aes", "esp-aes 256": "esp-256-aes", "esp-aes 128": "esp-aes", "esp-gcm 128": "esp-gcm"}
	for _, cipher := range []string{"esp-des", "esp-3des", "esp-aes", "esp-aes 128", "esp-aes 192", "esp-aes 256", "esp-null"} {
		for _, auth := range []string{"esp-md5-hmac", "esp-sha-hmac", "esp-sha256-hmac", "esp-sha384-hmac", "esp-sha512-hmac"} {
			want := cipher
			if p := printed[cipher]; p != "" {
				want = p
			}
			got := transformWords(transformSet(&config.TransformSet{Transforms: []string{cipher, auth}}))
			if strings.Join(got, " ") != want+" "+auth {
				t.Errorf("%s %s prints as %v", cipher, auth, got)
			}
		}
	}
	for _, gcm := range []string{"esp-gcm", "esp-gcm 128", "esp-gcm 192", "esp-gcm 256"} {
		want := gcm
		if p := printed[gcm]; p != "" {
			want = p
		}
		if got := transformWords(transformSet(&config.TransformSet{Transforms: []string{gcm}})); strings.Join(got, "+") != want {
			t.Errorf("%s prints as %v", gcm, got)
		}
	}
}

// The version line chooses the manner of IKE as well as that of the log.
func TestVersionChoosesTheManner(t *testing.T) {
	c := config.New()
	for version, want := range map[string]debug.Manner{"12.4": debug.IOS12, "15.0": debug.IOS15, "15.9": debug.IOS15} {
		c.Version = version
		if got := (&Router{}).ikePolicy(c).Version; got != want {
			t.Errorf("version %s has manner %d", version, got)
		}
	}
}

// An interface without a link, a list that does not exist and one of remarks filter
// nothing; a crypto map entry has lists of its own.
func TestDesiredFilters(t *testing.T) {
	r, c := seed()
	if d := r.desired(c); d.Filters != nil {
		t.Errorf("without lists: %+v", d.Filters)
	}
	c.AddAccessList(&acl.List{Name: "NOTES", Entries: []acl.Entry{{Remark: "none"}}})
	c.AddAccessList(&acl.List{Name: "7", Standard: true, Entries: []acl.Entry{{Seq: 10, Src: acl.Any, Dst: acl.Any}}})
	in, out, none := c.Interfaces[1], c.Interfaces[2], c.Interfaces[3]
	in.AccessIn, in.AccessOut = "101", "missing"
	out.AccessIn, out.AccessOut, out.NoUnreachables = "NOTES", "7", true
	none.AccessIn = "101"
	c.CryptoMaps[0].Entries[0].AccessIn, c.CryptoMaps[0].Entries[0].AccessOut = "101", "NOTES"
	d := r.desired(c)
	if len(d.Filters) != 2 {
		t.Fatalf("filters: %+v", d.Filters)
	}
	if f := d.Filters[0]; f.Link != "eth0" || f.In != c.AccessList("101") || f.Out != nil || f.Quiet {
		t.Errorf("GigabitEthernet0/0: %+v", f)
	}
	if f := d.Filters[1]; f.Link != "eth1" || f.In != nil || f.Out != c.AccessList("7") || !f.Quiet {
		t.Errorf("GigabitEthernet0/1: %+v", f)
	}
	if s := d.Crypto[0].Selectors[0]; s.In != c.AccessList("101") || s.Out != nil || s.List != "100" {
		t.Errorf("crypto map entry: %+v", s)
	}
}

// A standard list says nothing of destinations: it does not select what is encrypted.
func TestStandardListProtectsNothing(t *testing.T) {
	r, c := seed()
	c.AccessLists = []*acl.List{{Name: "100", Standard: true, Entries: []acl.Entry{{Seq: 10, Src: acl.Any, Dst: acl.Any}}}}
	if d := r.desired(c); d.Crypto != nil {
		t.Errorf("crypto: %+v", d.Crypto)
	}
}

// Counts are read before a change that takes a list off a place, only then.
func TestTakenOff(t *testing.T) {
	r, c := seed()
	c.Interfaces[2].AccessIn = "101"
	old := r.desired(c)
	for name, f := range map[string]func(*config.Config) bool{
		"nothing":        func(*config.Config) bool { return false },
		"one more":       func(c *config.Config) bool { c.Interfaces[2].AccessOut = "101"; return false },
		"another entry":  func(c *config.Config) bool { c.AccessList("101").Entries[0].Log = true; return false },
		"off":            func(c *config.Config) bool { c.Interfaces[2].AccessIn = ""; return true },
		"another list":   func(c *config.Config) bool { c.Interfaces[2].AccessIn = "100"; return true },
		"the crypto map": func(c *config.Config) bool { c.Interfaces[1].CryptoMap = ""; return true },
	} {
		d := c.Clone()
		want := f(d)
		if got := takenOff(old, r.desired(d)); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
