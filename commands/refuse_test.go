package commands

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"conft/shell/grammar"
)

// TestBadInput types lines that are well formed and cannot be applied: each gets
// its message, and the configuration stays as it was.
func TestBadInput(t *testing.T) {
	base := []string{
		"username both password cisco", "crypto isakmp key cisco address 23.23.23.3",
		"crypto ipsec transform-set T esp-aes esp-sha-hmac",
		"crypto map M 10 ipsec-isakmp", "set peer 23.23.23.3", "set transform-set T",
		"interface Loopback0", "ip address 9.9.9.9 255.255.255.255",
		"interface GigabitEthernet0/0", "ip address 192.0.2.1 255.255.255.0", "ip address 192.0.3.1 255.255.255.0 secondary", "crypto map M",
		"crypto dynamic-map D 1", "set transform-set T", "crypto map N 20 ipsec-isakmp dynamic D",
		"ip access-list extended L", "10 permit ip any any",
		"access-list 101 permit ip any any",
	}
	cases := []struct {
		lines []string
		want  string
	}{
		// ip address
		{[]string{"int f0/0", "ip address 10.0.0.1 255.0.255.0"}, "% Bad mask 0xFF00FF00 for address 10.0.0.1"},
		{[]string{"int f0/0", "ip address 10.0.0.1 0.0.0.0"}, "% Bad mask 0x00000000 for address 10.0.0.1"},
		{[]string{"int f0/0", "ip address 10.0.0.1 0.0.0.255"}, "% Bad mask 0x000000FF for address 10.0.0.1"},
		{[]string{"int f0/0", "ip address 10.0.0.0 255.255.255.0"}, "% Bad mask /24 for address 10.0.0.0"},
		{[]string{"int f0/0", "ip address 10.0.0.255 255.255.255.0"}, "% Bad mask /24 for address 10.0.0.255"},
		{[]string{"int f0/0", "ip address 10.0.0.1 255.255.255.255"}, "% Bad mask /32 for address 10.0.0.1"},
		{[]string{"int f0/0", "ip address 224.0.0.1 255.255.255.0"}, "% Not a valid host address - 224.0.0.1"},
		{[]string{"int f0/0", "ip address 127.0.0.1 255.0.0.0"}, "% Not a valid host address - 127.0.0.1"},
		{[]string{"int f0/0", "ip address 0.0.0.1 255.0.0.0"}, "% Not a valid host address - 0.0.0.1"},
		{[]string{"int f0/0", "ip address 192.0.2.77 255.255.255.128"}, "% 192.0.2.0 overlaps with GigabitEthernet0/0"},
		{[]string{"int f0/0", "ip address 192.0.2.77 255.255.0.0"}, "% 192.0.0.0 overlaps with GigabitEthernet0/0"},
		{[]string{"int f0/0", "ip address 192.0.3.77 255.255.255.0 secondary"}, "% 192.0.3.0 overlaps with GigabitEthernet0/0"},
		{[]string{"int f0/0", "ip address 9.9.9.1 255.255.255.0"}, "% 9.9.9.0 overlaps with Loopback0"},
		{[]string{"int f0/0", "ip address 23.23.23.3 255.255.255.0"}, "% Invalid address, 23.23.23.3 is the peer of crypto map M 10"},
		{[]string{"int g0/0", "ip address 192.0.2.1 255.255.255.0 secondary"}, "% Secondary can't be same as primary"},
		{[]string{"int g0/0", "no ip address 192.0.2.1 255.255.255.0"}, "% Must delete secondary before deleting primary"},
		{[]string{"int g0/0", "no ip address 1.0.2.1 255.255.255.0"}, "% Invalid address"},
		// interfaces
		{[]string{"no interface g0/0"}, "% Removal of physical interfaces is not permitted"},
		{[]string{"int f0/0", "crypto map NONE"}, `% ERROR: Crypto Map with tag "NONE" does not exist.`},
		// routes
		{[]string{"ip route 20.0.0.0 255.0.0.0 192.0.2.1"}, "%Invalid next hop address (it's this router)"},
		{[]string{"ip route 20.0.0.0 255.0.0.0 192.0.3.1"}, "%Invalid next hop address (it's this router)"},
		{[]string{"ip route 20.0.0.0 255.0.0.0 224.0.0.1"}, "%Invalid next hop address"},
		{[]string{"ip route 20.0.0.1 255.0.0.0 192.0.2.2"}, "%Inconsistent address and mask"},
		{[]string{"ip route 20.0.0.0 0.255.0.0 192.0.2.2"}, "%Inconsistent address and mask"},
		{[]string{"no ip route 20.0.0.0 255.0.0.0"}, "%No matching route to delete"},
		// isakmp
		{[]string{"crypto isakmp key other address 23.23.23.3"}, "% A pre-shared key for address mask 23.23.23.3 255.255.255.255 already exists!"},
		{[]string{"crypto isakmp key k address 1.1.1.1 255.0.255.0"}, "% Bad mask 0xFF00FF00 for address 1.1.1.1"},
		{[]string{"no crypto isakmp key other address 23.23.23.3"}, "% No such pre-shared key for address mask 23.23.23.3 255.255.255.255"},
		// transform sets
		{[]string{"crypto ipsec transform-set X ah-sha-hmac esp-null"}, "% Invalid transform set: esp-null needs an authentication transform."},
		{[]string{"crypto ipsec transform-set X ah-sha-hmac esp-sha-hmac"}, "% Invalid transform set: esp-sha-hmac needs an encryption transform, esp-null for none."},
		{[]string{"crypto ipsec transform-set X esp-aes ah-sha-hmac ah-md5-hmac"}, "invalid input at column 50"},
		{[]string{"crypto ipsec security-association replay window-size 65"}, "invalid input at column 55"},
		{[]string{"crypto ipsec transform-set X esp-aes esp-des"}, "invalid input at column 42"},
		{[]string{"crypto ipsec transform-set X esp-aes esp-md5-hmac esp-sha-hmac"}, "invalid input at column 51"},
		{[]string{"crypto ipsec transform-set X esp-aes 256"}, "% Invalid transform set: esp-aes 256 needs an authentication transform."},
		{[]string{"crypto ipsec transform-set X esp-sha-hmac"}, "% Invalid transform set: esp-sha-hmac needs an encryption transform, esp-null for none."},
		{[]string{"crypto ipsec transform-set X esp-gcm esp-sha-hmac"}, "invalid input at column 38"},
		{[]string{"crypto ipsec transform-set T esp-aes esp-sha-hmac", "mode foo"}, "invalid input at column 6"}, // and no modem
		{[]string{"no crypto ipsec transform-set T"}, "% Transform set T is in use by the crypto map(s): D, M"},
		// crypto maps
		{[]string{"crypto map M 30 ipsec-isakmp dynamic NONE"}, `% ERROR: dynamic crypto map with tag "NONE" does not exist.`},
		{[]string{"crypto map M 10 ipsec-isakmp dynamic D"}, "% M 10 is a crypto map entry of its own; remove it first."},
		{[]string{"crypto map N 20 ipsec-isakmp"}, "% N 20 stands for dynamic map D; remove it first."},
		{[]string{"no crypto dynamic-map D"}, "% Dynamic crypto map D is in use by crypto map(s): N."},
		{[]string{"no crypto dynamic-map D 1"}, "% Dynamic crypto map D is in use by crypto map(s): N."},
		{[]string{"no crypto dynamic-map D 2"}, "% Could not find dynamic crypto map entry D 2"},
		{[]string{"no crypto dynamic-map X"}, "% Could not find dynamic crypto map X"},
		{[]string{"no crypto map X local-address"}, "% Could not find crypto map X"},
		{[]string{"crypto map M 10", "set peer 192.0.2.1"}, "% Invalid peer address 192.0.2.1 (it's this router)"},
		{[]string{"crypto map M 10", "set peer 9.9.9.9"}, "% Invalid peer address 9.9.9.9 (it's this router)"},
		{[]string{"crypto map M 10", "set peer 255.255.255.255"}, "% Invalid peer address 255.255.255.255"},
		{[]string{"crypto map M 10", "set transform-set T X"}, `% ERROR: transform set with tag "X" does not exist.`},
		{[]string{"no crypto map M"}, "% Crypto-map M is in use by interface(s): GigabitEthernet0/0.\nPlease remove the crypto map from the above interface(s) first"},
		{[]string{"no crypto map M 10"}, "% Crypto-map M is in use by interface(s): GigabitEthernet0/0.\nPlease remove the crypto map from the above interface(s) first"},
		{[]string{"no crypto map M 11"}, "% Could not find crypto map entry M 11"},
		{[]string{"no crypto map X"}, "% Could not find crypto map X"},
		// access lists
		{[]string{"ip access-list extended 1st"}, "% Invalid access list name."},
		{[]string{"ip access-list extended L", "10 deny ip any any"}, "% Duplicate sequence number."},
		{[]string{"ip access-list standard L"}, "% A named Extended IP access list with this name already exists"},
		{[]string{"access-list 101 permit tcp any any eq 22 fragments"}, "% Fragments other than the first have no ports, flags or types to match"},
		{[]string{"ip access-list extended L", "no 20"}, "% Could not find access-list entry 20"},
		{[]string{"ip access-list extended L", "no permit tcp any any"}, "% Could not find access-list entry"},
		// global
		{[]string{"hostname Zürich"}, "% Hostname contains one or more illegal characters."},
		{[]string{"hostname " + strings.Repeat("x", 64)}, "% Hostname is longer than 63 characters."},
		{[]string{"enable secret 5 cisco"}, "% ERROR: The secret you entered is not a valid encrypted secret.\nTo enter an UNENCRYPTED secret, do not specify type 5 encryption.\nWhen you properly enter an UNENCRYPTED secret, it will be encrypted."},
		{[]string{"enable secret 4 tnhtc92DXBhelxjYk8LWJrPV36S2i4ntXrpb4RFmfqY"}, "% Secrets of type 4 are not supported, use type 5, 8 or 9."},
		{[]string{"enable password 7 0822455D0A1"}, "% Invalid encrypted password"},
		// lines and users
		{[]string{"no line vty 3"}, "% Can't delete last 5 VTY lines"},
		{[]string{"no line con 0"}, "% Can't delete line console 0"},
		{[]string{"line vty 4 2"}, "% Bad line range"},
		{[]string{"line vty 0 4", "password 6 abc"}, "% Passwords are of type 0 or 7; a password that begins with another number needs a 0 before it."},
		{[]string{"username u secret 9 cisco"}, "% ERROR: The secret you entered is not a valid encrypted secret.\nTo enter an UNENCRYPTED secret, do not specify type 9 encryption.\nWhen you properly enter an UNENCRYPTED secret, it will be encrypted."},
		{[]string{"username u secret 5 cisco"}, "% ERROR: The secret you entered is not a valid encrypted secret.\nTo enter an UNENCRYPTED secret, do not specify type 5 encryption.\nWhen you properly enter an UNENCRYPTED secret, it will be encrypted."},
		{[]string{"username both secret cisco"}, "% ERROR: Can not have both a user password and a user secret.\nPlease choose one or the other."},
		{[]string{"aaa authentication login default local"}, "% This needs aaa new-model"},
		{[]string{"ip ssh version 1"}, "% There is only SSH version 2"},
	}
	c, _, err := typeLines(newRouter(), base...)
	if err != nil {
		t.Fatal(err)
	}
	before := Text(c)
	for _, bad := range cases {
		after, _, err := typeLines(c, bad.lines...)
		if err == nil || err.Error() != bad.want {
			t.Errorf("%q: %v, want %s", bad.lines, err, bad.want)
		}
		if Text(after) != before || !after.Equal(c) {
			t.Errorf("%q changed something:\n%s", bad.lines, diff(Text(after), before))
		}
	}
}

