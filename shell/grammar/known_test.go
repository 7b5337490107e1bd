package grammar_test

import (
	"fmt"
	"strings"
	"testing"
)

// talk types lines as a session does, refused ones too, and returns what is said to each.
func talk(r *router, lines ...string) []string {
	at := configMode.Start()
	var said []string
	for _, line := range lines {
		step, err := at.Apply(r, line)
		answer := at.Prompt()
		switch {
		case err != nil:
			answer, at = err.Error(), at.Refused(line)
		case step.End:
			answer = "END"
		default:
			at = step.Next
			answer = strings.Join(append([]string{at.Prompt()}, step.Notes...), ", ")
		}
		said = append(said, answer)
	}
	return said
}

const skipped = "skipped, the line it belongs to was refused"

// Each text is typed line by line; the answers stand beside it. At the end the policy
// that was open before must be as it was.
func TestKnownCommands(t *testing.T) {
	for _, c := range [][]string{
		{"ip http server", "% not here: ip http server", "encr 3des", "config-isakmp"},
		{"ip htt serv x y", "% not here: ip http server"},
		{"no ip http server", "config-isakmp, there is no ip http server", "encr 3des", "config-isakmp"},
		{"default ip http server", "config-isakmp, there is no ip http server"},
		{"ip http", "invalid input at column 1"},
		{"logging 1.2.3.4", "% not here: logging 1.2.3.4"},
		{"permit tcp any any eq 80 time-range X", "% not here: permit ... time-range", "per time-range X", "% not here: permit ... time-range",
			"no permit ip any any TIME-RANGE X log", "config-isakmp, there is no permit ... time-range"},
		{"permit tcp any any time", "invalid input at column 1", "permit", "invalid input at column 1"}, // in full only
		{"logging 1.2.3", "invalid input at column 1"},
		{"line con 0", "% not here: line", "encr aes", skipped, " encr aes", skipped, "exit", "config", "hostname X", "config"},
		{"line con 0", "% not here: line", " encr aes", skipped, "encr aes", skipped, "!", "config", "ip http server", "% not here: ip http server",
			"no ip http server", "config, there is no ip http server", "crypto", skipped, "do x", "config", "end", "END"},
		{"line con 0", "% not here: line", "crypto isakmp policy 10", "config-isakmp", "exit", "config", "exit", "END"},
		{"router rip", "% not here: router rip", "hostname 2", skipped, "HOSTNAME 2", skipped, "crypto isakmp policy 10", "config-isakmp"},
		{"no router rip", "config-isakmp, there is no router rip", "encr 3des", "config-isakmp"},
		{"crypto isakmp policy 0", "invalid input at column 22", "encr aes", skipped, "exit", "config"},
		{"crypto isakmp policy x", "invalid input at column 22"}, // more of it is read than is known
		{"crypto isakmp enable", "% not here: crypto isakmp"},
		{"banner motd #", "% not here: banner motd", "encr aes", "config-isakmp", "hostname ?", "config-isakmp", " exit", "config-isakmp",
			"bye# encr aes", "config-isakmp", "encr 3des", "config-isakmp"},
		{"banner motd #encr aes#", "% not here: banner motd", "encr 3des", "config-isakmp"},
		{"lifetime 60", "% not here: lifetime", "encr 3des", "config-isakmp", "no lifetime", "config-isakmp, there is no lifetime", "lif 5", "% not here: lifetime"},
		{"exit", "config", "lifetime 60", "invalid input at column 1"}, // known in the sub-mode only
		{"group list", "% not here: group list", " encr aes", skipped, "address x", skipped, "exit", "config-isakmp", "encr 3des", "config-isakmp"},
		{"line con 0", "% not here: line", " banner motd #", skipped, "hostname Y", "config", "#", "config", "encr aes", skipped},
	} {
		r := &router{}
		lines := []string{"crypto isakmp policy 10", "encr 3des"}
		for i := 0; i < len(c); i += 2 {
			lines = append(lines, c[i])
		}
		got := talk(r, lines...)[2:]
		for i, g := range got {
			if want := c[2*i+1]; g != want {
				t.Errorf("%q: %q answers %q, want %q", c[0], c[2*i], g, want)
			}
		}
		if len(r.Policies) != 1 || r.Policies[0].Cipher != "3des" || strings.Trim(r.Name, "X") != "" {
			t.Errorf("%q changed something: %s", c[0], fmt.Sprint(r.Name, *r.Policies[0]))
		}
	}
}
