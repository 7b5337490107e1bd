package commands

import (
	"slices"
	"strings"
	"testing"

	"conft/internal/reftest"
)

const pingHeadTo = "Type escape sequence to abort.\nSending 5, 100-byte ICMP Echos to "

// TestPingByName shows what is asked and of whom.
func TestPingByName(t *testing.T) {
	r := newFake(t, "ip host srv 10.0.0.1\n")
	for name, want := range map[string]string{
		"srv":     pingHeadTo + "10.0.0.1,",
		"www.lab": "Translating \"www.lab\"...domain server (10.0.0.53) [OK]\n\n" + pingHeadTo + "10.0.0.80,",
	} {
		if got := run(t, r, "ping "+name); !strings.HasPrefix(got, want) {
			t.Errorf("ping %s prints\n%s", name, got)
		}
	}
	for config, want := range map[string]string{
		"":                           "Translating \"nowhere\"...domain server (255.255.255.255)\n",
		"ip name-server 10.0.0.53\n": "Translating \"nowhere\"...domain server (10.0.0.53)\n",
		"no ip domain lookup\n":      "Translating \"nowhere\"\n",
	} {
		got, err := try(newFake(t, config), "ping nowhere")
		if got != want || err == nil || err.Error() != "% Unrecognized host or address, or protocol not running." {
			t.Errorf("with %q: %q, %v", config, got, err)
		}
	}
}

// TestShowHostsLikeCapture compares the beginning with a capture and the table with its
// heading.
func TestShowHostsLikeCapture(t *testing.T) {
	r := newFake(t, "version 15.4\nip domain name acme.com\nip name-server 10.0.2.3\nip host srv 10.0.0.1 10.0.0.2\n")
	want := reftest.Open(t, "show/show-hosts/01.txt")
	got := run(t, r, "show hosts")
	table, ok := strings.CutPrefix(got, strings.TrimRight(want, "\n")+"\n")
	if !ok {
		t.Errorf("show hosts prints\n%s", got)
	}
	expect(t, "the table", table, "srv                       None  (perm, OK) 0    IP    10.0.0.1\n"+
		"                                                      10.0.0.2\n"+
		"www.lab                   None  (temp, OK) 1    IP    10.0.0.80\n")
	run(t, r, "clear host *")
	if !slices.Contains(r.did, "forget host *") {
		t.Errorf("did %v", r.did)
	}
}
