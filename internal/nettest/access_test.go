package nettest

import (
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"conft/internal/netns"
)

//	a 10.1.1.2 --- left 12.12.12.1 === r2 === 23.23.23.3 right --- 20.1.1.2 b
//
// matches returns how often an entry of a list has matched.
func (c *Conft) matches(list, entry string) int {
	c.t.Helper()
	for l := range strings.Lines(c.Exec("show ip access-lists " + list)) {
		m := regexp.MustCompile(`^    \d+ (.*?)(?: \((\d+) match(?:es)?\))?\n$`).FindStringSubmatch(l)
		if m != nil && m[1] == entry {
			n, _ := strconv.Atoi(m[2])
			return n
		}
	}
	c.t.Fatalf("%s has no entry %q", list, entry)
	return 0
}

// pings sends echo requests, and says how many were answered and how many were answered
// by "administratively prohibited".
func (u *tunnel) pings(t *testing.T, n int, to string) (answered, prohibited int) {
	t.Helper()
	out, _ := u.a.Output("ping", "-c"+strconv.Itoa(n), "-i0.1", "-W0.3", to)
	if m := regexp.MustCompile(`(\d+) received`).FindStringSubmatch(out); m != nil {
		answered, _ = strconv.Atoi(m[1])
	}
	return answered, strings.Count(out, "Packet filtered")
}

