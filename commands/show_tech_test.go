package commands

import (
	"strings"
	"testing"
)

// TestTechSupport has every section, none of which is refused, and no secret.
func TestTechSupport(t *testing.T) {
	r := lab(t)
	r.config = load(t, classicText+"enable password sword fish\nenable secret 5 $1$abcd$2hDGYdE0UrwK2pqoiF6BB1\ncrypto isakmp key Key-1 address 10.9.9.9\ncrypto isakmp policy 20\n encr 3des\n"+
		"crypto keyring K\n pre-shared-key address 10.8.8.8 key Key-2\n")
	got := run(t, r, "show tech-support")
	for _, s := range techSections {
		if strings.Count(got, "\n------------------ "+s+" ------------------\n\n") != 1 {
			t.Errorf("no section %s", s)
		}
	}
	for _, secret := range []string{"sword", "fish", "$1$", "Key-1", "Key-2", "key cisco"} {
		if strings.Contains(strings.ReplaceAll(got, "password", ""), secret) {
			t.Errorf("%q is in\n%s", secret, got)
		}
	}
	for _, want := range []string{"enable password <removed>\n", "enable secret 5 <removed>\n", "crypto isakmp key <removed> address 23.23.23.3\n", "key <removed>\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
	// What is no configuration stands as its own command prints it.
	for _, s := range []string{"show crypto ipsec sa detail", "show crypto isakmp policy"} {
		if out := run(t, r, s); !strings.Contains(out, " key ") || !strings.Contains(got, "\n\n"+out) {
			t.Errorf("%s is not there as\n%s", s, out)
		}
	}
	if strings.Contains(got, "invalid input") || strings.Contains(got, "incomplete") {
		t.Errorf("a section is refused:\n%s", got)
	}
}
