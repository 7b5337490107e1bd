package nettest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestExec(t *testing.T) {
	t.Parallel()
	Root(t)
	r := Namespace(t, "r")
	c := StartConft(t, r)
	exec := func(stdin string, lines ...string) (string, int) {
		return Run(t, r, stdin, append([]string{"exec", "--dir", c.Dir}, lines...)...)
	}
	if out, status := exec("", "show clock"); status != 0 || !strings.Contains(out, "Mar 1 1993") || strings.Count(out, "\n") != 1 {
		t.Errorf("status %d after %q", status, out)
	}
	// "every line is tried; exit status 1 if any was refused"
	script := []string{"configure terminal", "hostname A", "hostnome B", "interface Loopback1", "ip address 10.1.1.1 255.255.255.0", "end", "show running-config | include ^hostname|10.1"}
	want := "hostname A\n ip address 10.1.1.1 255.255.255.0\n"
	for _, stdin := range []bool{false, true} {
		out, status := "", 0
		if stdin {
			out, status = exec(strings.Join(script, "\n") + "\n")
		} else {
			out, status = exec("", script...)
		}
		if status != 1 || !strings.Contains(out, "% Invalid input detected at '^' marker.") || !strings.HasSuffix(out, want) {
			t.Errorf("status %d (want 1) after %q", status, out)
		}
		ok := slices.DeleteFunc(slices.Clone(script), func(s string) bool { return s == "hostnome B" })
		if out, status = exec("", ok...); status != 0 || strings.Contains(out, "%") {
			t.Errorf("status %d (want 0) after %q", status, out)
		}
	}
	// Neither page nor prompt nor a colour.
	var many []string
	many = append(many, "configure terminal", "access-list 100 remark to be long")
	for i := range 100 {
		many = append(many, fmt.Sprintf("access-list 100 permit ip host 10.1.1.%d any", i+1))
	}
	exec("", many...)
	out, status := exec("", "show access-lists")
	if status != 0 || strings.Count(out, "permit ip host 10.1.1.") != 100 || strings.ContainsAny(out, "\x1b\r\b") || strings.Contains(out, "More") || strings.Contains(out, "A#") {
		t.Errorf("status %d after %q", status, out)
	}
	// A question that has no default cannot be answered here; nothing happens.
	if out, status = exec("", "reload"); status != 1 || !strings.Contains(out, "%") {
		t.Errorf("reload without a terminal: status %d after %q", status, out)
	}
	if out, status = exec("", "copy running-config startup-config", "write erase"); status != 0 || !strings.Contains(out, "[OK]") {
		t.Errorf("status %d after %q", status, out)
	}
	if out, status = exec("\n\n  \n! a comment\n"); status != 0 || out != "" {
		t.Errorf("empty lines: status %d after %q", status, out)
	}
	c.Exec("show clock")
}

// Without a router the console says how to get one.
func TestNoRouter(t *testing.T) {
	t.Parallel()
	Root(t)
	r := Namespace(t, "r")
	dir := shortDir(t)
	for _, args := range [][]string{{"--dir", dir}, {"console", "--dir", dir}, {"exec", "--dir", dir, "show clock"}} {
		out, status := Run(t, r, "", args...)
		if want := "% no router runs at " + dir + "/console.sock; start one with `conft run`\n"; status != 1 || out != want {
			t.Errorf("conft %v: status %d, %q, want %q", args, status, out, want)
		}
	}
	// Nor may a socket that a killed router left be taken for one, or hinder the next.
	c := StartConft(t, r)
	c.Kill()
	if out, status := Run(t, r, "", "exec", "--dir", c.Dir, "show clock"); status != 1 || !strings.Contains(out, "start one with") {
		t.Errorf("status %d, %q", status, out)
	}
	c.Start()
	c.Exec("show clock")
	for _, args := range [][]string{{"frobnicate"}, {"run", "--frobnicate"}, {"lab", "frobnicate"}, {"exec", "--frobnicate"}} {
		if out, status := Run(t, r, "", args...); status != 1 || !strings.HasPrefix(out, "% ") || !strings.Contains(out, "conft help") {
			t.Errorf("conft %v: status %d, %q", args, status, out)
		}
	}
	for _, args := range [][]string{{"help"}, {"--help"}, {"run", "--help"}, {"version"}} {
		if out, status := Run(t, r, "", args...); status != 0 || !strings.HasPrefix(out, "conft ") {
			t.Errorf("conft %v: status %d, %q", args, status, out)
		}
	}
}

