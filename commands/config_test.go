package commands

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"conft/internal/config"
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
no service password-encryption
!
hostname R1
!
!
no aaa new-model
!
!
crypto isakmp policy 10
 authentication pre-share
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
!
line con 0
line aux 0
line vty 0 4
 login
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
no service password-encryption
!
hostname R1-a.b_c
!
logging buffered 16384 warnings
no logging console
logging monitor errors
enable secret level 7 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6
enable secret 5 $1$abcd$2hDGYdE0UrwK2pqoiF6BB1
enable password level 3 7 0822455D0A16
enable password 0 7 up
!
aaa new-model
!
aaa group server radius FAR
 server name R1
 server 10.0.0.9 auth-port 1645 acct-port 1646
!
aaa authentication login default group radius local
aaa authentication login CON group FAR line none
aaa authentication enable default group radius enable
aaa authorization console
aaa authorization exec default group radius if-authenticated
aaa authorization exec VTY local none
aaa session-id common
!
no ip domain lookup
login block-for 60 attempts 3 within 30
login delay 2
login on-failure log
login on-success log every 5
!
username admin privilege 15 secret 8 $8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk
username guest nopassword
username lab password 7 0822455D0A16
username op privilege 5 password 0 a long one
!
archive
 log config
  logging enable
  logging size 200
  notify syslog contenttype plaintext
  hidekeys
 path flash:$h-config
 maximum 5
 write-memory
 time-period 1440
!
ip ssh time-out 60
ip ssh authentication-retries 2
ip ssh rsa keypair-name SSH
ip ssh version 2
ip ssh server algorithm encryption aes256-ctr aes128-ctr
ip ssh server algorithm mac hmac-sha2-256
ip ssh server algorithm kex curve25519-sha256
ip ssh server algorithm hostkey rsa-sha2-256
ip ssh server algorithm authentication publickey keyboard
ip ssh pubkey-chain
  username admin
   key-hash ssh-rsa 0123456789ABCDEF0123456789ABCDEF admin@host and more
   key-hash ssh-ed25519 00000000000000000000000000000000
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
crypto isakmp key 0 0 address 1.1.1.1
crypto isakmp key k?y address 2.2.2.0 255.255.255.0
crypto isakmp key cisco address 0.0.0.0 0.0.0.0
no crypto isakmp enable
!
crypto ipsec security-association lifetime kilobytes 2560
crypto ipsec security-association lifetime seconds 900
crypto ipsec security-association replay window-size 1024
crypto ipsec security-association replay disable
crypto ipsec transform-set A esp-aes esp-sha-hmac 
crypto ipsec transform-set B esp-gcm 256 
crypto ipsec transform-set C esp-null esp-sha256-hmac 
crypto ipsec transform-set D ah-sha-hmac 
 mode transport
!
crypto ipsec transform-set E ah-md5-hmac esp-aes 256 
 mode transport require
!
crypto ipsec transform-set F ah-sha512-hmac esp-gcm 192 
crypto ipsec transform-set G ah-sha384-hmac esp-null esp-sha256-hmac 
!
crypto dynamic-map D 10
 set transform-set A 
 reverse-route
!
crypto dynamic-map D 20
 description the  others
 set security-association lifetime seconds 300
 set transform-set A 
 set pfs group14
 match address LIST
!
crypto dynamic-map EMPTY 1
crypto map M local-address Loopback10
crypto map M 5 ipsec-isakmp dynamic EMPTY 
crypto map M 10 ipsec-isakmp 
 description to the  branch
 set peer 3.3.3.3
 set peer 1.1.1.1
 set security-association lifetime kilobytes 100000
 set security-association lifetime seconds 3600
 set security-association replay window-size 64
 set security-association replay disable
 set transform-set B A 
 set pfs group14
 match address LIST
 reverse-route static
!
crypto map M 60000 ipsec-isakmp dynamic D 
crypto map M 65535 ipsec-isakmp 
crypto map N 1 ipsec-isakmp 
 match address 199
!
crypto map O local-address GigabitEthernet0/0
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
 ip nat inside
!
interface GigabitEthernet0/0
 no ip address
 shutdown
!
interface GigabitEthernet0/1
 ip address 12.12.12.1 255.255.255.252
 ip nat outside
 crypto map M
