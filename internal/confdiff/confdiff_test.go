package confdiff

import (
	"slices"
	"strings"
	"testing"
)

func lines(s string) []string {
	var out []string
	for l := range strings.Lines(s) {
		out = append(out, strings.TrimSuffix(l, "\n"))
	}
	return out
}

func TestCompare(t *testing.T) {
	for _, c := range []struct{ name, a, b, contextual, commands string }{
		{"nothing", "!\nhostname R1\nip route 1 2 3\ninterface X\n shutdown\nend\n", "Building configuration...\n\nCurrent configuration : 12 bytes\n!\ninterface X\n shutdown\n!\nip route 1 2 3\nhostname R1\n", "", ""},
		{"a name", "hostname R1\n", "hostname R2\n", "+hostname R2\n-hostname R1\n", "no hostname R1\nhostname R2\n"},
		{"within a block", "interface X\n ip address 1\n mtu 9\ninterface Y\n", "interface X\n ip address 2\n mtu 9\ninterface Y\n",
			"interface X\n +ip address 2\ninterface X\n -ip address 1\n", "interface X\n no ip address 1\ninterface X\n ip address 2\n"},
		{"whole blocks", "archive\n path x\n log config\n  hidekeys\n", "interface Z\n no ip address\n",
			"+interface Z\n +no ip address\n-archive\n -path x\n -log config\n  -hidekeys\n", "no archive\ninterface Z\n no ip address\n"},
		{"a negation", "no ip domain lookup\n", "", "-no ip domain lookup\n", "ip domain lookup\n"},
		{"an entry before another", "access-list 101 permit a\naccess-list 101 deny b\nlogging on\n", "access-list 101 deny b\nlogging on\naccess-list 101 permit a\n",
			"+access-list 101 permit a\n-access-list 101 permit a\n", "no access-list 101 permit a\naccess-list 101 permit a\n"},
		{"a named list", "ip access-list extended A\n permit a\n permit b\n permit c\n", "ip access-list extended A\n permit c\n permit a\n permit b\n",
			"ip access-list extended A\n +permit c\nip access-list extended A\n -permit c\n", "ip access-list extended A\n no permit c\nip access-list extended A\n permit c\n"},
		{"the same line twice", "access-list 1 remark x\naccess-list 1 remark x\n", "access-list 1 remark x\n", "-access-list 1 remark x\n", "no access-list 1 remark x\n"},
	} {
		d := Compare(c.a, c.b)
		if got := d.Contextual(); !slices.Equal(got, lines(c.contextual)) {
			t.Errorf("%s: contextual\n%s", c.name, strings.Join(got, "\n"))
		}
		if got := d.Commands(); !slices.Equal(got, lines(c.commands)) {
			t.Errorf("%s: commands\n%s", c.name, strings.Join(got, "\n"))
		}
		if back := Compare(c.b, c.a); len(back.Contextual()) != len(d.Contextual()) {
			t.Errorf("%s: %d lines this way, %d the other", c.name, len(d.Contextual()), len(back.Contextual()))
		}
	}
}