// TestCaret types lines whose argument is not acceptable: the marker stands
// under it.
func TestCaret(t *testing.T) {
	for _, c := range []struct {
		line string
		want grammar.Error
	}{
		{"interface GigabitEthernet0/7", grammar.Error{Offset: len("interface ")}},
		{"no interface Loopback3", grammar.Error{Offset: len("no interface ")}},
		{"ip route 9.0.0.0 255.0.0.0 g0/7", grammar.Error{Offset: len("ip route 9.0.0.0 255.0.0.0 ")}},
		{"crypto map NEW 10", grammar.Error{Kind: grammar.Incomplete}},
		{"crypto isakmp policy 10001", grammar.Error{Offset: len("crypto isakmp policy ")}},
		{"access-list 200 permit ip any any", grammar.Error{Offset: len("access-list ")}},
		{"access-list 100 permit icmp any eq 5 any", grammar.Error{Offset: len("access-list 100 permit icmp any ")}},
		{"no such line", grammar.Error{Offset: len("no s")}},
	} {
		_, _, err := typeLines(newRouter(), c.line)
		var e *grammar.Error
		if !errors.As(err, &e) || e.Kind != c.want.Kind || e.Offset != c.want.Offset {
			t.Errorf("%q: %+v, want %+v", c.line, err, c.want)
		}
	}
}

