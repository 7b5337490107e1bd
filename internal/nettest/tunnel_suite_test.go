package nettest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// tunnelSuites has every group, cipher and hash of IKE, every ESP transform, and
// every group for perfect forward secrecy, at least once.
var tunnelSuites = []struct {
	policy string // encryption, hash, group
	set    string
	pfs    int
	shown  string // how the set is shown
}{
	{"des, md5, 1", "esp-des esp-md5-hmac", 0, ""},
	{"3des, sha, 2", "esp-3des esp-sha-hmac", 1, ""},
	{"aes, sha256, 5", "esp-aes esp-sha256-hmac", 2, ""},
	{"aes 192, sha384, 14", "esp-aes 192 esp-sha384-hmac", 5, "esp-192-aes esp-sha384-hmac"},
	{"aes 256, sha512, 15", "esp-aes 256 esp-sha512-hmac", 14, "esp-256-aes esp-sha512-hmac"},
	{"aes 256, sha256, 16", "esp-gcm", 15, ""},
	{"des, sha512, 19", "esp-gcm 192", 16, ""},
	{"3des, sha384, 20", "esp-gcm 256", 19, ""},
	{"aes, md5, 21", "esp-null esp-sha-hmac", 20, ""},
	{"aes 192, sha, 24", "esp-des esp-sha512-hmac", 21, ""},
	{"aes 256, sha384, 14", "esp-aes 256 esp-md5-hmac", 24, "esp-256-aes esp-md5-hmac"},
	{"aes, sha256, 19", "esp-null esp-sha256-hmac", 0, ""},
}

// Each suite brings a tunnel up, with packets both ways. One pair of routers serves
// all, as a configuration that changes does.
func TestTunnelSuites(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	p := newProber(t, u.a, "10.1.1.2", false)
	for i, s := range tunnelSuites {
		if s.shown == "" {
			s.shown = s.set
		}
		word := strings.Split(s.policy, ", ")
		lines := []string{"clear crypto sa", "clear crypto isakmp", "configure terminal",
			"no crypto isakmp policy 10", "crypto isakmp policy 10", "authentication pre-share",
			"encryption " + word[0], "hash " + word[1], "group " + word[2], "exit",
			fmt.Sprintf("crypto ipsec transform-set S%d %s", i, s.set), "exit",
			"crypto map M 10 ipsec-isakmp", fmt.Sprintf("set transform-set S%d", i), "no set pfs"}
		pfs := "PFS (Y/N): N, DH group: none"
		if s.pfs != 0 {
			lines = append(lines, fmt.Sprintf("set pfs group%d", s.pfs))
			pfs = fmt.Sprintf("PFS (Y/N): Y, DH group: group%d", s.pfs)
		}
		lines = append(lines, "end")
		u.right.Exec(lines...)
		u.left.Exec(lines...)
		wait(t, "a tunnel with "+s.policy+", "+s.set, 20*time.Second, func() bool { return p.echo("20.1.1.2", 1000, 150*time.Millisecond).arrived })
		for _, c := range []*Conft{u.left, u.right} {
			out := c.Exec("show crypto isakmp sa detail", "show crypto ipsec sa")
			for _, want := range []string{"transform: " + s.shown + " ,\n", pfs} {
				if !strings.Contains(out, want) {
					t.Errorf("%s, %s in %s: %q is not in\n%s", s.policy, s.set, c.ns.Name, want, out)
				}
			}
		}
	}
	u.wire.protected()
}

// "the lower lifetime wins": each side proposes its own, both keep the smaller of
// each kind, whoever begins.
func TestTunnelLifetimes(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.left.Exec("configure terminal", "crypto ipsec security-association lifetime seconds 600",
		"crypto ipsec security-association lifetime kilobytes 100000", "crypto isakmp policy 10", "lifetime 7200", "end")
	u.right.Exec("configure terminal", "crypto map M 10 ipsec-isakmp", "set security-association lifetime seconds 1800",
		"set security-association lifetime kilobytes 5000", "crypto isakmp policy 10", "lifetime 3600", "end")
	for _, ping := range []struct {
		c    *Conft
		line string
	}{{u.left, "ping 20.1.1.1 source 10.1.1.1"}, {u.right, "ping 10.1.1.1 source 20.1.1.1"}} {
		if out := ping.c.Exec(ping.line); !strings.Contains(out, ".!!!!") {
			t.Errorf("ping in %s printed\n%s", ping.c.ns.Name, out)
		}
		for _, c := range []*Conft{u.left, u.right} {
			out := c.Exec("show crypto ipsec sa")
			for _, timing := range strings.SplitAfter(out, "remaining key lifetime (k/sec): (")[1:] {
				var kb, sec int
				if _, err := fmt.Sscanf(timing, "%d/%d)", &kb, &sec); err != nil || kb > 5000 || kb < 4990 || sec > 600 || sec < 570 {
					t.Errorf("begun by %s, in %s: %d kilobytes and %d seconds are left of 5000 and 600", ping.c.ns.Name, c.ns.Name, kb, sec)
				}
			}
		}
		u.left.Exec("clear crypto sa")
		wait(t, "the far side to hear of it", 5*time.Second, func() bool {
			return strings.Contains(u.right.Exec("show crypto ipsec sa"), "current outbound spi: 0x0(0)")
		})
	}
}
