package nettest

import (
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// A configuration takes the place of another, with access lists, routes, interfaces and
// crypto map entries coming and going; a tunnel that both have keeps its SAs and loses no
// packet.
func TestReplaceUnderTraffic(t *testing.T) {
	t.Parallel()
	u := newBareChain(t).tunnelOf(t, ends{})
	u.up(t, u.a, "20.1.1.2")
	u.left.Exec("copy running-config flash:small")
	more := []string{"configure terminal", "interface Loopback7", "ip address 7.7.7.7 255.255.255.255", "exit",
		"ip access-list extended OTHER", "permit ip 10.9.0.0 0.0.255.255 any", "exit",
		"crypto map M 20 ipsec-isakmp", "set peer 23.23.23.9", "set transform-set TS", "match address OTHER", "exit"}
	for i := range 300 {
		more = append(more, fmt.Sprintf("access-list 150 permit ip host 10.8.%d.%d any", i>>8, i&255), fmt.Sprintf("ip route 172.16.%d.0 255.255.255.0 12.12.12.2", i&255))
	}
	more = append(more, "interface GigabitEthernet0/1", "ip access-group 151 out", "end", "copy running-config flash:large")
	u.left.Exec(more...)

	const spis = "show crypto ipsec sa | include spi:"
	before := u.left.Exec(spis)

	flood := exec.Command("ping", "-q", "-n", "-i", "0.002", "-c", "2000", "-W", "2", "20.1.1.2")
	var out bytes.Buffer
	flood.Stdout, flood.Stderr = &out, &out
	if err := u.a.Start(flood); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		for _, file := range []string{"small", "large"} {
			if text := u.left.Exec("configure replace flash:" + file + " force"); !strings.Contains(text, "Rollback Done") {
				t.Errorf("replaced by %s: %s", file, text)
			}
		}
	}
	if after := u.left.Exec(spis); !strings.Contains(before, "spi: 0x") || after != before {
		t.Errorf("the SAs were\n%sand are now\n%s", before, after)
	}
	again := u.left.Exec("show archive config differences flash:large system:running-config")
	err := flood.Wait()
	if err != nil || !regexp.MustCompile(`2000 packets transmitted, 2000 received, 0% packet loss`).Match(out.Bytes()) {
		t.Errorf("the flood (%v):\n%s", err, out.String())
	}
	if !strings.Contains(again, "!No changes were found") {
		t.Errorf("what was replaced differs from its file: %s", again)
	}
	if text := u.left.Exec("configure replace flash:small list force"); !strings.Contains(text, "no access-list 150") || !strings.Contains(text, "no crypto map M 20") {
		t.Errorf("the lines that were undone: %s", text)
	}
}
