package commands

import (
	"io"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/reftest"
	"conft/internal/router"
)

// The tests of this file feed the values of a published capture to a formatter
// and compare with the capture. Captures lost their leading and trailing empty
// lines and mostly the blanks at the ends of lines, which are not compared.

func text(show func(io.Writer)) string {
	var b strings.Builder
	show(&b)
	return b.String()
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \r")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func sameLines(t *testing.T, file, got string) {
	t.Helper()
	want := trimLines(reftest.Open(t, file))
	got = trimLines(got)
	if got != want {
		t.Errorf("%s differs\n--- got\n%s\n--- want\n%s", file, got, want)
	}
}

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }
func ip(s string) uint32       { return acl.Word(addr(s)) }

func TestISAKMPSALikeCaptures(t *testing.T) {
	sa := func(dst, src, state string, id uint32, deleted bool) router.ISAKMPSA {
		return router.ISAKMPSA{Local: addr(dst), Remote: addr(src), State: state, ConnID: id, Deleted: deleted}
	}
	sameLines(t, "show/show-crypto-isakmp-sa/02.txt", text(func(w io.Writer) {
		showISAKMPSA(w, []router.ISAKMPSA{
			sa("100.0.10.2", "100.13.220.2", "QM_IDLE", 29609, false),
			sa("100.0.10.2", "100.12.82.2", "MM_NO_STATE", 29188, true),
			sa("100.0.10.2", "100.11.106.2", "QM_IDLE", 29362, false),
		})
	}))
	mine := sa("198.51.100.2", "203.0.113.2", "MM_NO_STATE", 0, false)
	mine.Initiator = true
	dead := mine
	dead.Deleted = true
	sameLines(t, "show/show-crypto-isakmp-sa/04.txt", text(func(w io.Writer) {
		showISAKMPSA(w, []router.ISAKMPSA{mine, dead})
	}))
}

