package config

import (
	"reflect"
	"slices"
	"testing"

	"conft/internal/acl"
)

// full has something in every list.
func full() *Config {
	c := New()
	c.AddInterface(&Interface{Name: "GigabitEthernet0/0", Secondary: []Address{{1, 2}}})
	c.AddRoute(Route{Prefix: 9, NextHop: 1})
	c.AddAccessList(&acl.List{Name: "L", Entries: []acl.Entry{{Seq: 10}}})
	c.CryptoMaps = []*CryptoMap{{Name: "M", Entries: []*CryptoMapEntry{{Seq: 10, Peers: []uint32{1}, TransformSets: []string{"T"}}}}}
	c.ISAKMPPolicy = []*ISAKMPPolicy{{Priority: 10}}
	c.ISAKMPKeys = []ISAKMPKey{{Key: Secret{Text: "k"}}}
	c.Keyrings = []*Keyring{{Name: "K", Keys: []ISAKMPKey{{Key: Secret{Text: "k"}}}}}
	c.ISAKMPPeers = []*ISAKMPPeer{{IP: 1, Password: Secret{Text: "k"}}}
	c.ISAKMPProfiles = []*ISAKMPProfile{{Name: "P", Keyrings: []string{"K"}, Match: []IdentityMatch{{Name: "x"}}, Maps: []string{"M"}, Trustpoints: []string{"T"}}}
	c.TransformSet = []*TransformSet{{Name: "T", Transforms: []string{"esp-des"}}}
	c.NAT.AddPool(&NATPool{Name: "P"})
	c.NAT.AddSource(NATSource{List: "L", Pool: "P"})
	c.NAT.AddStatic(&NATStatic{Local: 1})
	e := c.AddRouteMapEntry("R", 10)
	e.Lists, e.Interfaces = []string{"L"}, []string{"X"}
	c.PKI.Trustpoints = []*Trustpoint{{Name: "CA", Revocation: []string{"crl"}, Match: []string{"P"}}}
	c.PKI.Certificates = []*CertificateMap{{Name: "P", Seq: 10, Rules: []CertificateRule{{"subject-name", "co", "lab"}}}}
	return c
}

// TestCloneSharesNothing changes every list of a clone.
func TestCloneSharesNothing(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"hostname":        func(c *Config) { c.Hostname = "x" },
		"interface":       func(c *Config) { c.Interfaces[0].Shutdown = true },
		"secondary":       func(c *Config) { c.Interfaces[0].Secondary[0].IP = 7 },
		"route":           func(c *Config) { c.Routes[0].Name = "x" },
		"access list":     func(c *Config) { c.AccessLists[0].Name = "x" },
		"entry":           func(c *Config) { c.AccessLists[0].Entries[0].Log = true },
		"crypto map":      func(c *Config) { c.CryptoMaps[0].Name = "x" },
		"map entry":       func(c *Config) { c.CryptoMaps[0].Entries[0].PFS = 1 },
		"peer":            func(c *Config) { c.CryptoMaps[0].Entries[0].Peers[0] = 7 },
		"map's transform": func(c *Config) { c.CryptoMaps[0].Entries[0].TransformSets[0] = "x" },
		"policy":          func(c *Config) { c.ISAKMPPolicy[0].Group = 1 },
		"trustpoint":      func(c *Config) { c.PKI.Trustpoints[0].Name = "x" },
		"revocation":      func(c *Config) { c.PKI.Trustpoints[0].Revocation[0] = "none" },
		"trusted map":     func(c *Config) { c.PKI.Trustpoints[0].Match[0] = "x" },
		"certificate map": func(c *Config) { c.PKI.Certificates[0].Rules[0].Value = "x" },
		"key":             func(c *Config) { c.ISAKMPKeys[0].Key.Text = "x" },
		"keyring":         func(c *Config) { c.Keyrings[0].Name = "x" },
		"keyring's key":   func(c *Config) { c.Keyrings[0].Keys[0].Key.Text = "x" },
		"isakmp peer":     func(c *Config) { c.ISAKMPPeers[0].Password.Text = "x" },
		"profile":         func(c *Config) { c.ISAKMPProfiles[0].Name = "x" },
		"profile's ring":  func(c *Config) { c.ISAKMPProfiles[0].Keyrings[0] = "x" },
		"profile's point": func(c *Config) { c.ISAKMPProfiles[0].Trustpoints[0] = "y" },
		"profile's map":   func(c *Config) { c.ISAKMPProfiles[0].Maps[0] = "y" },
		"profile's match": func(c *Config) { c.ISAKMPProfiles[0].Match[0].Name = "y" },
		"every secret": func(c *Config) {
			for s := range c.Secrets() {
				s.Sealed = "x"
			}
		},
		"transform set": func(c *Config) { c.TransformSet[0].Name = "x" },
		"side":          func(c *Config) { c.Interfaces[0].NAT = NATInside },
		"pool":          func(c *Config) { c.NAT.Pools[0].Last = 9 },
		"source":        func(c *Config) { c.NAT.Sources[0].Overload = true },
		"static":        func(c *Config) { c.NAT.Static[0].Global = 9 },
		"route map":     func(c *Config) { c.RouteMaps[0].Entries[0].Deny = true },
		"its list":      func(c *Config) { c.RouteMaps[0].Entries[0].Lists[0] = "x" },
		"its interface": func(c *Config) { c.RouteMaps[0].Entries[0].Interfaces[0] = "x" },
		"transform":     func(c *Config) { c.TransformSet[0].Transforms[0] = "x" },
	} {
		c := full()
		d := c.Clone()
		if !d.Equal(c) {
			t.Fatal("the clone is not equal")
		}
		change(d)
		if !c.Equal(full()) {
			t.Errorf("%s: the original changed with its clone", name)
		}
		if d.Equal(c) {
			t.Errorf("%s: Equal does not see the change", name)
		}
	}
}

