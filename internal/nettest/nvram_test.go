package nettest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// body is a configuration without the line that counts its octets.
func body(t testing.TB, shown string) string {
	t.Helper()
	_, text, ok := strings.Cut(shown, "!\n")
	if !ok {
		t.Fatalf("this is no configuration:\n%s", shown)
	}
	return text
}

// "A restart brings the same router back."
func TestRestart(t *testing.T) {
	t.Parallel()
	Root(t)
	r, neighbour := Namespace(t, "r"), Namespace(t, "neighbour")
	Cable(t, r, "eth0", "", neighbour, "eth0", "192.0.2.2/24")
	c := StartConft(t, r, "GigabitEthernet0/0=eth0")
	c.Exec("configure terminal", "hostname Lab", "enable secret s3cret",
		"interface Gi0/0", "description to the neighbour", "ip address 192.0.2.1 255.255.255.0", "no shutdown",
		"interface Loopback0", "ip address 10.1.1.1 255.255.255.0", "exit",
		"ip route 0.0.0.0 0.0.0.0 192.0.2.2",
		"crypto isakmp policy 10", "encryption aes 256", "hash sha256", "authentication pre-share", "group 14", "exit",
		"crypto isakmp key cisco address 192.0.2.2",
		"ip access-list extended protect", "permit tcp 10.1.1.0 0.0.0.255 eq 22 20.1.1.0 0.0.0.255 range 1000 2000", "deny ip any any", "exit",
		"crypto ipsec transform-set strong esp-gcm 256",
		"crypto map m 10 ipsec-isakmp", "set peer 192.0.2.2", "set transform-set strong", "set pfs group14", "match address protect",
		"interface Gi0/0", "crypto map m", "end")
	if out := c.Exec("show ip interface brief"); !strings.Contains(out, "manual") || strings.Contains(out, "NVRAM") {
		t.Errorf("an address that was typed has another method than manual:\n%s", out)
	}
	out := c.Exec("write")
	if want := "Building configuration...\n[OK]\n"; out != want {
		t.Errorf("write printed %q, want %q", out, want)
	}
	running, brief := body(t, c.Exec("show running-config")), c.Exec("show ip interface brief")
	if !strings.Contains(brief, "manual") || strings.Contains(brief, "NVRAM") {
		t.Errorf("an address that was typed has another method than manual once it is saved:\n%s", brief)
	}
	if startup := body(t, c.Exec("show startup-config")); startup != running {
		t.Errorf("show startup-config says\n%s\nshow running-config\n%s", startup, running)
	}
	c.Close()
	c.Start()
	if again := body(t, c.Exec("show running-config")); again != running {
		t.Errorf("the router was\n%s\nand is after a restart\n%s", running, again)
	}
	brief = strings.ReplaceAll(brief, "manual", "NVRAM ")
	// The line protocol follows the link after a second.
	wait(t, "this again:\n"+brief, 10*time.Second, func() bool { return c.Exec("show ip interface brief") == brief })
	sh(t, neighbour, "ping -c 1 -W 5 192.0.2.1")
	const link = "%LINK-3-UPDOWN: Interface GigabitEthernet0/0, changed state to up"
	const protocol = "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/0, changed state to up"
	wait(t, link+" and behind it "+protocol, 10*time.Second, func() bool {
		before, after, _ := strings.Cut(c.Exec("show logging"), link)
		return !strings.Contains(before, protocol) && strings.Contains(after, protocol)
	})

	c.Exec("write erase")
	if out := c.Exec("show startup-config"); out != "startup-config is not present\n" {
		t.Errorf("show startup-config after write erase printed\n%s", out)
	}
	c.Close()
	c.Start()
	if again := c.Exec("show running-config"); !strings.Contains(again, "hostname Router\n") || strings.Contains(again, "crypto") {
		t.Errorf("after write erase and a restart the router is\n%s", again)
	}
}

