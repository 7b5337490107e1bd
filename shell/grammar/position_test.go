package grammar_test

import (
	"errors"
	"strings"
	"testing"

	"conft/shell/grammar"
)

// apply types lines one after the other, as a session does, and returns the
// prompts behind each.
func apply(t *testing.T, r *router, lines ...string) []string {
	t.Helper()
	at := configMode.Start()
	var prompts []string
	for _, line := range lines {
		step, err := at.Apply(r, line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		at = step.Next
		prompts = append(prompts, at.Prompt())
	}
	return prompts
}

// In a sub-mode any command of the outer mode is accepted and leaves the
// sub-mode first; the sub-mode's own keywords win.
func TestSubmodeFallsBack(t *testing.T) {
	r := &router{}
	got := apply(t, r, "crypto isakmp policy 10", "encryption 3des", "crypto isakmp policy 20", "hostname X", "crypto isakmp policy 30", "exit", "exit")
	want := "config-isakmp config-isakmp config-isakmp config config-isakmp config config"
	if strings.Join(got, " ") != want {
		t.Errorf("prompts %v, want %s", got, want)
	}
	if len(r.Policies) != 3 || r.Policies[0].Cipher != "3des" || r.Name != "X" {
		t.Errorf("configured %+v", r)
	}
}

// The mode that reads furthest says what is wrong.
func TestSubmodeError(t *testing.T) {
	at := configMode.Start()
	r := &router{}
	step, err := at.Apply(r, "crypto isakmp policy 10")
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]grammar.Error{
		"enx":               {Kind: grammar.Invalid, Offset: 2}, // encryption, not end
		"e":                 {Kind: grammar.Ambiguous},          // encryption, exit
		"encryption":        {Kind: grammar.Incomplete, Word: "encryption"},
		"crypto isakmp":     {Kind: grammar.Incomplete, Word: "crypto"}, // of the outer mode
		"crypto isakmp pox": {Kind: grammar.Invalid, Offset: 16, Word: "crypto"},
		"xyz":               {Kind: grammar.Invalid, Offset: 0}, // nobody's
	} {
		_, err := step.Next.Apply(r, line)
		var e *grammar.Error
		if !errors.As(err, &e) || *e != want {
			t.Errorf("%q: %+v, want %+v", line, err, want)
		}
	}
}

func TestNoAndDefault(t *testing.T) {
	r := &router{}
	apply(t, r, "crypto isakmp policy 10", "encryption aes 256", "no encryption")
	if p := r.Policies[0]; p.Cipher != "des" || p.Bits != 0 {
		t.Errorf("no encryption left %+v", p)
	}
	apply(t, r, "crypto isakmp policy 10", "encryption aes 256", "default encryption aes 256")
	if p := r.Policies[0]; p.Cipher != "des" {
		t.Errorf("default encryption left %+v", p)
	}
	apply(t, r, "no crypto isakmp policy 10")
	if len(r.Policies) != 0 {
		t.Errorf("the policy is still there")
	}
}

func TestDoAndEnd(t *testing.T) {
	at := configMode.Start()
	r := &router{}
	step, _ := at.Apply(r, "crypto isakmp policy 10")
	do, err := step.Next.Apply(r, "do  show ip  route")
	if err != nil || do.Do != "show ip  route" || do.DoAt != 4 || do.Changed || do.Next.Prompt() != "config-isakmp" {
		t.Errorf("do: %+v, %v", do, err)
	}
	end, err := step.Next.Apply(r, "end")
	if err != nil || !end.End || end.Changed {
		t.Errorf("end: %+v, %v", end, err)
	}
}

// A text is one transaction in which every line is tried.
func TestParseReportsEachLine(t *testing.T) {
	r := &router{}
	err := configMode.Parse(r, "hostname R7\n!\nhostnme x\r\ncrypto isakmp policy 10\n encr 3des\n encr foo\nend\n")
	if r.Name != "R7" || len(r.Policies) != 1 || r.Policies[0].Cipher != "3des" {
		t.Errorf("configured %+v", r)
	}
	var e *grammar.LineError
	if !errors.As(err, &e) || e.Number != 3 {
		t.Errorf("first error: %v", err)
	}
	want := "line 3: \"hostnme x\": invalid input at column 6\nline 6: \" encr foo\": invalid input at column 7"
	if err.Error() != want {
		t.Errorf("errors %q, want %q", err, want)
	}
}

// The lines of a block that could not be opened do not reach the block above it,
// indented or not; whoever mistypes one line of a block is not held up.
func TestLinesOfARefusedBlock(t *testing.T) {
	r := &router{}
	err := configMode.Parse(r, "crypto isakmp policy 10\n encr 3des\ncrypto isakmp polcy 20\n encr aes 256\n\n ! its end\n  encr des\n!\n encr aes\n")
	if len(r.Policies) != 1 || r.Policies[0].Cipher != "3des" || r.Policies[0].Bits != 0 {
		t.Errorf("configured %+v", r.Policies)
	}
	want := "line 3: \"crypto isakmp polcy 20\": invalid input at column 18\n" +
		"line 4: \" encr aes 256\": skipped, the line it belongs to was refused\n" +
		"line 7: \"  encr des\": skipped, the line it belongs to was refused\n" +
		"line 9: \" encr aes\": skipped, the line it belongs to was refused"
	if err == nil || err.Error() != want {
		t.Errorf("errors %q, want %q", err, want)
	}
	err = configMode.Parse(r, "crypto isakmp policy 10\nencr fnord\nencr 3des\n")
	if r.Policies[0].Cipher != "3des" || strings.Contains(err.Error(), "skipped") {
		t.Errorf("a refused line of a sub-mode held up the next: %v", err)
	}
	// Who types half of a line that opens a block has opened nothing.
	err = configMode.Parse(r, "crypto isakmp policy\nhostnme x\n")
	if err == nil || strings.Contains(err.Error(), "skipped") {
		t.Errorf("the line behind an incomplete one: %v", err)
	}
}
