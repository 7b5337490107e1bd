package commands

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"conft/internal/config"
	"conft/shell/grammar"
)

// newRouter is a machine with three links and nothing configured.
func newRouter() *config.Config {
	c := config.New()
	for _, n := range []string{"GigabitEthernet0/1", "FastEthernet0/0", "GigabitEthernet0/0"} {
		c.AddInterface(&config.Interface{Name: n})
	}
	return c
}

// load types a text at a new router; every line must be accepted.
func load(t *testing.T, text string) *config.Config {
	t.Helper()
	c := newRouter()
	if err := Load(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

// typeLine types lines one after the other as a session does and returns the
// notes and the error of the last one.
func typeLines(c *config.Config, lines ...string) (*config.Config, []string, error) {
	pos := Config.Start()
	var notes []string
	for _, l := range lines {
		clone := c.Clone()
		step, err := pos.Apply(clone, l)
		pos, notes = step.Next, step.Notes
		if err != nil {
			return c, notes, err
		}
		c = clone
	}
	return c, notes, nil
}

// classic is R1 of the two-router lab, as it is typed.
var classic = [][]string{
	{"hostname R1"},
	{"crypto isakmp policy 10", "authentication pre-share"},
	{"crypto isakmp key cisco address 23.23.23.3"},
	{"crypto ipsec transform-set cisco esp-des esp-md5-hmac"},
	{"access-list 100 permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255"},
	{"interface FastEthernet0/0", "ip address 10.1.1.1 255.255.255.0", "no shutdown"},
	{"ip route 0.0.0.0 0.0.0.0 12.12.12.2"},
	{"crypto map cisco 10 ipsec-isakmp", "set peer 23.23.23.3", "set transform-set cisco", "match address 100"},
	{"interface GigabitEthernet0/1", "ip address 12.12.12.1 255.255.255.0", "crypto map cisco"},
}

const classicText = `!
version 12.4
service timestamps debug datetime msec
service timestamps log datetime msec
!
hostname R1
!
!
!
crypto isakmp policy 10
 authentication pre-share
!
crypto isakmp key cisco address 23.23.23.3
!
crypto ipsec transform-set cisco esp-des esp-md5-hmac 
!
crypto map cisco 10 ipsec-isakmp 
 set peer 23.23.23.3
 set transform-set cisco 
 match address 100
!
!
interface FastEthernet0/0
 ip address 10.1.1.1 255.255.255.0
!
interface GigabitEthernet0/0
 no ip address
!
interface GigabitEthernet0/1
 ip address 12.12.12.1 255.255.255.0
 crypto map cisco
!
ip route 0.0.0.0 0.0.0.0 12.12.12.2
!
access-list 100 permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255
!
end
`

func TestClassicInAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 50 {
		blocks := slices.Clone(classic)
		if n > 0 {
			// The transform set before the map that names it, the map before its
			// interface: IOS insists on these too.
			r.Shuffle(len(blocks)-2, func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
		}
		c := newRouter()
		for _, b := range blocks {
			var err error
			if c, _, err = typeLines(c, b...); err != nil {
				t.Fatalf("%v: %v", b, err)
			}
		}
		if got := Text(c); got != classicText {
			t.Fatalf("order %v gives\n%s", blocks, got)
		}
	}
}

func TestAbbreviationsAndBlanks(t *testing.T) {
	c := load(t, "host R1\n  cry isa pol 10\nauth pre\ncry isa key  0   cisco add 23.23.23.3\ncr ip tr cisco esp-des  esp-md5\n"+
		"access-l 100 per ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255\nint f0/0\nip add 10.1.1.1 255.255.255.0\nno shut\n"+
		"ip ro 0.0.0.0 0.0.0.0 12.12.12.2\ncr map cisco 10 ipsec-i\nset pe 23.23.23.3\nset tr cisco\nma a 100\n"+
		"! a comment\n\nint Gig 0/1\n ip ad 12.12.12.1 255.255.255.0\n cry map cisco\nend\n")
	if got := Text(c); got != classicText {
		t.Errorf("got\n%s", got)
	}
}

// everything shows each line that can be written at least once, in its canonical
// form and place.
const everything = `!
version 12.4
service timestamps debug uptime
no service timestamps log uptime
!
hostname R1-a.b_c
!
logging buffered 16384 warnings
no logging console
logging monitor errors
enable secret 5 $1$abcd$2hDGYdE0UrwK2pqoiF6BB1
enable password 0 7 up
!
no ip domain lookup
!
crypto isakmp policy 10
 encr 3des
 hash md5
 authentication pre-share
 group 2
 lifetime 3600
!
crypto isakmp policy 20
 encr aes 256
 hash sha512
 group 24
!
crypto isakmp key 0 0 address 1.1.1.1
crypto isakmp key k?y address 2.2.2.0 255.255.255.0
crypto isakmp key cisco address 0.0.0.0 0.0.0.0
no crypto isakmp enable
!
crypto ipsec security-association lifetime kilobytes 2560
crypto ipsec security-association lifetime seconds 900
crypto ipsec transform-set A esp-aes esp-sha-hmac 
crypto ipsec transform-set B esp-gcm 256 
crypto ipsec transform-set C esp-null esp-sha256-hmac 
!
crypto map M 10 ipsec-isakmp 
 description to the  branch
 set peer 3.3.3.3
 set peer 1.1.1.1
 set security-association lifetime kilobytes 100000
 set security-association lifetime seconds 3600
 set transform-set B A 
 set pfs group14
 match address LIST
!
crypto map M 65535 ipsec-isakmp 
crypto map N 1 ipsec-isakmp 
 match address 199
!
!
interface Loopback0
 no ip address
!
interface Loopback10
 ip address 10.10.10.10 255.255.255.255
!
interface FastEthernet0/0
 description LAN | 100M
 ip address 10.1.1.1 255.255.255.0
 ip address 10.1.2.1 255.255.255.0 secondary
!
interface GigabitEthernet0/0
 no ip address
 shutdown
!
interface GigabitEthernet0/1
 ip address 12.12.12.1 255.255.255.252
 crypto map M
!
ip route 0.0.0.0 0.0.0.0 12.12.12.2 254 name backup
ip route 20.0.0.0 255.0.0.0 Loopback0
ip route 20.1.0.0 255.255.0.0 GigabitEthernet0/1 12.12.12.2
!
ip access-list extended EMPTY
ip access-list extended LIST
 remark first  things
 permit ip 10.1.1.0 0.0.0.255 any
 deny tcp any eq www host 1.1.1.1 range ftp-data ftp log
 permit udp any neq isakmp any gt 1023
 permit icmp any any
!
access-list 100 permit 99 10.0.0.0 0.255.0.255 any
access-list 199 remark the last one
access-list 199 permit esp any any
access-list 199 permit tcp any lt telnet any eq 8080
!
end
`

func TestEverythingRoundTrip(t *testing.T) {
	c := load(t, everything)
	if got := Text(c); got != everything {
		t.Errorf("write(parse(text)):\n%s", diff(got, everything))
	}
	if again := load(t, Text(c)); !again.Equal(c) {
		t.Error("parse(write(c)) is another configuration")
	}
	if clone := c.Clone(); !clone.Equal(c) || Text(clone) != everything {
		t.Error("the clone is another configuration")
	}
	// Typing it again changes nothing. Remarks would stand there twice.
	again := c.Clone()
	remark := regexp.MustCompile(`(?m)^.*remark .*\n`)
	if err := Load(again, remark.ReplaceAllString(everything, "")); err != nil {
		t.Errorf("typed again: %v", err)
	}
	if got := Text(again); got != everything {
		t.Errorf("typed again:\n%s", diff(got, everything))
	}
}

func diff(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d is %q, want %q\n%s", i+1, g[i], w[i], got)
		}
	}
	return got
}

