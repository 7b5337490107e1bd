package nettest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
)

var soakTime = flag.Duration("soak", 40*time.Second, "how long TestSoak goes on")

// What a long time of everything that happens to a router must not leave behind: memory,
// descriptors, goroutines, SAs, objects of the kernel. And nothing leaves in clear. Traffic
// flows all the time, SAs last for a few seconds, and one event follows the other, in an
// order that the seed decides. -soak 1h -v tells what was done.
func TestSoak(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	began := time.Now()
	say := func(format string, a ...any) {
		t.Logf("%8.1fs "+format, append([]any{time.Since(began).Seconds()}, a...)...)
	}
	say("seed %d, for %v", seed, *soakTime)

	chain := newBareChain(t)
	x := newTraffic(t, chain)
	u := chain.tunnelOf(t, ends{global: []string{"crypto isakmp invalid-spi-recovery", "crypto isakmp keepalive 10 2 periodic",
		"crypto ipsec security-association lifetime kilobytes 2560"}})
	u.right.Exec("configure terminal", "crypto isakmp key cisco123 address 23.23.23.2", "end")
	for _, c := range []*Conft{u.left, u.right} {
		c.Exec("configure terminal", "access-list 152 permit ip any any log", "access-list 153 deny ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255",
			"access-list 153 permit ip 10.1.1.0 0.0.0.255 any", "end", "undebug all", "write memory")
	}
	natted := false
	// forget makes r2 take what flows for new: it gets a mapping of the new ports, or none.
	forget := func() {
		if err := u.r2.Do(func() error { return netlink.ConntrackTableFlush(netlink.ConntrackTable) }); err != nil {
			t.Fatal(err)
		}
	}
	again := func() { u.left.Exec("clear crypto sa", "clear crypto isakmp") } // learns whether there is a NAT
	setNAT := func(on bool) {
		if natted = on; on {
			u.translate(t, 30000, 30)
			u.right.Exec("configure terminal", "crypto map M 10", "no set peer 12.12.12.1", "set peer 23.23.23.2", "end", "write memory")
		} else {
			sh(t, u.r2, "nft delete table ip nat")
			u.right.Exec("configure terminal", "crypto map M 10", "no set peer 23.23.23.2", "set peer 12.12.12.1", "end", "write memory")
		}
		forget()
		again()
	}
	typed := func(c *Conft, lines ...string) func() {
		return func() { c.Exec(append([]string{"configure terminal"}, lines...)...) }
	}
	// toggled types lines, and the next time their opposites.
	toggled := func(lines ...string) func() {
		on := false
		return func() {
			on = !on
			all := []string{}
			for _, l := range lines {
				if modes := strings.HasPrefix(l, "interface ") || strings.HasPrefix(l, "crypto map "); !on && !modes {
					l = "no " + l
				}
				all = append(all, l)
			}
			typed(u.left, append(all, "do write memory")...)()
		}
	}
	restart := func(c *Conft, stop func()) func() { return func() { stop(); c.Start() } }
	events := []struct {
		name     string
		do       func()
		restarts bool
	}{
		{name: "renewals", do: func() { u.renewals(t, 2) }},
		{name: "clear crypto sa", do: func() { u.left.Exec("clear crypto sa") }},
		{name: "clear crypto sa at the peer", do: func() { u.right.Exec("clear crypto sa") }},
		{name: "clear crypto isakmp", do: func() { u.left.Exec("clear crypto isakmp") }},
		{name: "clear crypto isakmp at the peer", do: func() { u.right.Exec("clear crypto isakmp") }},
		{name: "cable out and in", do: func() { sh(t, u.r2, "ip link set eth0 down; sleep 0.3; ip link set eth0 up") }},
		{name: "cable of the peer out and in", do: func() {
			sh(t, u.r2, "ip link set eth1 down; sleep 0.3; ip link set eth1 up")
		}},
		{name: "outside link down", do: func() { sh(t, u.r1, "ip link set eth0 down") }},
		{name: "inside link down", do: func() { sh(t, u.r1, "ip link set eth1 down") }},
		{name: "outside link another", do: func() {
			sh(t, u.r1, "ip link del eth0")
			Cable(t, u.r1, "eth0", "", u.r2, "eth0", "12.12.12.2/24")
		}},
		{name: "shutdown, no shutdown", do: func() {
			typed(u.left, "interface GigabitEthernet0/0", "shutdown")()
			typed(u.left, "interface GigabitEthernet0/0", "no shutdown")()
		}},
		{name: "crypto map off and on", do: func() {
			typed(u.left, "interface GigabitEthernet0/0", "shutdown", "no crypto map", "crypto map M", "no shutdown")()
		}},
		{name: "another entry and back", do: func() {
			typed(u.left, "access-list 100 permit ip 10.1.1.0 0.0.0.255 40.1.1.0 0.0.0.255")()
			typed(u.left, "ip access-list extended 100", "no permit ip 10.1.1.0 0.0.0.255 40.1.1.0 0.0.0.255")()
		}},
		{name: "NAT comes or goes", do: func() { setNAT(!natted) }},
		{name: "NAT with other ports", do: func() {
			if natted {
				u.translate(t, 30000+1000*random.IntN(20), 30)
				forget()
			}
		}},
		{name: "translation on r1 comes or goes", do: toggled("ip nat inside source list 153 interface GigabitEthernet0/0 overload",
			"interface GigabitEthernet0/0", "ip nat outside", "interface GigabitEthernet0/1", "ip nat inside")},
		{name: "access lists come or go", do: toggled("crypto map M 10", "set ip access-group 152 in", "set ip access-group 152 out",
			"interface GigabitEthernet0/0", "ip access-group 152 in", "ip access-group 152 out")},
		{name: "clear ip nat translation *", do: func() { u.left.Exec("clear ip nat translation *") }},
		{name: "kill -9", do: restart(u.left, func() { u.left.Kill() }), restarts: true},
		{name: "kill -9 of the peer", do: restart(u.right, func() { u.right.Kill() }), restarts: true},
		{name: "orderly restart", do: restart(u.left, func() { u.left.Close() }), restarts: true},
	}
	routers := func() []string {
		if natted {
			return []string{"23.23.23.3"} // of the other the source is translated
		}
		return []string{"12.12.12.1", "23.23.23.3"}
	}
	x.mark()
	wait(t, "the tunnel at first", 30*time.Second, func() bool { return x.moved(true, routers()...) })

	done := map[string]int{}
	samples := map[int][]held{} // by process
	next := 0
	for end := began.Add(*soakTime); time.Now().Before(end); {
		// Everything once, then by chance; a process must become old to show what it loses.
		e := events[next%len(events)]
		for next >= len(events) {
			if e = events[random.IntN(len(events))]; !e.restarts || random.IntN(20) == 0 {
				break
			}
		}
		next++
		x.mark()
		e.do()
		done[e.name]++
		// A peer killed amid Main Mode is given up after a minute, and behind a NAT nobody else may begin.
		wait(t, "the tunnel after "+e.name, 90*time.Second, func() bool { return x.moved(true, routers()...) })
		if x.leaked > 0 {
			t.Fatalf("after %s", e.name)
		}
		for name, c := range map[string]*Conft{"r1": u.left, "r3": u.right} {
			now := c.held(t)
			list := append(samples[now.pid], now)
			samples[now.pid] = list
			const warm = 10 // samples until everything has been needed once
			if was := list[min(warm, len(list))-1]; now.files > was.files+4 || now.memory > was.memory+was.memory/2+16<<20 {
				t.Errorf("%s after %s: %v, was %v", name, e.name, now, was)
			}
			if next%10 == 0 {
				say("%s, after %d events, holds %v", name, len(list), now)
			}
		}
	}
	say("did %v; %d packets of a, %d of r1, %d of b; %d ESP packets and %d in clear seen, none of them protected", done,
		x.from["a"].Load(), x.from["r1"].Load(), x.from["b"].Load(), x.encrypted(), x.clear["a"]+x.clear["r1"])

	// What is left when nothing more is asked for: no SAs, and the goroutines of a router
	// that has just started.
	for _, c := range []*Conft{u.left, u.right} {
		c.Exec("configure terminal", "no crypto isakmp enable", "end", "clear crypto sa", "clear crypto isakmp")
		wait(t, "the SAs to go", 30*time.Second, func() bool {
			out := c.Exec("show crypto ipsec sa")
			return !strings.Contains(out, "Status: ACTIVE")
		})
	}
	x.look()
	for name, c := range map[string]*Conft{"r1": u.left, "r3": u.right} {
		worn := c.goroutines(t)
		c.Start()
		c.Exec("show version") // by now it is up
		fresh := c.goroutines(t)
		if len(worn) > len(fresh)+2 { // one may be on its way
			t.Errorf("%s had %d goroutines, a fresh one %d:\n%s\nand\n%s", name, len(worn), len(fresh), strings.Join(worn, "\n"), strings.Join(fresh, "\n"))
		}
		say("%s had %d goroutines, a fresh one %d", name, len(worn), len(fresh))
		c.Start()
		c.Close()
		left := sh(t, c.ns, "nft list tables; ip -o link; ip route show proto 207; ip -4 -o address show to 12.12.12.0/8; tc filter show dev eth0 egress")
		for line := range strings.Lines(left) {
			if link := strings.HasPrefix(line, "1: lo:") || strings.Contains(line, ": eth"); !link {
				t.Errorf("%s left behind: %s", name, line)
			}
		}
	}
	x.look()
}