// What passes unencrypted is filtered on its way in and on its way out; what the router
// sends itself is not.
func TestAccessClear(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{acl1: []string{"permit ip host 9.9.9.9 any"}, acl3: []string{"permit ip any host 9.9.9.9"}})
	u.transit(t)
	reach(t, u.a, "20.1.1.2")

	u.left.Exec("configure terminal", "ip access-list extended LAN", "permit tcp any any eq 80", "deny icmp any host 20.1.1.2 echo log", "permit ip any any",
		"interface GigabitEthernet0/1", "ip access-group LAN in", "end")
	if got, told := u.pings(t, 10, "20.1.1.2"); got != 0 || told < 1 || told > 4 {
		t.Errorf("denied in: %d of 10 answered, %d prohibited; want none and one in 500 ms", got, told)
	}
	if n := u.left.matches("LAN", "deny icmp any host 20.1.1.2 echo log"); n != 10 {
		t.Errorf("%d matches, want 10", n)
	}
	if got, _ := u.pings(t, 3, "23.23.23.3"); got != 3 {
		t.Errorf("permitted: %d of 3 answered", got)
	}
	if n := u.left.matches("LAN", "permit ip any any"); n != 3 {
		t.Errorf("%d matches, want 3", n)
	}
	const line = "%SEC-6-IPACCESSLOGDP: list LAN denied icmp 10.1.1.2 -> 20.1.1.2 (8/0), 1 packet"
	wait(t, line, 3*time.Second, func() bool { return strings.Contains(u.left.Exec("show logging"), line) })
	if n := strings.Count(u.left.Exec("show logging"), "IPACCESSLOG"); n != 1 {
		t.Errorf("%d messages of one flow", n)
	}
	if out := u.left.Exec("show ip interface GigabitEthernet0/1"); !strings.Contains(out, "  Outgoing access list is not set\n  Inbound  access list is LAN\n") {
		t.Errorf("show ip interface:\n%s", out)
	}
	u.left.Exec("configure terminal", "interface GigabitEthernet0/1", "no ip unreachables", "end")
	if got, told := u.pings(t, 5, "20.1.1.2"); got != 0 || told != 0 {
		t.Errorf("quiet: %d answered, %d prohibited", got, told)
	}

	// Fragments are looked at as they come, and a permit by port lets later ones by.
	u.left.Exec("configure terminal", "no ip access-list extended LAN", "ip access-list extended LAN", "deny icmp any any fragments", "permit udp any any eq 7000", "permit icmp any any echo",
		"interface GigabitEthernet0/1", "ip unreachables", "end")
	if got, _ := u.pings(t, 2, "20.1.1.2"); got != 2 {
		t.Errorf("whole datagrams: %d of 2 answered", got)
	}
	if _, err := u.a.Output("ping", "-c1", "-s3000", "-W0.3", "20.1.1.2"); err == nil {
		t.Error("fragments passed a list that denies them")
	}
	if n := u.left.matches("LAN", "deny icmp any any fragments"); n != 2 {
		t.Errorf("%d matches, want the second and the third fragment", n)
	}
	udp(t, u.a, u.b, netip.MustParseAddrPort("20.1.1.2:7000"), 3000)
	if n := u.left.matches("LAN", "permit udp any any eq 7000"); n < 3 {
		t.Errorf("%d matches, want three fragments", n)
	}

	// A change of another list leaves the counters alone, and so does that the list is
	// taken off; a router that was killed filters until the next one does.
	counted := []string{"show ip access-lists LAN", "show crypto engine connections dropped-packet | include access list"}
	before := u.left.Exec(counted...)
	u.left.Exec("configure terminal", "access-list 20 permit any", "interface GigabitEthernet0/0", "ip access-group 20 in", "end")
	u.left.Exec("configure terminal", "interface GigabitEthernet0/0", "no ip access-group in", "interface GigabitEthernet0/1", "no ip access-group in", "end")
	if now := u.left.Exec(counted...); now != before || strings.Contains(now, "input access list                            0\n") {
		t.Errorf("counters after changes of others:\n%s\nbefore\n%s", now, before)
	}
	u.left.Exec("configure terminal", "interface GigabitEthernet0/1", "ip access-group LAN in", "end", "write memory")
	u.left.Kill()
	if _, err := u.a.Output("ping", "-c1", "-s3000", "-W0.3", "20.1.1.2"); err == nil {
		t.Error("fragments passed the list of a router that was killed")
	}
	u.left.Start()
	if got, _ := u.pings(t, 2, "20.1.1.2"); got != 2 || u.left.matches("LAN", "permit icmp any any echo") != 2 {
		t.Errorf("after a restart %d of 2 answered:\n%s", got, u.left.Exec("show access-lists"))
	}

	// Out: what is forwarded, by a standard list.
	u.left.Exec("configure terminal", "access-list 10 deny 10.1.1.2", "access-list 10 permit any",
		"interface GigabitEthernet0/1", "no ip access-group LAN in", "interface GigabitEthernet0/0", "ip access-group 10 out", "end")
	if got, told := u.pings(t, 5, "20.1.1.2"); got != 0 || told < 1 {
		t.Errorf("denied out: %d answered, %d prohibited", got, told)
	}
	if n := u.left.matches("10", "deny   10.1.1.2"); n != 5 {
		t.Errorf("%d matches, want 5", n)
	}
	u.left.Exec("configure terminal", "no access-list 10", "access-list 10 deny any", "end")
	if out := u.left.Exec("ping 23.23.23.3 repeat 3"); !strings.Contains(out, "(3/3)") {
		t.Errorf("of the router's own packets some were filtered: %s", out)
	}
	u.left.Exec("clear access-list counters 10")
	if n := u.left.matches("10", "deny   any"); n != 0 {
		t.Errorf("%d matches after they were cleared", n)
	}
	// A list that does not exist permits everything.
	u.left.Exec("configure terminal", "no access-list 10", "end")
	if got, _ := u.pings(t, 3, "20.1.1.2"); got != 3 {
		t.Errorf("without the list: %d of 3 answered", got)
	}

	// A list on two interfaces counts on each, also after it was cleared, and anew where it was
	// away.
	on := func(name string) string { return u.left.Exec("show ip access-lists interface " + name) }
	u.left.Exec("configure terminal", "access-list 12 permit any",
		"interface GigabitEthernet0/0", "ip access-group 12 in", "interface GigabitEthernet0/1", "ip access-group 12 in", "end")
	u.pings(t, 3, "20.1.1.2")
	if n := u.left.matches("12", "permit any"); n != 6 {
		t.Errorf("%d matches on both, want requests and answers", n)
	}
	wantLines(t, on("GigabitEthernet0/0"), `Standard IP access list 12 in`, `    10 permit any \(3 matches\)`)
	u.left.Exec("clear access-list counters 12", "configure terminal", "interface GigabitEthernet0/0", "no ip access-group in", "end")
	u.pings(t, 2, "20.1.1.2")
	wantLines(t, on("GigabitEthernet0/1"), `    10 permit any \(2 matches\)`)
	u.left.Exec("configure terminal", "interface GigabitEthernet0/0", "ip access-group 12 in", "end")
	u.pings(t, 1, "20.1.1.2")
	wantLines(t, on("GigabitEthernet0/0"), `    10 permit any \(1 match\)`)
	u.left.Exec("configure terminal", "interface GigabitEthernet0/0", "no ip access-group in", "end")

	// A list that is typed again after it was cleared counts from nothing.
	u.left.Exec("clear access-list counters 12", "configure terminal", "no access-list 12", "end")
	u.left.Exec("configure terminal", "access-list 12 permit any", "end")
	u.pings(t, 1, "20.1.1.2")
	if n := u.left.matches("12", "permit any"); n != 1 {
		t.Errorf("%d matches of a list that was typed again, want 1", n)
	}
	wantLines(t, on("GigabitEthernet0/1"), `    10 permit any \(1 match\)`)

	// Of more packets than the log looks at it tells how many they were.
	u.left.Exec("configure terminal", "access-list 11 deny any log", "interface GigabitEthernet0/1", "ip access-group 11 in", "end")
	pour(t, u.a, "20.1.1.2:9", 2000)
	const missed = "%SEC-6-IPACCESSLOGRL: access-list logging rate-limited or missed "
	wait(t, missed, 10*time.Second, func() bool { return strings.Contains(u.left.Exec("show logging"), missed) })
}