// TestNotes types lines that are accepted and say something.
func TestNotes(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  []string
	}{
		{[]string{"crypto map M 10 ipsec-isakmp"}, []string{"% NOTE: This new crypto map will remain disabled until a peer\n        and a valid access list have been configured."}},
		{[]string{"crypto map M 10 ipsec-isakmp", "crypto map M 10"}, nil},
		{[]string{"crypto map M 10 ipsec-isakmp", "match address 101"}, nil},
		{[]string{"hostname SITE_A"}, []string{"% Hostname contains one or more illegal characters.\n"}},
		{[]string{"hostname 123"}, []string{"% Hostname contains one or more illegal characters.\n"}},
		{[]string{"hostname a/b"}, []string{"% Hostname contains one or more illegal characters.\n"}},
		{[]string{"hostname R1-"}, []string{"% Hostname contains one or more illegal characters.\n"}},
		{[]string{"hostname R1-lab2"}, nil},
		{[]string{"crypto isakmp policy 10", "encryption des"}, []string{"Warning: DES is weak; use it only with a peer that has nothing better"}},
		{[]string{"crypto isakmp policy 10", "hash md5"}, []string{"Warning: MD5 is weak; use it only with a peer that has nothing better"}},
		{[]string{"crypto isakmp policy 10", "group 1"}, []string{"Warning: Diffie-Hellman group 1 is weak; use it only with a peer that has nothing better"}},
		{[]string{"crypto isakmp policy 10", "group 14"}, nil},
		{[]string{"crypto isakmp policy 10", "encryption aes 256"}, nil},
		{[]string{"crypto ipsec transform-set T esp-des esp-md5-hmac"}, []string{"Warning: esp-des and esp-md5-hmac are weak; use them only with a peer that has nothing better"}},
		{[]string{"crypto ipsec transform-set T esp-des esp-md5-hmac", "mode tunnel"}, nil},
		{[]string{"crypto ipsec transform-set T esp-null esp-sha-hmac"}, []string{"Warning: esp-null does not encrypt"}},
		{[]string{"crypto map M 10 ipsec-isakmp", "set pfs"}, []string{"Warning: Diffie-Hellman group 1 is weak; use it only with a peer that has nothing better"}},
		{[]string{"ip route 0.0.0.0 0.0.0.0 g0/0"}, []string{"%Default route without gateway, if not a point-to-point interface, may impact performance"}},
		{[]string{"int g0/0", "ip address 1.1.1.0 255.255.255.254"}, []string{"% Warning: use /31 mask on non point-to-point interface cautiously"}},
		{[]string{"access-list 101 permit ip any any log"}, nil},
		{[]string{"ip access-list extended X", "20 permit tcp any any eq 22 log"}, nil},
		{[]string{"ip access-list extended X", "permit ip any any log", "no permit ip any any log"}, nil},
		{[]string{"version 15.4"}, nil},
		{[]string{"version 16.9"}, []string{"Warning: the manner of release 12.4 is kept, not that of 16.9"}},
		{[]string{"version 15.2", "version 12.2"}, []string{"Warning: the manner of release 15.2 is kept, not that of 12.2"}},
	} {
		_, notes, err := typeLines(newRouter(), c.lines...)
		if err != nil || !slices.Equal(notes, c.want) {
			t.Errorf("%q: %q, %v, want %q", c.lines, notes, err, c.want)
		}
	}
}

