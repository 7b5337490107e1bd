package grammar

import "testing"

// TestKnownExec answers what the table has not, and leaves mistakes to the marker.
func TestKnownExec(t *testing.T) {
	list := []KnownExec{{Words: "show cdp", Answer: "% CDP is not enabled"}, {Words: "show ipv6 interface"}, {Words: "show version", Answer: "never"}}
	for line, want := range map[string]struct {
		ok bool
		at string
	}{
		"show cdp neighbors": {true, "% CDP is not enabled"}, "sh cd": {true, "% CDP is not enabled"}, "SHOW IPV6 INT": {true, ""},
		"s cdp": {false, ""}, "show": {false, ""}, "show ipv6": {false, ""}, "show cdpx": {false, ""},
	} {
		if got, ok := KnownAnswer(list, line); ok != want.ok || got != want.at {
			t.Errorf("%q: %q, %v", line, got, ok)
		}
	}
}
