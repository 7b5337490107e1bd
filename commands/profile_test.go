package commands

import (
	"io"
	"slices"
	"strings"
	"testing"

	"conft/internal/config"
)

// hub is a router with keyrings, profiles and aggressive peers, as it prints itself.
const hub = `ip domain name example.com
!
crypto keyring BRANCH
  description keys of the branches
  pre-shared-key address 1.2.3.4 key psk1
  pre-shared-key address 10.0.0.0 255.0.0.0 key psk2
  pre-shared-key hostname r7.example.com key psk3
!
crypto isakmp key cisco address 23.23.23.3
crypto isakmp key other address 0.0.0.0 0.0.0.0
crypto isakmp key byname hostname r9.example.com
crypto isakmp identity hostname
crypto isakmp peer address 23.23.23.3
 set aggressive-mode password tunnel
 set aggressive-mode client-endpoint fqdn r1.example.com
!
crypto isakmp aggressive-mode disable
crypto isakmp profile BRANCH
   description all of them
   keyring BRANCH
   ca trust-point A
   ca trust-point B
   self-identity user-fqdn hub@example.com
   match identity address 10.0.0.0 255.0.0.0
   match identity host domain example.com
   match identity user john@example.com
   keepalive 30 retry 5
   initiate mode aggressive
!
`

func TestProfilesPrintAsTyped(t *testing.T) {
	c := load(t, hub)
	if !strings.Contains(Text(c), hub) {
		t.Errorf("it prints\n%s", diff(Text(c), hub))
	}
	if again := load(t, Text(c)); !again.Equal(c) {
		t.Error("what it prints reads as something else")
	}
}

func TestShowProfilesAndKeys(t *testing.T) {
	c := load(t, hub)
	text := func(show func(io.Writer, *config.Config)) string {
		var b strings.Builder
		show(&b, c)
		return b.String()
	}
	expect(t, "show crypto isakmp profile", text(showISAKMPProfile), `ISAKMP PROFILE BRANCH
   Identities matched are:
    ip-address 10.0.0.0 255.0.0.0
    fqdn domain example.com
    user-fqdn john@example.com
   Identity presented is: user-fqdn hub@example.com
   keyring(s): BRANCH
   trustpoint(s): A B

`)
	expect(t, "show crypto isakmp key", text(showISAKMPKey), `Keyring      Hostname/Address                            Preshared Key

default      23.23.23.3                                  cisco
default      0.0.0.0        [0.0.0.0        ]            other
default      r9.example.com                              byname
BRANCH       1.2.3.4                                     psk1
BRANCH       10.0.0.0       [255.0.0.0      ]            psk2
BRANCH       r7.example.com                              psk3
`)
}

func TestProfilesAreRefused(t *testing.T) {
	c := load(t, hub)
	for _, l := range []struct {
		lines []string
		want  string
	}{
		{[]string{"no crypto keyring BRANCH"}, "% Keyring BRANCH is in use by ISAKMP profile BRANCH."},
		{[]string{profile, "keyring NONE"}, "% Keyring NONE does not exist."},
		{[]string{entry, "set isakmp-profile NONE"}, "% ISAKMP profile NONE does not exist."},
		{[]string{profile, entry, "set isakmp-profile P", "no " + profile}, "% ISAKMP profile P is in use by crypto map M 10."},
		{[]string{"crypto keyring BRANCH", "pre-shared-key address 1.2.3.4 key another"}, "% A pre-shared key for address mask 1.2.3.4 255.255.255.255 already exists!"},
		{[]string{"crypto isakmp key another hostname R9.example.com"}, "% A pre-shared key for hostname R9.example.com already exists!"},
		{[]string{"key config-key password-encrypt short"}, "% The key must be at least 8 characters long."},
	} {
		if _, _, err := typeLines(c, l.lines...); err == nil || err.Error() != l.want {
			t.Errorf("%q: %v", l.lines, err)
		}
	}
}

// Whatever lets the network have a hash of a key says so, in one line.
func TestExposureIsSaid(t *testing.T) {
	peer := "crypto isakmp peer address 1.2.3.4"
	for _, lines := range [][]string{
		{"crypto isakmp key k hostname h"},
		{"crypto isakmp key k address 0.0.0.0"},
		{"crypto isakmp key k address 10.0.0.0 255.0.0.0"},
		{"crypto keyring K", "pre-shared-key hostname h key k"},
		{"crypto keyring K", "pre-shared-key address 0.0.0.0 0.0.0.0 key k"},
		{peer, "set aggressive-mode password p"},
		{profile, "initiate mode aggressive"},
		{"crypto isakmp aggressive-mode disable", "crypto isakmp key k hostname h", "no crypto isakmp aggressive-mode disable"},
	} {
		if _, notes, err := typeLines(newRouter(), lines...); err != nil || !slices.Equal(notes, []string{exposure}) {
			t.Errorf("%q: %q, %v", lines, notes, err)
		}
	}
	for _, lines := range [][]string{
		{"crypto isakmp key k address 1.2.3.4"},
		{"crypto isakmp aggressive-mode disable", "crypto isakmp key k hostname h"},
		{"crypto isakmp aggressive-mode disable", "no crypto isakmp aggressive-mode disable"},
	} {
		if _, notes, err := typeLines(newRouter(), lines...); err != nil || len(notes) > 0 {
			t.Errorf("%q: %q, %v", lines, notes, err)
		}
	}
}