// "kill -9 at any moment during `write` leaves the old or the new configuration,
// never anything else."
func TestKilledWhileWriting(t *testing.T) {
	t.Parallel()
	Root(t)
	c := StartConft(t, Namespace(t, "r"))
	c.Exec("configure terminal", "hostname round0-0", "end", "write")
	config := body(t, c.Exec("show startup-config"))
	for round := 1; round <= 10; round++ {
		// A writer writes one configuration after the other until the router dies.
		var confirmed, tried int
		written := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				tried++
				out, err := c.Try("configure terminal", fmt.Sprintf("hostname round%d-%d", round, tried), "end", "write")
				if err != nil || !strings.Contains(out, "[OK]") {
					return
				}
				if confirmed = tried; confirmed == 1 {
					close(written)
				}
			}
		})
		<-written
		<-time.After(time.Duration(round*7) * time.Millisecond) // another moment of a write each time
		c.Kill()
		wg.Wait()
		c.Start()
		got := body(t, c.Exec("show startup-config"))
		var want []string
		for _, n := range []int{confirmed, tried} {
			want = append(want, strings.Replace(config, "round0-0", fmt.Sprintf("round%d-%d", round, n), 1))
		}
		if got != want[0] && got != want[1] {
			t.Fatalf("round %d: write %d was confirmed, write %d under way; the startup configuration is\n%s", round, confirmed, tried, got)
		}
	}
}

// copy and reload ask their questions on a console, and reload brings the same
// router back.
func TestReload(t *testing.T) {
	t.Parallel()
	Root(t)
	r, neighbour := Namespace(t, "r"), Namespace(t, "neighbour")
	Cable(t, r, "eth0", "", neighbour, "eth0", "192.0.2.2/24")
	c := StartConft(t, r, "GigabitEthernet0/0=eth0")
	other := OpenTerminal(t, r, "console", "--dir", c.Dir)
	other.Expect("Router>")
	user := OpenTerminal(t, r, "--dir", c.Dir) // no console any more: the log is not between its lines
	user.Expect("Router>")
	user.Enter("enable", "Router#")
	user.Enter("configure terminal", "Router(config)#")
	user.Enter("hostname Edge", "Edge(config)#")
	user.Enter("interface GigabitEthernet0/0", "Edge(config-if)#")
	user.Enter("ip address 192.0.2.1 255.255.255.0", "Edge(config-if)#")
	user.Enter("no shutdown", "Edge(config-if)#")
	user.Enter("end", "Edge#")

	user.Type("copy running-config startup-config\r")
	user.Expect("Destination filename [startup-config]? ")
	if out := user.Enter("", "Edge#"); !strings.HasSuffix(out, "Building configuration...\n[OK]\n") {
		t.Errorf("copy printed %q", out)
	}
	running := body(t, c.Exec("show running-config"))

	// Nothing was changed: no question about it. Any other key than Enter and y: no.
	user.Type("reload\r")
	if out := user.Expect("Proceed with reload? [confirm]"); strings.Contains(out, "modified") {
		t.Errorf("the saved configuration counts as modified: %q", out)
	}
	user.Type("n")
	user.Expect("Edge#")

	user.Enter("configure terminal", "Edge(config)#")
	user.Enter("hostname Never", "Never(config)#")
	user.Enter("end", "Never#")
	user.Type("reload\r")
	user.Expect("System configuration has been modified. Save? [yes/no]: ")
	user.Type("perhaps\r")
	user.Expect("[yes/no]: ")
	user.Type("no\r")
	user.Expect("Proceed with reload? [confirm]")
	user.Type("\r")
	if user.Ended() != 0 || other.Ended() != 0 {
		t.Error("a console that a reload closes is no failure of its user")
	}
	wait(t, "the router to come back", 15*time.Second, func() bool {
		_, err := c.Try("show clock")
		return err == nil
	})
	if again := body(t, c.Exec("show running-config")); again != running {
		t.Errorf("the router was saved as\n%s\nand came back as\n%s", running, again)
	}
	if out := c.Exec("show version"); !strings.Contains(out, "System returned to ROM by reload") {
		t.Errorf("show version does not know of the reload:\n%s", out)
	}
	sh(t, neighbour, "ping -c 1 -W 5 192.0.2.1")
}