!
ip nat translation timeout 3600
ip nat translation udp-timeout 60
ip nat pool P 12.0.0.1 12.0.0.9 netmask 255.255.255.0
ip nat pool Q 13.0.0.1 13.0.0.9 prefix-length 28
ip nat inside source list 100 pool P
ip nat inside source list LIST interface GigabitEthernet0/1 overload
ip nat inside source route-map R pool Q overload
ip nat inside source static tcp 10.1.1.2 80 interface GigabitEthernet0/1 8080
ip nat inside source static tcp 10.1.1.3 80 12.0.0.3 80 extendable
ip nat inside source static 10.1.1.4 12.0.0.4 extendable no-alias
ip nat inside source static network 10.2.0.0 14.0.0.0 /16
ip nat outside source static 50.0.0.1 10.1.1.200
ip route 0.0.0.0 0.0.0.0 12.12.12.2 254 name backup
ip route 20.0.0.0 255.0.0.0 Loopback0
ip route 20.1.0.0 255.255.0.0 GigabitEthernet0/1 12.12.12.2
!
ip access-list standard HOSTS
 remark who may
 permit 10.1.1.1
 deny   10.2.0.0 0.0.255.255 log
 permit any
ip access-list extended EMPTY
ip access-list extended LIST
 remark first  things
 permit ip 10.1.1.0 0.0.0.255 any
 deny   tcp any eq www host 1.1.1.1 range ftp-data ftp log
 permit udp any neq isakmp any gt 1023
 permit icmp any any
!
route-map R deny 5
 match interface Loopback0
!
route-map R permit 10
 description all  others
 match ip address 100 LIST
!
access-list 9 permit 10.0.0.0 0.255.255.255
access-list 10 deny   any
access-list 100 permit 99 10.0.0.0 0.255.0.255 any
access-list 199 remark the last one
access-list 199 permit esp any any
access-list 199 permit tcp any lt telnet any eq 8080
radius-server host 10.0.0.9 auth-port 1645 acct-port 1646 timeout 2 retransmit 0 key 0 7 up
radius-server retransmit 1
radius-server timeout 3
radius-server deadtime 10
radius-server key 7 0822455D0A16
radius server R1
 address ipv4 10.0.0.8 auth-port 1812 acct-port 1813
 timeout 4
 retransmit 2
 key a key
!
radius server EMPTY
!
banner exec ^Cone^C
banner motd ^C
  Keep   out! ^

interface GigabitEthernet0/0
^C
privilege interface level 7 shutdown
privilege configure level 7 interface
privilege exec level 7 show running-config
alias exec sr show  running-config
!
line con 0
 exec-timeout 0 0
 privilege level 15
 password 7 0822455D0A16
 logging synchronous
 login authentication CON
 length 0
 width 132
 no motd-banner
 stopbits 1
 speed 115200
line aux 0
 no exec
 transport output none
line vty 0 2
 location Room 3, left
 session-timeout 5
 access-class 100 in
 exec-timeout 1 30
 authorization exec VTY
 no exec-banner
 transport preferred none
 transport input telnet ssh
line vty 3
 history size 100