func names[T any](list []T, name func(T) string) []string {
	var out []string
	for _, v := range list {
		out = append(out, name(v))
	}
	return out
}

func TestPrintOrder(t *testing.T) {
	c := New()
	for _, n := range []string{"GigabitEthernet0/10", "Loopback10", "FastEthernet1/0", "GigabitEthernet0/2", "Loopback2", "Ethernet0/0", "FastEthernet0/1"} {
		c.AddInterface(&Interface{Name: n})
	}
	got := names(c.Interfaces, func(i *Interface) string { return i.Name })
	if want := []string{"Loopback2", "Loopback10", "Ethernet0/0", "FastEthernet0/1", "FastEthernet1/0", "GigabitEthernet0/2", "GigabitEthernet0/10"}; !slices.Equal(got, want) {
		t.Errorf("interfaces: %q", got)
	}
	for _, n := range []string{"101", "b", "100", "A", "a"} {
		c.AddAccessList(&acl.List{Name: n})
	}
	got = names(c.AccessLists, func(l *acl.List) string { return l.Name })
	if want := []string{"A", "a", "b", "100", "101"}; !slices.Equal(got, want) {
		t.Errorf("access lists: %q", got)
	}
	for _, r := range []Route{{Prefix: 9, NextHop: 2}, {Prefix: 5, NextHop: 1}, {Prefix: 9, NextHop: 1}, {Prefix: 9, NextHop: 2, Name: "again"}} {
		c.AddRoute(r)
	}
	if want := []Route{{Prefix: 5, NextHop: 1}, {Prefix: 9, NextHop: 1}, {Prefix: 9, NextHop: 2, Name: "again"}}; !reflect.DeepEqual(c.Routes, want) {
		t.Errorf("routes: %+v", c.Routes)
	}
}

// Translations are tried in the order in which they stand: by port before by address,
// hosts before networks.
func TestNATOrder(t *testing.T) {
	var n NAT
	for _, s := range []NATStatic{{Mask: 0xff000000}, {Outside: true, Protocol: 6}, {Local: 2}, {Mask: 0xffff0000}, {Local: 1}, {Protocol: 17, Local: 9}, {Protocol: 6, Local: 9}, {Outside: true}} {
		n.AddStatic(&s)
	}
	var static []NATStatic
	for _, s := range n.Static {
		static = append(static, *s)
	}
	if want := []NATStatic{{Protocol: 6, Local: 9}, {Protocol: 17, Local: 9}, {Local: 1}, {Local: 2}, {Mask: 0xffff0000}, {Mask: 0xff000000}, {Outside: true, Protocol: 6}, {Outside: true}}; !slices.Equal(static, want) {
		t.Errorf("static: %+v", static)
	}
	for _, s := range []NATSource{{RouteMap: "B"}, {List: "x"}, {List: "101"}, {RouteMap: "A"}, {List: "9"}, {List: "101", Overload: true}} {
		n.AddSource(s)
	}
	if want := []NATSource{{List: "9"}, {List: "101", Overload: true}, {List: "x"}, {RouteMap: "A"}, {RouteMap: "B"}}; !slices.Equal(n.Sources, want) {
		t.Errorf("dynamic: %+v", n.Sources)
	}
}

func TestFinders(t *testing.T) {
	c := full()
	if c.Interface("GigabitEthernet0/0") == nil || c.AccessList("L") == nil || c.CryptoMap("M").Entry(10) == nil || c.Policy(10) == nil || c.Transforms("T") == nil {
		t.Error("something that is there was not found")
	}
	if c.Interface("x") != nil || c.AccessList("") != nil || c.CryptoMap("x") != nil || c.CryptoMap("M").Entry(1) != nil || c.Policy(1) != nil || c.Transforms("x") != nil {
		t.Error("something that is not there was found")
	}
}

// Lists are found by name, whatever they are, and stand as IOS prints them.
func TestAccessListOrder(t *testing.T) {
	c := New()
	for _, name := range []string{"1300", "100", "ext", "2", "std", "10", "2000", "199"} {
		n := listNumber(name)
		c.AddAccessList(&acl.List{Name: name, Standard: name == "std" || 0 < n && n < 100 || 1300 <= n && n < 2000})
	}
	var got []string
	for _, l := range c.AccessLists {
		got = append(got, l.Name)
		if c.AccessList(l.Name) != l {
			t.Errorf("%s is not found", l.Name)
		}
	}
	if want := []string{"std", "ext", "2", "10", "100", "199", "1300", "2000"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	if c.AccessList("1") != nil {
		t.Error("a list is found that is not there")
	}
}