// TestGeneratedRoundTrip types random selections of valid lines.
func TestGeneratedRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		c := newRouter()
		var typed []string
		for _, block := range generate(r) {
			next, _, err := typeLines(c, block...)
			if err == nil {
				typed = append(typed, block...)
			}
			c = next
		}
		text := Text(c)
		again := newRouter()
		if err := Load(again, text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if got := Text(again); got != text {
			t.Fatalf("typed %q\n%s", typed, diff(got, text))
		}
		if !again.Equal(c) {
			t.Fatalf("typed %q: parse(write(c)) is not c\n%s", typed, text)
		}
	}
}

// generate returns blocks of lines. Some are refused by the state that the ones
// before them made, and then change nothing.
func generate(r *rand.Rand) [][]string {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	num := func(n int) string { return fmt.Sprint(1 + r.IntN(n)) }
	port := func() string {
		return pick("", " eq "+num(65535), " range "+num(100)+" "+num(65535), " lt www", " gt 1000", " neq domain")
	}
	side := func() string { return pick("any", "host 10.0.0."+num(200), "10.0."+num(200)+".0 0.0.0.255") }
	ace := func() string {
		switch r.IntN(3) {
		case 0:
			return "remark note " + num(9)
		case 1:
			return pick("permit", "deny") + " " + pick("tcp", "udp") + " " + side() + port() + " " + side() + port() + pick("", " log")
		}
		return pick("permit", "deny") + " " + pick("ip", "icmp", "gre", "esp", "77") + " " + side() + " " + side()
	}
	iface := func() string { return pick("Loopback"+num(3), "g0/0", "g0/1", "f0/0") }
	kinds := []func() []string{
		func() []string {
			return []string{"crypto isakmp policy " + num(5), "encr " + pick("des", "3des", "aes", "aes 192"), "group " + pick("1", "2", "14")}
		},
		func() []string {
			return []string{"crypto isakmp policy " + num(5), "hash " + pick("md5", "sha", "sha384"), "auth " + pick("pre", "rsa-sig"), pick("no lifetime", "lifetime 100")}
		},
		func() []string {
			return []string{"crypto isakmp key k" + num(3) + " address 1.1." + num(3) + ".0 " + pick("255.255.255.255", "255.255.255.0", "")}
		},
		func() []string {
			return []string{"crypto ipsec transform-set T" + num(3) + " " + pick("esp-sha-hmac esp-aes 256", "esp-gcm 192", "esp-null esp-md5-hmac", "esp-aes 128 esp-sha512-hmac")}
		},
		func() []string {
			return []string{"crypto map M" + num(2) + " " + num(3) + " ipsec-isakmp", "set peer 9.9.9." + num(5), pick("no set pfs", "set pfs", "set pfs group21"), "set transform-set T" + num(3)}
		},
		func() []string {
			return []string{"crypto map M" + num(2) + " " + num(3) + " ipsec-isakmp", "match address " + pick("101", "NAME"), "set security-association lifetime " + pick("seconds 120", "kilobytes 5000")}
		},
		func() []string {
			return []string{"interface " + iface(), "ip address 10." + num(4) + ".0." + num(200) + " 255.255." + pick("255.0", "0.0"), pick("shut", "no shut")}
		},
		func() []string {
			return []string{"interface " + iface(), "ip address 10." + num(4) + ".1." + num(200) + " 255.255.255.0 secondary"}
		},
		func() []string {
			return []string{"interface " + iface(), pick("crypto map M1", "no crypto map", "description x  y", "no ip address")}
		},
		func() []string {
			return []string{"ip route 20." + num(3) + ".0.0 255.255.0.0 " + pick("9.9.9.9", "8.8.8.8", "Loopback1", "g0/0 7.7.7.7") + pick("", " 5", " name x", " 7 name y")}
		},
		func() []string { return []string{"access-list 10" + num(3) + " " + ace()} },
		func() []string { return []string{"ip access-list extended " + pick("NAME", "b", "103"), ace(), ace()} },
		func() []string {
			return []string{pick("no interface Loopback1", "no crypto map M2", "no access-list 101", "no crypto isakmp policy 3", "no crypto ipsec transform-set T1", "no ip access-list extended b", "no logging console", "logging buffered 9999", "service timestamps log datetime year msec", "hostname r"+num(9))}
		},
	}
	var blocks [][]string
	for range r.IntN(40) {
		blocks = append(blocks, kinds[r.IntN(len(kinds))]())
	}
	return blocks
}

