package commands

import (
	"errors"
	"testing"

	"conft/shell/grammar"
)

// TestKnownExecIsNeeded finds entries for what conft has: they would never be reached.
func TestKnownExecIsNeeded(t *testing.T) {
	table := grammar.NewExec("", Exec(newFake(t, ""))...)
	for _, k := range KnownExec {
		_, err := table.Match(k.Words, privileged)
		var e *grammar.Error
		if !errors.As(err, &e) || e.Kind != grammar.Invalid {
			t.Errorf("%q has an answer of its own: %v", k.Words, err)
		}
		if text, _ := grammar.KnownAnswer(KnownExec, k.Words); text != k.Answer {
			t.Errorf("%q is answered by %q, want %q", k.Words, text, k.Answer)
		}
	}
}

// TestKnownExecForPrograms are the answers that programs read.
func TestKnownExecForPrograms(t *testing.T) {
	for line, want := range map[string]string{
		"show cdp neighbors detail": "% CDP is not enabled",
		"sh lldp nei":               "% LLDP is not enabled",
		"show vlan":                 "% Invalid input: this is a router, there are no switch ports and no VLANs",
		"show ipv6 interface":       "",
		"show ip bgp summary":       "% BGP not active",
		"show int g0/0 acc":         "% A Linux link counts all protocols together: see show interfaces stats",
		"sh sess":                   "% No connections open",
		"show interface counters":   "% A Linux link counts all protocols together: see show interfaces stats",
		"deb ip ospf adj":           "% OSPF is not running: there are no routing protocols, use ip route",
		"no debug ip bgp":           "% BGP not active",
		"no debug crypto ikev2":     "% There is only IKE version 1",
		"sh span":                   "No spanning tree instance exists.",
	} {
		if got, ok := grammar.KnownAnswer(KnownExec, line); !ok || got != want {
			t.Errorf("%s: %q, %v, want %q", line, got, ok, want)
		}
	}
	if text, ok := grammar.KnownAnswer(KnownExec, "show ip"); ok {
		t.Errorf("show ip: %q", text)
	}
}