// Bad input: "each gives a clear % message, and leaves everything as it was".
func TestBadInput(t *testing.T) {
	t.Parallel()
	Root(t)
	need(t, "ip", "sysctl", "tc")
	r, neighbour := Namespace(t, "r"), Namespace(t, "neighbour")
	Cable(t, r, "eth0", "", neighbour, "eth0", "192.0.2.2/24")
	Cable(t, r, "eth1", "", neighbour, "eth1", "")
	c := StartConft(t, r, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	c.Exec("configure terminal", "interface Gi0/0", "ip address 192.0.2.1 255.255.255.0", "no shutdown",
		"interface Gi0/1", "ip address 10.1.1.1 255.255.255.0", "no shutdown", "exit",
		"crypto isakmp policy 10", "authentication pre-share", "exit",
		"crypto ipsec transform-set s esp-aes esp-sha-hmac",
		"crypto map m 10 ipsec-isakmp", "set peer 192.0.2.2", "set transform-set s", "match address 100", "end")
	const (
		gi0 = "interface GigabitEthernet0/0"
		gi1 = "interface GigabitEthernet0/1"
		m10 = "crypto map m 10 ipsec-isakmp"
	)
	for _, x := range []struct {
		name  string
		want  string
		lines []string
	}{
		{"unknown line", "% Invalid input detected at '^' marker.", []string{"frobnicate the router"}},
		{"unknown word", "% Invalid input detected at '^' marker.", []string{"crypto isakmp policy ten"}},
		{"incomplete line", "% Incomplete command.", []string{"ip route 10.0.0.0"}},
		{"ambiguous line", "% Ambiguous command:", []string{"i GigabitEthernet0/0"}},
		{"wrong mask", "% Bad mask", []string{gi1, "ip address 10.1.2.1 255.0.255.0"}},
		{"no mask", "% Incomplete command.", []string{gi1, "ip address 10.1.2.1"}},
		{"network as address", "% Bad mask /24 for address 10.1.2.0", []string{gi1, "ip address 10.1.2.0 255.255.255.0"}},
		{"overlapping address", "% 192.0.2.128 overlaps with GigabitEthernet0/0", []string{gi1, "ip address 192.0.2.129 255.255.255.128"}},
		{"overlapping loopback", "overlaps with GigabitEthernet0/1", []string{"interface Loopback0", "ip address 10.1.1.9 255.255.255.0"}},
		{"route to nowhere", "%", []string{"ip route 10.9.0.0 255.255.0.0 10.1.1.1"}},
		{"inconsistent route", "%Inconsistent address and mask", []string{"ip route 10.9.9.9 255.255.0.0 192.0.2.2"}},
		{"unknown interface", "%", []string{"interface GigabitEthernet7/7"}},
		{"peer is this router", "%", []string{m10, "set peer 192.0.2.1"}},
		{"unknown transform set", "%", []string{m10, "set transform-set none"}},
		{"unknown crypto map", "%", []string{gi0, "crypto map none"}},
		{"group that is none", "% Invalid input", []string{"crypto isakmp policy 10", "group 3"}},
		{"two ciphers", "%", []string{"crypto ipsec transform-set t esp-aes esp-3des"}},
		{"wrong wildcard", "% Invalid input", []string{"access-list 100 permit ip 10.0.0.0 any"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			before, kernel := c.Exec("show running-config"), machine(t, r)
			out, err := c.Try(append([]string{"configure terminal"}, x.lines...)...)
			if err == nil || !strings.Contains(out, x.want) {
				t.Errorf("exit status %v, want 1, after\n%s\nwhich should say %q", err, out, x.want)
			}
			after := c.Exec("show running-config")
			if strings.HasPrefix(x.lines[0], "interface Loopback") { // its line was right
				c.Exec("configure terminal", "no "+x.lines[0], "end")
				after = c.Exec("show running-config")
			}
			if after != before {
				t.Errorf("the configuration was\n%s\nand is\n%s", before, after)
			}
			if now := machine(t, r); now != kernel {
				t.Errorf("the machine was\n%s\nand is\n%s", kernel, now)
			}
		})
	}
	// An access list that does not exist is no error on IOS either: the entry stays
	// as it is and protects nothing yet, and nothing is refused.
	out, err := c.Try("configure terminal", gi0, "crypto map m", "end", "show crypto map")
	if err != nil || !strings.Contains(out, "access list 100") {
		t.Errorf("a crypto map without its access list: %v\n%s", err, out)
	}
	sh(t, neighbour, "ping -c 1 -W 5 192.0.2.1")
}