// TestSecretIsStoredAsType5 types a secret in clear.
func TestSecretIsStoredAsType5(t *testing.T) {
	for _, line := range []string{"enable secret two words", "enable secret 0 two words"} {
		c := load(t, line+"\n")
		if strings.Contains(Text(c), "two") || !strings.Contains(Text(c), "\nenable secret 5 $1$") {
			t.Errorf("%q is stored as\n%s", line, Text(c))
		}
	}
}

// TestNamedListOrder inserts, removes and repeats entries.
func TestNamedListOrder(t *testing.T) {
	c := load(t, `ip access-list extended L
 permit tcp any any
 permit udp any any
 15 deny tcp host 1.1.1.1 any
 permit tcp any any
 remark last
 no 10
 no permit udp any any
 permit icmp any any
 5 permit esp any any
`)
	want := "ip access-list extended L\n permit esp any any\n deny   tcp host 1.1.1.1 any\n remark last\n permit icmp any any\n!\n"
	if !strings.Contains(Text(c), want) {
		t.Errorf("got\n%s", Text(c))
	}
}

// TestInterfaceGoesWithItsRoutes removes an interface that a route uses.
func TestInterfaceGoesWithItsRoutes(t *testing.T) {
	c := load(t, "interface Loopback0\nip route 9.0.0.0 255.0.0.0 Loopback0\nip route 8.0.0.0 255.0.0.0 1.1.1.1\nno interface Loopback0\n")
	if got := Text(c); strings.Contains(got, "Loopback0") || !strings.Contains(got, "ip route 8.0.0.0 255.0.0.0 1.1.1.1\n") {
		t.Errorf("got\n%s", got)
	}
}
