package nettest

import (
	"fmt"
	"strings"
	"testing"
)

// A thousand lines pasted into an access list in use: none is lost, each has its prompt, and
// with the next command they are what packets meet.
func TestPasteIntoListInUse(t *testing.T) {
	t.Parallel()
	Root(t)
	const lines = 1000
	a, r := Namespace(t, "a"), Namespace(t, "r")
	Cable(t, a, "eth0", "10.0.0.9/24", r, "eth0", "")
	x, dir := console(t, r)
	x.Type("\r")
	x.Expect("Router>")
	for _, line := range []string{"enable", "no logging console", "interface GigabitEthernet0/0", "ip address 10.0.0.1 255.255.255.0", "no shutdown", "ip access-group LIST in"} {
		if line == "enable" {
			x.Enter(line, "Router#")
			x.Type("configure terminal\r")
			line = ""
		}
		x.Enter(line, ")#")
	}
	reach(t, a, "10.0.0.1")
	var paste strings.Builder
	paste.WriteString("ip access-list extended LIST\r")
	for n := range lines - 1 {
		fmt.Fprintf(&paste, " deny tcp any host 192.0.%d.%d\r", n>>8, n&255)
	}
	paste.WriteString(" deny icmp any any\r permit ip any any\rend\rping 10.0.0.9 timeout 1 repeat 1\r")
	x.Type(paste.String())
	shown := x.Expect("Success rate is ")
	if n := strings.Count(shown, "Router(config-ext-nacl)#"); n != lines+2 || strings.Contains(shown, "%") {
		t.Errorf("%d prompts: %q", n, shown[max(0, len(shown)-2000):])
	}
	if out := x.Expect("Router#"); !strings.HasPrefix(out, "0 percent (0/1)") {
		t.Errorf("a packet that the last line but one denies: %q", out)
	}
	if out, _ := Run(t, r, "", "exec", "--dir", dir, "show access-lists LIST | count deny"); !strings.HasSuffix(out, fmt.Sprintf("= %d\n", lines)) {
		t.Errorf("%q", out)
	}
}