line vty 4
line vty 5 6
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
		service := pick("", " dscp "+pick("ef", "17"), " precedence flash", " tos 8", " precedence 1 tos 3") + pick("", " fragments") + pick("", " log", " log-input")
		return pick("permit", "deny") + " " + pick("ip", "icmp", "gre", "esp", "77") + " " + side() + " " + side() + service
	}
	narrow := func() string {
		return pick("permit", "deny") + pick(" icmp any any "+pick("echo", "3", "3 13", "200 7"), " tcp any any "+pick("established", "match-any +fin -rst", "match-all +ack +urg")) + pick("", " log")
	}
	source := func() string {
		return pick("permit ", "deny ") + pick("any", "host 10.0.0."+num(200), "10.0.0."+num(200), "10.0."+num(200)+".7 0.0.0.255") + pick("", " log")
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
			return []string{"crypto dynamic-map D" + num(2) + " " + num(3), pick("set transform-set T1", "set pfs group5", "match address 101"), pick("reverse-route", "no reverse-route")}
		},
		func() []string {
			return []string{pick("", "no ") + "crypto map M" + num(2) + " " + num(3) + " ipsec-isakmp dynamic D" + num(2)}
		},
		func() []string { return []string{"no crypto dynamic-map D" + num(2) + pick("", " 1")} },
		func() []string {
			return []string{pick("", "no ") + "crypto map M" + num(2) + " local-address " + pick("Loopback1", "GigabitEthernet0/1")}
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
			return []string{"interface " + iface(), pick("", "no ") + "ip access-group " + pick("NAME", "101", "7") + pick(" in", " out"), pick("no ip unreachables", "ip unreachables")}
		},
		func() []string {
			return []string{"crypto map M" + num(2) + " " + num(3) + " ipsec-isakmp", pick("", "no ") + "set ip access-group " + pick("NAME", "101") + pick(" in", " out")}
		},
		func() []string {
			return []string{"interface " + iface(), pick("crypto map M1", "no crypto map", "description x  y", "no ip address")}
		},
		func() []string {
			return []string{"ip route 20." + num(3) + ".0.0 255.255.0.0 " + pick("9.9.9.9", "8.8.8.8", "Loopback1", "g0/0 7.7.7.7") + pick("", " 5", " name x", " 7 name y")}
		},
		func() []string {
			return []string{"interface " + iface(), pick("", "no ") + "ip nat " + pick("inside", "outside")}
		},
		func() []string {
			return []string{"ip nat pool P" + num(2) + " 9.0.0." + num(9) + " 9.0.0." + num(9) + pick(" netmask 255.255.255.0", " prefix-length 24")}
		},
		func() []string {
			return []string{pick("", "", "no ") + "ip nat inside source " + pick("list 101", "list NAME", "route-map R") + pick(" pool P1", " interface g0/0", " interface lo1") + pick("", " overload")}
		},
		func() []string {
			return []string{"ip nat inside source static 10.0.0." + num(5) + " " + pick("9.0.0."+num(5), "interface g0/0") + pick("", " extendable", " no-alias")}
		},
		func() []string {
			return []string{"ip nat inside source static " + pick("tcp", "udp") + " 10.0.0." + num(2) + " " + num(2) + pick(" 9.0.0.1 ", " interface lo1 ") + num(3) + pick("", " extendable")}
		},
		func() []string {
			return []string{pick("ip nat outside source static 9.9.9."+num(3)+" 10.0.9."+num(3), "ip nat inside source static network 10."+num(3)+".0.0 9."+num(3)+".0.0 /16")}
		},
		func() []string {
			return []string{"ip nat translation " + pick("udp-timeout ", "timeout ") + num(90000)}
		},
		func() []string {
			return []string{"route-map R " + pick("permit ", "deny ") + num(3), pick("match ip address 101 NAME", "match interface g0/0 lo1", "no match ip address 101")}
		},
		func() []string { return []string{"access-list 10" + num(3) + " " + ace()} },
		func() []string {
			return []string{"ip access-list extended " + pick("NAME", "b", "103"), ace(), ace(), narrow()}
		},
		func() []string { return []string{"access-list " + pick("2", "99", "1300", "1999") + " " + source()} },
		func() []string {
			return []string{"ip access-list standard " + pick("NAME", "S", "12"), source(), source()}
		},
		func() []string {
			return []string{pick("no interface Loopback1", "no crypto map M2", "no access-list 101", "no crypto isakmp policy 3", "no crypto ipsec transform-set T1", "no ip access-list extended b", "no ip access-list standard S", "no logging console", "logging buffered 9999", "service timestamps log datetime year msec", "hostname r"+num(9))}
		},
	}
	var blocks [][]string
	for range r.IntN(40) {
		blocks = append(blocks, kinds[r.IntN(len(kinds))]())
	}
	return blocks
}

// FuzzLines types anything. Nothing panics, and what was accepted is written in
// a form that gives the same configuration again.
func FuzzLines(f *testing.F) {
	// To make a text of hundreds of lines shorter that reached new code takes a minute by default,
	// and most texts reach some.
	if limit := flag.Lookup("test.fuzzminimizetime"); limit.Value.String() == limit.DefValue {
		limit.Value.Set("10x")
	}
	f.Add(everything)
	f.Add(classicText)
	for _, block := range generate(rand.New(rand.NewPCG(5, 6))) {
		f.Add(strings.Join(block, "\n"))
	}
	f.Add("no ip address\ninterface l1\nip address 1.1.1.1 255.255.255.255 secondary\nno ip address 1.1.1.1 255.255.255.255 secondary")
	f.Add("access-list 10 permit 1.2.3.4 0.0.0.0\naccess-list 110 permit tcp any any match-any +ack -ack\naccess-list 110 deny icmp any any 12 0 tos 15 log-input\nip access-list resequence 110 7 7")
	f.Add("enable secret x\nenable password 7\nenable password 0\naccess-list 100 permit 0 any any\nip access-list extended 100\n no 10")
	f.Fuzz(func(t *testing.T, typed string) {
		c := typeAll(newRouter(), strings.Split(typed, "\n"))
		text := Text(c)
		again := newRouter()
		if err := Load(again, text); err != nil {
			t.Fatalf("%q gives what is not accepted: %v\n%s", typed, err, text)
		}
		if got := Text(again); got != text {
			t.Fatalf("%q: %s", typed, diff(got, text))
		}
	})
}