// held is what a router's process holds.
type held struct {
	pid, files, threads int
	memory              uint64 // octets resident
}

func (h held) String() string {
	return fmt.Sprintf("%d files, %d threads, %d kB", h.files, h.threads, h.memory>>10)
}

var statusLine = regexp.MustCompile(`(?m)^(VmRSS|Threads):\s+(\d+)`)

func (c *Conft) held(t testing.TB) held {
	t.Helper()
	pid := c.cmd.Process.Pid
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	status, err2 := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	h := held{pid: pid, files: len(files)}
	for _, m := range statusLine.FindAllStringSubmatch(string(status), -1) {
		n, _ := strconv.Atoi(m[2])
		if m[1] == "Threads" {
			h.threads = n
		} else {
			h.memory = uint64(n) << 10
		}
	}
	return h
}

var creator = regexp.MustCompile(`(?m)^created by (\S+)`)

// goroutines ends the router as SIGQUIT does and returns who made its goroutines.
func (c *Conft) goroutines(t testing.TB) (list []string) {
	t.Helper()
	before, err := os.ReadFile(c.output())
	if err != nil {
		t.Fatal(err)
	}
	c.cmd.Process.Signal(syscall.SIGQUIT)
	<-c.done
	c.cmd = nil
	after, err := os.ReadFile(c.output())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range creator.FindAllStringSubmatch(string(after[len(before):]), -1) {
		if !strings.HasPrefix(m[1], "runtime.") { // the collector has its own when it first runs
			list = append(list, m[1])
		}
	}
	slices.Sort(list)
	return list
}