func TestISAKMPPolicyLikeCaptures(t *testing.T) {
	c := config.New()
	p := newPolicy(10)
	p.Encryption, p.Authentication, p.Group = config.AES128, config.PreShare, 2
	c.ISAKMPPolicy = []*config.ISAKMPPolicy{p}
	sameLines(t, "show/show-crypto-isakmp-policy/02.txt", text(func(w io.Writer) { showISAKMPPolicy(w, c) }))

	p = newPolicy(7)
	p.Encryption, p.Hash, p.Authentication, p.Group, p.Lifetime = config.AES256, config.SHA256, config.PreShare, 5, 5000
	c.ISAKMPPolicy = []*config.ISAKMPPolicy{p}
	got := text(func(w io.Writer) { showISAKMPPolicy(w, c) })
	want := trimLines(reftest.Open(t, "show/show-crypto-isakmp-policy/04.txt"))
	blanks := regexp.MustCompile(`[ \t]+`) // this capture has its tabs expanded
	if got, want := blanks.ReplaceAllString(trimLines(got), " "), blanks.ReplaceAllString(want, " "); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestISAKMPKeyLikeCaptures(t *testing.T) {
	c := config.New()
	c.ISAKMPKeys = []config.ISAKMPKey{{Key: config.Secret{Text: "cisco-1"}, IP: ip("193.200.200.1"), Mask: 0xffffffff}}
	sameLines(t, "show/show-crypto-isakmp-key/01.txt", text(func(w io.Writer) { showISAKMPKey(w, c) }))
	c.ISAKMPKeys = []config.ISAKMPKey{{Key: config.Secret{Text: "Cisco!23"}}}
	sameLines(t, "show/show-crypto-isakmp-key/02.txt", text(func(w io.Writer) { showISAKMPKey(w, c) }))
}

func TestIPsecSALikeCapture(t *testing.T) {
	sa := func(spi, id uint32) []router.IPsecSA {
		return []router.IPsecSA{{SPI: spi, Transforms: []string{"esp-aes", "esp-sha-hmac"}, ConnID: id,
			RemainingKB: 4224103, RemainingSec: 1454, IVSize: 16, ReplayWindow: 64}}
	}
	id := router.IPsecIdent{
		Interface: "GigabitEthernet0/0", Map: "CRMAP", Seq: 10,
		LocalAddr: addr("25.0.0.1"), Peer: addr("15.0.0.1"), PeerPort: 500,
		Local:   router.Proxy{Addr: ip("192.168.2.0"), Mask: ip("255.255.255.0")},
		Remote:  router.Proxy{Addr: ip("192.168.1.0"), Mask: ip("255.255.255.0")},
		Inbound: sa(412118941, 1), Outbound: sa(1220200403, 2),
		PathMTU: 1500, IPMTU: 1500, PlaintextMTU: 1438, Encaps: 199, Decaps: 199,
	}
	sameLines(t, "show/show-crypto-ipsec-sa/06.txt", text(func(w io.Writer) { showIPsecSA(w, []router.IPsecIdent{id}, false, false) }))
}

func TestTransformSetLikeCapture(t *testing.T) {
	c := config.New()
	c.TransformSet = []*config.TransformSet{{Name: "ipsec_transform1", Transforms: []string{"esp-aes 256", "esp-sha512-hmac"}}}
	got := text(func(w io.Writer) { showTransformSets(w, c, "") })
	if want := reftest.Open(t, "show/show-crypto-ipsec-transform-set/02.txt"); !strings.Contains(want, strings.TrimSuffix(got, "   \n")) {
		t.Errorf("%q is not part of %q", got, want)
	}
}

func TestLifetimeLikeCapture(t *testing.T) {
	c := config.New()
	c.IPsecLife = config.Lifetime{Seconds: 300, Kilobytes: 2560}
	sameLines(t, "show/show-crypto-ipsec-security-association/01.txt", text(func(w io.Writer) { showIPsecLifetime(w, c) }))
}

func TestCryptoMapLikeCapture(t *testing.T) {
	c := load(t, `crypto ipsec transform-set VPN-SET esp-aes 256 esp-sha256-hmac
crypto map VPN-MAP 10 ipsec-isakmp
 set peer 200.2.2.1
 set transform-set VPN-SET
 match address 100
interface GigabitEthernet0/0
 crypto map VPN-MAP
access-list 100 permit ip 192.168.1.0 0.0.0.255 192.168.2.0 0.0.0.255
`)
	got := text(func(w io.Writer) { showCryptoMap(w, c, nil, "") })
	want := reftest.Open(t, "show/show-crypto-map/04.txt")
	// That image is older than the word IPv4 and the two lines that 15.x added.
	got = strings.NewReplacer("Crypto Map IPv4 ", "Crypto Map ", "\tResponder-Only (Y/N): N\n", "", "\tMixed-mode : Disabled\n", "",
		"\t", "        ").Replace(got)
	if got, want := trimLines(got), trimLines(want); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, label := range []string{"Crypto Map IPv4 \"", "\tResponder-Only (Y/N): N", "\tMixed-mode : Disabled"} {
		if !strings.Contains(strings.ReplaceAll(reftest.Open(t, "show/show-crypto-map/01.txt")+reftest.Open(t, "show/show-crypto-map/03.txt"), "        ", "\t"), label) {
			t.Errorf("no capture has %q", label)
		}
	}
}

// The lists of `set ip access-group` stand below what the entry protects.
func TestCryptoMapAccessCheckLikeCapture(t *testing.T) {
	c := load(t, `crypto map M 10 ipsec-isakmp
 set peer 200.2.2.1
 set ip access-group sds in
 set ip access-group 102 out
access-list 102 permit ip any any
`)
	got := text(func(w io.Writer) { showCryptoMap(w, c, nil, "") })
	want := "\tNo matching address list set.\n\tExtended IP access check IN list sds\n"
	if !strings.Contains(reftest.Open(t, "show/show-crypto-map/02.txt"), want) {
		t.Errorf("the capture has no %q", want)
	}
	if want += "\tExtended IP access check OUT list 102\n\t    access-list 102 permit ip any any\n"; !strings.Contains(got, want) {
		t.Errorf("got\n%s", got)
	}
}

func TestCryptoSessionLikeCapture(t *testing.T) {
	flow := router.IPsecIdent{Interface: "Tunnel13", LocalAddr: addr("11.0.1.2"), Peer: addr("11.0.1.1"), PeerPort: 500,
		Local: router.Proxy{Addr: ip("11.0.1.2"), Mask: 0xffffffff, Protocol: 47}, Remote: router.Proxy{Addr: ip("11.0.1.1"), Mask: 0xffffffff, Protocol: 47},
		Inbound: make([]router.IPsecSA, 1), Outbound: make([]router.IPsecSA, 1)}
	sa := router.ISAKMPSA{Local: addr("11.0.1.2"), Remote: addr("11.0.1.1"), LocalPort: 500, RemotePort: 500, State: "QM_IDLE", ConnID: 1001}
	got := text(func(w io.Writer) { showCryptoSession(w, []router.ISAKMPSA{sa}, []router.IPsecIdent{flow}) })
	if want := reftest.Open(t, "show/show-crypto-session/03.txt"); strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// fixedClock is a router's clock that stands still.
type fixedClock struct {
	now    time.Time
	mark   byte
	uptime time.Duration
}

func (c *fixedClock) Now() time.Time        { return c.now }
func (c *fixedClock) Mark() byte            { return c.mark }
func (c *fixedClock) Uptime() time.Duration { return c.uptime }

func TestClockLikeCaptures(t *testing.T) {
	c := &fixedClock{now: time.Date(2015, 10, 19, 18, 57, 38, 347e6, time.UTC), mark: '*'}
	sameLines(t, "show/show-clock/01.txt", text(func(w io.Writer) { showClock(w, c, config.TimeZone{}, router.UserSource, false) }))
	c.mark = '.'
	sameLines(t, "show/show-clock/03.txt", text(func(w io.Writer) { showClock(w, c, config.TimeZone{}, router.UserSource, false) }))
}

func TestDebuggingLikeCapture(t *testing.T) {
	sameLines(t, "show/show-debugging/01.txt", text(func(w io.Writer) { showDebugging(w, debug.FlagISAKMP|debug.FlagIPsec) }))
}

func TestIPInterfaceBriefLikeCapture(t *testing.T) {
	state := func(name, ipAddress string, shutdown bool) router.InterfaceState {
		i := &config.Interface{Name: name, Shutdown: shutdown}
		if ipAddress != "" {
			i.Address = config.Address{IP: ip(ipAddress), Mask: 0xffffff00}
		}
		return router.InterfaceState{Config: i, Method: "NVRAM", LinkUp: !shutdown, Protocol: !shutdown}
	}
	got := text(func(w io.Writer) {
		showIPInterfaceBrief(w, []router.InterfaceState{
			state("Ethernet0/0", "", false), state("Ethernet0/0.11", "10.0.1.38", false), state("Ethernet0/1", "1.1.1.1", false),
			state("Ethernet0/2", "", true), state("Ethernet0/3", "", true), state("Loopback0", "10.0.1.2", false),
		})
	})
	var want []string
	for _, l := range strings.Split(trimLines(reftest.Open(t, "show/show-ip-interface-brief/01.txt")), "\n") {
		if !strings.Contains(l, "deleted") { // a state that only subinterfaces have
			want = append(want, l)
		}
	}
	if got, want := trimLines(got), strings.Join(want, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestIPRouteLikeCapture(t *testing.T) {
	route := func(code byte, prefix, hop, iface string) router.RouteState {
		r := router.RouteState{Code: code, Prefix: netip.MustParsePrefix(prefix), Interface: iface, Distance: 1}
		if hop != "" {
			r.NextHop = addr(hop)
		}
		return r
	}
	got := text(func(w io.Writer) {
		newRouteTable(config.New(), []router.RouteState{
			route('S', "1.1.1.1/32", "212.0.0.1", ""), route('S', "1.1.1.1/32", "192.168.0.1", ""),
			route('S', "2.2.2.0/24", "", "FastEthernet0/0.100"), route('S', "0.0.0.0/0", "194.0.0.2", ""),
		}).show(w, anyRoute)
	})
	want := trimLines(reftest.Open(t, "show/show-ip-route/01.txt"))
	head, _, _ := strings.Cut(want, "     4.0.0.0/16")
	got = strings.TrimSuffix(trimLines(got), "\nS*   0.0.0.0/0 [1/0] via 194.0.0.2")
	if got != strings.TrimRight(head, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, head)
	}
}

func TestAccessListsLikeCaptures(t *testing.T) {
	// Every extended entry of the captures that conft knows comes out as it went in.
	entry := regexp.MustCompile(`^    (\d+) ((?:permit|deny) .*?)( \(\d+ match(?:es)?\))?$`)
	seen := 0
	for _, file := range []string{"show/show-access-lists/01.txt", "show/show-access-lists/05.txt", "show/show-ip-access-lists/01.txt"} {
		for l := range strings.Lines(reftest.Open(t, file)) {
			m := entry.FindStringSubmatch(strings.TrimRight(l, "\n"))
			if m == nil || strings.Contains(m[2], "range www domain") {
				continue // a hand-written entry: low and high port exchanged, host bits set
			}
			c := newRouter()
			if Load(c, "ip access-list extended X\n "+m[1]+" "+m[2]+"\n") != nil {
				continue // time ranges, standard lists
			}
			seen++
			got := text(func(w io.Writer) { showAccessLists(w, []router.ACLState{{List: c.AccessList("X")}}, "") })
			m[2] = strings.Replace(m[2], "10.1.1.0 0.0.255.255", "10.1.0.0 0.0.255.255", 1) // as IOS would have it
			want := "Extended IP access list X\n    " + m[1] + " " + m[2] + "\n"
			if strings.ReplaceAll(got, " eq 22\n", " eq ssh\n") != want {
				t.Errorf("%s: got %q, want %q", file, got, want)
			}
		}
	}
	if seen < 15 {
		t.Errorf("only %d entries of the captures are understood", seen)
	}
}

func TestStandardListsLikeCaptures(t *testing.T) {
	// Typed as the running configuration has them, they are shown as the captures do.
	entry := regexp.MustCompile(`^    (\d+) ((?:permit|deny)  .*?|permit [\da].*?)( \(\d+ match(?:es)?\))?$`)
	seen := 0
	for _, file := range []string{"show/show-access-lists/02.txt", "show/show-access-lists/04.txt", "show/show-access-lists/05.txt", "show/show-ip-access-lists/01.txt",
		"show/show-access-lists/01.txt", "show/show-access-lists/03.txt", "show/show-access-lists/06.txt"} {
		standard := false
		for l := range strings.Lines(reftest.Open(t, file)) {
			if strings.Contains(l, "IP access list") {
				standard = strings.HasPrefix(l, "Standard")
			}
			m := entry.FindStringSubmatch(strings.TrimRight(l, "\n"))
			if m == nil || !standard {
				continue
			}
			seen++
			c := newRouter()
			typed := strings.Replace(m[2], ", wildcard bits", "", 1)
			if err := Load(c, "ip access-list standard X\n "+m[1]+" "+typed+"\n"); err != nil {
				t.Errorf("%s: %s: %v", file, typed, err)
				continue
			}
			got := text(func(w io.Writer) { showAccessLists(w, []router.ACLState{{List: c.AccessList("X")}}, "") })
			if want := "Standard IP access list X\n    " + m[1] + " " + m[2] + "\n"; got != want {
				t.Errorf("%s: got %q, want %q", file, got, want)
			}
		}
	}
	if seen < 8 {
		t.Errorf("only %d entries found in the captures", seen)
	}
}

func TestLinesAreThoseOfCaptures(t *testing.T) {
	link := router.InterfaceState{
		Config: &config.Interface{Name: "GigabitEthernet1", Description: "uplink", Address: config.Address{IP: ip("10.0.2.15"), Mask: 0xffffff00}},
		Link:   "eth0", LinkUp: true, Protocol: true, MTU: 1500, MAC: net.HardwareAddr{8, 0, 0x27, 0xf8, 0xe8, 0x42},
	}
	for _, c := range []struct {
		name, file string
		show       func(io.Writer)
		ours       []string // lines that only conft has
	}{
		{"show logging", "show/show-logging/01.txt", func(w io.Writer) { showLogging(w, config.New(), debug.Counters{}, nil, nil) }, nil},
		{"show interfaces", "show/show-interfaces/02.txt", func(w io.Writer) { showInterfaces(w, []router.InterfaceState{link}) }, []string{"Hardware is", "Description:", "Keepalive not set"}},
	} {
		want := map[string]bool{}
		for l := range strings.Lines(reftest.Open(t, c.file)) {
			want[values.ReplaceAllString(strings.TrimRight(l, " \n"), "#")] = true
		}
	lines:
		for l := range strings.Lines(text(c.show)) {
			l = strings.TrimRight(l, " \n")
			for _, o := range c.ours {
				if strings.Contains(l, o) {
					continue lines
				}
			}
			if !want[values.ReplaceAllString(l, "#")] {
				t.Errorf("%s: no line like %q in %s", c.name, l, c.file)
			}
		}
	}
}

// values are what differs between two routers.
var values = regexp.MustCompile(`[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}|\d+`)

func TestHelpLikeCapture(t *testing.T) {
	// What both offer has the same description.
	capture := map[string]string{}
	item := regexp.MustCompile(`^  (\S+) +(\S.*)$`)
	prompt, at := "", ""
	asked := regexp.MustCompile(`^Router(\(\S+\))#(.*)\?$`)
	for l := range strings.Lines(reftest.Open(t, "show/help-crypto-config/01.txt")) {
		l = strings.TrimRight(l, "\n")
		if m := asked.FindStringSubmatch(l); m != nil {
			prompt, at = m[1], m[2]
		} else if m := item.FindStringSubmatch(l); m != nil {
			capture[prompt+at+"|"+m[1]] = m[2]
		}
	}
	modes := map[string][]string{
		"(config)":            nil,
		"(config-isakmp)":     {"crypto isakmp policy 10"},
		"(config-crypto-map)": {"crypto map VPN-MAP 10 ipsec-isakmp"},
	}
	compared := 0
	for key, want := range capture {
		place, token, _ := strings.Cut(key, "|")
		prompt, line, _ := strings.Cut(place, ")")
		pos := Config.Start()
		c := newRouter()
		for _, open := range modes[prompt+")"] {
			step, err := pos.Apply(c, open)
			if err != nil {
				t.Fatal(err)
			}
			pos = step.Next
		}
		answer, err := pos.Ask(line)
		if err != nil {
			t.Errorf("%s%s?: %v", prompt, line, err)
			continue
		}
		for _, i := range answer.Items {
			if i.Token == token {
				compared++
				if i.Help != want {
					t.Errorf("%s%s? %s: %q, want %q", prompt, line, token, i.Help, want)
				}
			}
		}
	}
	if compared < 45 {
		t.Errorf("only %d of %d descriptions could be compared", compared, len(capture))
	}
}