// pour sends datagrams as fast as they can be sent.
func pour(t *testing.T, ns *netns.NS, to string, n int) {
	t.Helper()
	err := ns.Do(func() error {
		c, err := net.Dial("udp4", to)
		if err != nil {
			return err
		}
		defer c.Close()
		for range n {
			c.Write([]byte("x")) // the answers, that it is prohibited, are errors
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The interface's lists see encrypted packets, those of the crypto map what is in them.
func TestAccessEncrypted(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.right.Exec("configure terminal", "ip access-list extended OUTSIDE", "permit udp any eq isakmp any eq isakmp", "permit esp host 12.12.12.1 any", "deny ip any any log-input",
		"interface GigabitEthernet0/0", "ip access-group OUTSIDE in", "end")
	u.left.Exec("configure terminal", "access-list 150 permit esp any any", "interface GigabitEthernet0/0", "ip access-group 150 out", "end")
	u.up(t, u.a, "20.1.1.2")
	esp, ike := u.right.matches("OUTSIDE", "permit esp host 12.12.12.1 any"), u.right.matches("OUTSIDE", "permit udp any eq isakmp any eq isakmp")
	if esp == 0 || ike < 5 || u.right.matches("OUTSIDE", "deny ip any any log-input") != 0 {
		t.Errorf("in: %d ESP, %d IKE:\n%s", esp, ike, u.right.Exec("show access-lists"))
	}
	if n := u.left.matches("150", "permit esp any any"); n == 0 {
		t.Error("the list at the exit has not seen what was encrypted")
	}
	// Neither list names the addresses inside, and they pass; in clear they do not.
	u.transit(t)
	if _, err := u.r2.Output("ping", "-c2", "-i0.1", "-W0.3", "20.1.1.2"); err == nil {
		t.Error("a packet in clear passed the outside list")
	}
	const line = "%SEC-6-IPACCESSLOGDP: list OUTSIDE denied icmp 23.23.23.2 (GigabitEthernet0/0 "
	wait(t, line, 3*time.Second, func() bool { return strings.Contains(u.right.Exec("show logging"), line) })

	// The crypto map's own lists.
	u.right.Exec("configure terminal", "ip access-list extended PLAIN", "deny icmp any host 20.1.1.2 echo log", "permit ip any any",
		"crypto map M 10", "set ip access-group PLAIN in", "end")
	if got, _ := u.pings(t, 5, "20.1.1.2"); got != 0 {
		t.Errorf("decrypted: %d of 5 answered", got)
	}
	if n := u.right.matches("PLAIN", "deny icmp any host 20.1.1.2 echo log"); n != 5 {
		t.Errorf("decrypted: %d matches, want 5", n)
	}
	const plain = "%SEC-6-IPACCESSLOGDP: list PLAIN denied icmp 10.1.1.2 -> 20.1.1.2 (8/0), 1 packet"
	wait(t, plain, 3*time.Second, func() bool { return strings.Contains(u.right.Exec("show logging"), plain) })
	udp(t, u.a, u.b, netip.MustParseAddrPort("20.1.1.2:7000"), 3000)
	u.right.Exec("configure terminal", "crypto map M 10", "no set ip access-group in", "end")
	u.left.Exec("configure terminal", "access-list 160 deny icmp any any", "access-list 160 permit ip any any", "crypto map M 10", "set ip access-group 160 out", "end")
	if got, told := u.pings(t, 5, "20.1.1.2"); got != 0 || told < 1 {
		t.Errorf("to be encrypted: %d of 5 answered, %d prohibited", got, told)
	}
	if n := u.left.matches("160", "deny icmp any any"); n != 5 {
		t.Errorf("to be encrypted: %d matches, want 5", n)
	}
	udp(t, u.a, u.b, netip.MustParseAddrPort("20.1.1.2:7001"), 3000)

	// Without ESP in the outer lists nothing passes, in either direction.
	u.left.Exec("configure terminal", "crypto map M 10", "no set ip access-group out", "end")
	reach(t, u.a, "20.1.1.2")
	for _, c := range []struct {
		at      *Conft
		off, on string
		list    string
	}{
		{u.left, "no access-list 150|access-list 150 deny esp any any", "no access-list 150", "150"},
		{u.right, "ip access-list extended OUTSIDE|5 deny esp any any", "ip access-list extended OUTSIDE|no 5", "OUTSIDE"},
	} {
		change := func(lines string) {
			c.at.Exec(append(append([]string{"configure terminal"}, strings.Split(lines, "|")...), "end")...)
		}
		change(c.off)
		if got, _ := u.pings(t, 3, "20.1.1.2"); got != 0 {
			t.Errorf("ESP denied by %s: %d answered", c.list, got)
		}
		if n := c.at.matches(c.list, "deny esp any any"); n < 3 {
			t.Errorf("ESP denied by %s: %d matches", c.list, n)
		}
		change(c.on)
	}
	reach(t, u.a, "20.1.1.2")
}