// TestEveryCommandUndone types each configuration command, sees its line in the
// running configuration, negates it and sees the line go.
func TestEveryCommandUndone(t *testing.T) {
	const (
		set   = "crypto ipsec transform-set T esp-aes esp-sha-hmac"
		entry = "crypto map M 10 ipsec-isakmp"
	)
	cases := []struct {
		before []string // lines that lead there
		line   string
		want   string
		no     string
	}{
		{nil, "service timestamps debug uptime", "service timestamps debug uptime", "default service timestamps debug"},
		{nil, "no service timestamps log", "no service timestamps log uptime", "default service timestamps log"},
		{nil, "service timestamps log datetime year localtime show-timezone msec", "service timestamps log datetime msec localtime show-timezone year", "default service timestamps log"},
		{nil, "hostname X", "hostname X", "no hostname"},
		{nil, "logging buffered 5000", "logging buffered 5000", "default logging buffered"},
		{nil, "logging buffered 3", "logging buffered 4096 errors", "default logging buffered"},
		{nil, "no logging buffered", "no logging buffered", "logging buffered"},
		{nil, "logging console alerts", "logging console alerts", "default logging console"},
		{nil, "no logging console", "no logging console", "logging console"},
		{nil, "logging monitor 4", "logging monitor warnings", "default logging monitor"},
		{nil, "enable secret 5 $1$abcd$2hDGYdE0UrwK2pqoiF6BB1", "enable secret 5 $1$abcd$2hDGYdE0UrwK2pqoiF6BB1", "no enable secret"},
		{nil, "enable password a b", "enable password a b", "no enable password"},
		{nil, "no ip domain-lookup", "no ip domain lookup", "ip domain lookup"},
		{nil, "crypto isakmp policy 5", "crypto isakmp policy 5", "no crypto isakmp policy 5"},
		{[]string{"crypto isakmp policy 5"}, "encryption aes 192", " encr aes 192", "no encryption"},
		{[]string{"crypto isakmp policy 5"}, "hash sha256", " hash sha256", "no hash"},
		{[]string{"crypto isakmp policy 5"}, "authentication pre-share", " authentication pre-share", "no authentication"},
		{[]string{"crypto isakmp policy 5"}, "group 5", " group 5", "no group 5"},
		{[]string{"crypto isakmp policy 5"}, "lifetime 60", " lifetime 60", "no lifetime"},
		{nil, "crypto isakmp key K address 1.2.3.4", "crypto isakmp key K address 1.2.3.4", "no crypto isakmp key K address 1.2.3.4"},
		{nil, "no crypto isakmp enable", "no crypto isakmp enable", "crypto isakmp enable"},
		{nil, "crypto ipsec security-association lifetime seconds 120", "crypto ipsec security-association lifetime seconds 120", "no crypto ipsec security-association lifetime seconds"},
		{nil, "crypto ipsec security-association lifetime kilobytes 2560", "crypto ipsec security-association lifetime kilobytes 2560", "no crypto ipsec security-association lifetime kilobytes"},
		{nil, "crypto ipsec transform-set T esp-md5-hmac esp-3des", "crypto ipsec transform-set T esp-3des esp-md5-hmac ", "no crypto ipsec transform-set T"},
		{[]string{set}, "mode tunnel", set + " ", ""},
		{nil, entry, entry + " ", "no crypto map M 10"},
		{nil, entry, entry + " ", "no crypto map M"},
		{[]string{entry}, "description x y", " description x y", "no description"},
		{[]string{entry}, "set peer 1.1.1.1", " set peer 1.1.1.1", "no set peer 1.1.1.1"},
		{[]string{set, entry}, "set transform-set T", " set transform-set T ", "no set transform-set"},
		{[]string{entry}, "set pfs", " set pfs group1", "no set pfs"},
		{[]string{entry}, "set security-association lifetime seconds 3600", " set security-association lifetime seconds 3600", "no set security-association lifetime seconds"},
		{[]string{entry}, "match address 150", " match address 150", "no match address"},
		{nil, "interface lo 7", "interface Loopback7", "no interface Loopback7"},
		{[]string{"int f0/0"}, "description x", " description x", "no description"},
		{[]string{"int f0/0"}, "ip address 1.1.1.1 255.0.0.0", " ip address 1.1.1.1 255.0.0.0", "no ip address 1.1.1.1 255.0.0.0"},
		{[]string{"int f0/0", "ip address 1.1.1.1 255.0.0.0"}, "ip address 2.1.1.1 255.0.0.0 secondary", " ip address 2.1.1.1 255.0.0.0 secondary", "no ip address 2.1.1.1 255.0.0.0 secondary"},
		{[]string{"int f0/0"}, "shutdown", " shutdown", "no shutdown"},
		{[]string{entry, "int f0/0"}, "crypto map M", " crypto map M", "no crypto map"},
		{nil, "ip route 9.0.0.0 255.0.0.0 1.1.1.1 7 name N", "ip route 9.0.0.0 255.0.0.0 1.1.1.1 7 name N", "no ip route 9.0.0.0 255.0.0.0 1.1.1.1"},
		{nil, "ip route 9.0.0.0 255.0.0.0 g0/0", "ip route 9.0.0.0 255.0.0.0 GigabitEthernet0/0", "no ip route 9.0.0.0 255.0.0.0"},
		{nil, "access-list 120 remark r", "access-list 120 remark r", "no access-list 120"},
		{nil, "access-list 120 permit tcp any any eq 23", "access-list 120 permit tcp any any eq telnet", "no access-list 120 permit tcp any any eq 23"},
		{nil, "access-list 120 deny 51 1.2.3.4 0.0.0.0 0.0.0.0 255.255.255.255", "access-list 120 deny ahp host 1.2.3.4 any", "no access-list 120"},
		{nil, "ip access-list extended L", "ip access-list extended L", "no ip access-list extended L"},
		{[]string{"ip access-list extended L"}, "remark r", " remark r", "no remark r"},
		{[]string{"ip access-list extended L"}, "permit udp any eq 500 any", " permit udp any eq isakmp any", "no permit udp any eq 500 any"},
		{[]string{"ip access-list extended L"}, "5 deny ip any any", " deny ip any any", "no 5"},
	}
	for _, c := range cases {
		before, _, err := typeLines(newRouter(), c.before...)
		if err != nil {
			t.Errorf("%q: %v", c.before, err)
			continue
		}
		after, _, err := typeLines(newRouter(), append(slices.Clone(c.before), c.line)...)
		if err != nil {
			t.Errorf("%q: %v", c.line, err)
			continue
		}
		if !slices.Contains(strings.Split(Text(after), "\n"), c.want) {
			t.Errorf("%q: no line %q in\n%s", c.line, c.want, Text(after))
		}
		if c.no == "" {
			continue
		}
		undone, _, err := typeLines(newRouter(), append(slices.Clone(c.before), c.line)...)
		if err == nil {
			// Typed in the same place, which the line itself may have left.
			undone, _, err = typeLines(undone, append(slices.Clone(c.before), c.no)...)
		}
		if err != nil {
			t.Errorf("%q: %v", c.no, err)
		} else if got, want := Text(undone), Text(before); got != want {
			t.Errorf("%q leaves\n%s", c.no, diff(got, want))
		}
	}
}