// typeAll types every line, whatever becomes of the ones before.
func typeAll(c *config.Config, lines []string) *config.Config {
	pos := Config.Start()
	for _, l := range lines {
		clone := c.Clone()
		step, err := pos.Apply(clone, l)
		pos = step.Next
		if err == nil {
			c = clone
		}
	}
	return c
}

// Transforms may be typed in any order, as in many a configuration on paper, and are
// written in one.
func TestTransformOrder(t *testing.T) {
	for typed, want := range map[string]string{
		"esp-3des ah-sha-hmac":                    "ah-sha-hmac esp-3des",
		"esp-aes 256 esp-sha-hmac ah-sha-hmac":    "ah-sha-hmac esp-aes 256 esp-sha-hmac",
		"esp-sha-hmac ah-md5-hmac esp-aes 128":    "ah-md5-hmac esp-aes esp-sha-hmac",
		"esp-des ah-md5-hmac esp-md5-hmac":        "ah-md5-hmac esp-des esp-md5-hmac",
		"esp-sha512-hmac esp-null ah-sha512-hmac": "ah-sha512-hmac esp-null esp-sha512-hmac",
		"ah-sha-hmac esp-sha256-hmac esp-aes 192": "ah-sha-hmac esp-aes 192 esp-sha256-hmac",
		"esp-gcm 256 ah-sha256-hmac":              "ah-sha256-hmac esp-gcm 256",
	} {
		c := load(t, "crypto ipsec transform-set T "+typed+"\n")
		if got := strings.Join(c.TransformSet[0].Transforms, " "); got != want {
			t.Errorf("%q is kept as %q, want %q", typed, got, want)
		}
	}
}

// Help offers what can still be added to a transform set, in any order.
func TestTransformSetHelp(t *testing.T) {
	const (
		ah   = "ah-md5-hmac ah-sha-hmac ah-sha256-hmac ah-sha384-hmac ah-sha512-hmac"
		auth = "esp-md5-hmac esp-sha-hmac esp-sha256-hmac esp-sha384-hmac esp-sha512-hmac"
		enc  = "esp-3des esp-aes esp-des"
	)
	for typed, want := range map[string]string{
		"":                                  ah + " " + enc + " esp-gcm " + strings.Replace(auth, " ", " esp-null ", 1),
		"esp-aes ":                          "128 192 256 " + ah + " " + auth + " <cr>",
		"esp-aes 256 ":                      ah + " " + auth + " <cr>",
		"esp-aes esp-sha-hmac ":             ah + " <cr>",
		"esp-aes ah-sha-hmac ":              auth + " <cr>",
		"esp-aes esp-sha-hmac ah-md5-hmac ": "<cr>",
		"esp-sha-hmac ":                     ah + " " + enc + " esp-null <cr>",
		"esp-sha-hmac esp-des ":             ah + " <cr>",
		"esp-sha-hmac ah-sha-hmac ":         enc + " esp-null <cr>",
		"esp-gcm 256 ":                      ah + " <cr>",
		"ah-sha-hmac ":                      enc + " esp-gcm " + strings.Replace(auth, " ", " esp-null ", 1) + " <cr>",
		"ah-sha-hmac esp-gcm 256 ":          "<cr>",
	} {
		start := Config.Start()
		a, err := start.Ask("crypto ipsec transform-set T " + typed)
		if err != nil {
			t.Fatal(err)
		}
		var offered []string
		for _, i := range a.Items {
			offered = append(offered, i.Token)
		}
		if got := strings.Join(offered, " "); got != want {
			t.Errorf("behind %q: %s, want %s", typed, got, want)
		}
	}
}
