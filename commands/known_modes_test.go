package commands

import (
	"slices"
	"strings"
	"testing"

	"conft/internal/config"
	"conft/shell/grammar"
)

// TestKnownModes types every line that is known, where it belongs: it is answered by its
// reason, not hidden by another entry, and leaves the mode open and the configuration as it is.
func TestKnownModes(t *testing.T) {
	sample := strings.NewReplacer("<1-65535>", "10", "<700-799>", "700", "<0-65535>", "23", "<0-15>", "7", "<100-199>", "100", "<2000-2699>", "2000", "<1-2147483647>", "10", " ... ", " w 1 ", "<0-6>", "6", "WORD", "X", "A.B.C.D", "1.1.1.1")
	for _, c := range []struct {
		open  []string
		words []knownWord
	}{
		{[]string{"hostname R"}, knownCrypto},
		{[]string{"hostname R"}, knownOld},
		{[]string{"crypto isakmp policy 10"}, knownPolicy},
		{[]string{"ip access-list extended IN"}, knownACL},
		{[]string{"ip access-list standard S"}, knownACL},
		{[]string{link}, knownOldInterface},
		{[]string{trust}, knownTrustpoint},
		{[]string{peers}, knownCertificateMap},
		{[]string{profile}, knownISAKMPProfile},
		{[]string{"crypto keyring K"}, knownKeyring},
		{[]string{entry}, knownMapEntry},
		{[]string{template}, slices.DeleteFunc(slices.Clone(knownMapEntry), func(w knownWord) bool { return strings.Contains(w.words, "set peer") })},
		{[]string{link}, knownInterface},
		{[]string{"interface range GigabitEthernet0/0"}, knownInterface},
		{vtys, knownLine},
		{[]string{"archive"}, knownArchive},
		{[]string{"archive", "log config"}, knownArchiveLog},
		{server, knownRADIUSServer},
		{servers, knownServerGroup},
		{[]string{"route-map R permit 10"}, knownRouteMap},
		{keyChain, knownPublicKeys},
	} {
		for _, w := range c.words {
			for _, form := range []string{"", "no ", "default "} {
				conf := config.New()
				conf.AddInterface(&config.Interface{Name: "GigabitEthernet0/0"})
				at := standing(t, conf, c.open...)
				before := Text(conf)
				step, err := at.Apply(conf, form+sample.Replace(w.words)+" zz9x")
				said := strings.Join(step.Notes, "\n")
				if refused := (form == "") == (w.kind != given); refused != (err != nil) {
					t.Errorf("%s: %q is answered by %q, %v", c.open, form+w.words, said, err)
				} else if err != nil {
					said = err.Error()
				}
				if !strings.HasSuffix(said, ": "+w.why) {
					t.Errorf("%s: %q is answered by %q, want the reason %q", c.open, form+w.words, said, w.why)
				}
				if at.Refused(w.words).Prompt() != at.Prompt() && w.kind != block || Text(conf) != before {
					t.Errorf("%s: %q changed something", c.open, w.words)
				}
			}
		}
	}
}

// standing types lines, all of which must be taken.
func standing(t *testing.T, c *config.Config, lines ...string) grammar.Position[*config.Config] {
	t.Helper()
	at := Config.Start()
	for _, line := range lines {
		step, err := at.Apply(c, line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		at = step.Next
	}
	return at
}

// What an old trustpoint says is answered line by line, and what conft has is kept.
func TestOldTrustpoint(t *testing.T) {
	c := config.New()
	at := Config.Start()
	var said []string
	for _, line := range []string{"crypto pki trustpoint CA", " enrollment url http://192.0.2.1:80", " usage ike", " serial-number none",
		" auto-enroll 70 regenerate", " rsakeypair R1 2048", " revocation-check crl none", " enrolment url x"} {
		step, err := at.Apply(c, line)
		switch {
		case err != nil:
			said, at = append(said, err.Error()), at.Refused(line)
		default:
			said, at = append(said, step.Notes...), step.Next
		}
	}
	expect(t, "answers", strings.Join(said, "\n")+"\n", `% enrollment url is not supported: certificates are enrolled by pasting, use enrollment terminal
usage ike changes nothing: certificates are for IKE
% auto-enroll is not supported: certificates are enrolled by pasting, use enrollment terminal
% rsakeypair R1 2048 is not supported: the size is given to crypto key generate rsa, name the pair alone
invalid input at column 7
`)
	if got, want := Text(c), "crypto pki trustpoint CA\n serial-number none\n revocation-check crl none\n"; !strings.Contains(got, want) {
		t.Errorf("the configuration is\n%s\nwithout\n%s", got, want)
	}
}