// TestEveryCommandHasNo compares what `?` and `no ?` offer in every mode.
func TestEveryCommandHasNo(t *testing.T) {
	modes := [][]string{
		nil, {"interface g0/0"}, {"crypto isakmp policy 1"}, {"crypto ipsec transform-set T esp-aes esp-sha-hmac"},
		{"crypto map M 1 ipsec-isakmp"}, {"ip access-list extended L"},
	}
	control := []string{"do", "end", "exit", "no", "default"}
	for _, lines := range modes {
		pos := Config.Start()
		for _, l := range lines {
			step, err := pos.Apply(newRouter(), l)
			if err != nil {
				t.Fatal(err)
			}
			pos = step.Next
		}
		var walk func(path string)
		walk = func(path string) {
			plain, _ := pos.Ask(path)
			negated, _ := pos.Ask("no " + path)
			for _, i := range plain.Items {
				keyword := strings.ToLower(i.Token) == i.Token && !strings.ContainsAny(i.Token, "<.")
				if !keyword || path == "" && slices.Contains(control, i.Token) {
					continue
				}
				if i.Help == "" {
					t.Errorf("%s: %s%s has no help", pos.Prompt(), path, i.Token)
				}
				cr := func(j grammar.Item) bool { return j.Token == "<cr>" }
				if !slices.Contains(negated.Items, i) && !slices.ContainsFunc(negated.Items, cr) {
					t.Errorf("%s: `no %s%s` does not exist", pos.Prompt(), path, i.Token)
				}
				if strings.Count(path, " ") < 2 {
					walk(path + i.Token + " ")
				}
			}
		}
		walk("")
	}
}
