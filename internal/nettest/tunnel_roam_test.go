package nettest

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// translate makes r2 a NAT in front of r1, and of whatever else is on its west side:
//
//	r1 12.12.12.1 -- r2 12.12.12.2 | NAT | 23.23.23.2 -- r3 23.23.23.3
//
// The ports it gives begin with first. A mapping that is not used for some seconds is
// forgotten. As with any NAT nobody reaches what is behind it by its own address: what came
// that way would keep the answers untranslated for as long as they go on.
func (c *chain) translate(t *testing.T, first, seconds int) {
	t.Helper()
	need(t, "nft")
	sh(t, c.r2, fmt.Sprintf(`nft -f - <<'END'
table ip nat
delete table ip nat
table ip nat {
	chain source {
		type nat hook postrouting priority srcnat;
		oifname eth1 ip saddr { 12.12.12.0/24, 14.14.14.0/24 } udp dport { 500, 4500 } masquerade to :%[1]d-%[2]d
	}
	chain hide {
		type filter hook forward priority filter;
		iifname eth1 ip daddr { 12.12.12.0/24, 14.14.14.0/24 } udp dport { 500, 4500 } ct direction original drop
	}
}
END
echo %[3]d > /proc/sys/net/netfilter/nf_conntrack_udp_timeout
echo %[3]d > /proc/sys/net/netfilter/nf_conntrack_udp_timeout_stream`, first, first+99, seconds))
}

// behind makes a conft at r3 expect its peer behind the NAT.
func (u *tunnel) behind() {
	u.right.Exec("configure terminal", "crypto isakmp key cisco123 address 23.23.23.2",
		"crypto map M 10", "no set peer 12.12.12.1", "set peer 23.23.23.2", "end")
}

// Two confts through a NAT: the tunnel comes up in UDP, the side outside follows the NAT
// to another mapping, and what it sends before that is all that is lost.
func TestTunnelThroughNAT(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.translate(t, 30000, 1)
	u.behind()
	u.up(t, u.a, "20.1.1.2")
	if out := u.right.Exec("show crypto ipsec sa"); !strings.Contains(out, "in use settings ={Tunnel UDP-Encaps, }") {
		t.Fatalf("no tunnel in UDP:\n%s", out)
	}
	u.every(t, u.a, "20.1.1.2", 5)
	u.every(t, u.b, "10.1.1.2", 5)

	u.translate(t, 40000, 1)
	<-time.After(2 * time.Second) // the mapping is forgotten
	u.up(t, u.a, "20.1.1.2")
	u.every(t, u.a, "20.1.1.2", 5)
	u.every(t, u.b, "10.1.1.2", 5)
	if out := u.right.Exec("show crypto isakmp sa detail"); !strings.Contains(out, "ACTIVE") {
		t.Errorf("phase 1:\n%s", out)
	}
	log := u.right.Exec("show logging")
	if !strings.Contains(log, "Detected port floating to port = 400") {
		t.Error("the change of the mapping is not reported")
	}
	if n := strings.Count(log, "beginning Main Mode exchange") + strings.Count(log, "IKE_READY  New State = IKE_R_MM1"); n != 1 {
		t.Errorf("%d negotiations of phase 1, want the first alone", n)
	}
	for kind := range kinds(u.wire.frames()) {
		if strings.HasSuffix(kind, "protocol 1") {
			t.Errorf("in clear on the wire: %s", kind)
		}
	}
}

// Two confts behind one NAT, which r3 sees at one address, each have their tunnel, and the
// NAT's new mappings, for both at once, do not make r3 take one for the other.
//
//	r1 12.12.12.1 ----\
//	                   r2 | NAT | 23.23.23.2 -- r3 23.23.23.3, 20.1.1.1 -- b
//	r4 14.14.14.1 ----/
func TestTwoTunnelsThroughOneNAT(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	r4 := Namespace(t, "r4")
	Cable(t, r4, "eth0", "", u.r2, "eth2", "14.14.14.2/24")
	second := StartConft(t, r4, "GigabitEthernet0/0=eth0")
	site := site{"14.14.14.1", "14.14.14.2", "23.23.23.3", "10.4.4", "20.1.1"}
	var lines []string
	for _, l := range (ends{}).lines(site, nil) {
		lines = append(lines, strings.Replace(l, "interface GigabitEthernet0/1", "interface Loopback0", 1))
	}
	second.Exec(lines...)
	u.translate(t, 30000, 1)
	u.behind()
	u.right.Exec("configure terminal", "access-list 104 permit ip 20.1.1.0 0.0.0.255 10.4.4.0 0.0.0.255",
		"crypto map M 20 ipsec-isakmp", "set peer 23.23.23.2", "set transform-set TS", "match address 104", "end")

	first, other := newProber(t, u.a, "0.0.0.0", false), newProber(t, r4, "10.4.4.1", false)
	both := func(when string) {
		t.Helper()
		wait(t, "both tunnels "+when, 20*time.Second, func() bool {
			return first.echo("20.1.1.2", 56, 150*time.Millisecond).arrived && other.echo("20.1.1.2", 56, 150*time.Millisecond).arrived
		})
	}
	both("at first")
	u.translate(t, 40000, 1)
	<-time.After(2 * time.Second) // the mappings are forgotten
	both("with new mappings")
	log := u.right.Exec("show logging")
	if n := strings.Count(log, "IKE_READY  New State = IKE_R_MM1"); n != 2 {
		t.Errorf("%d negotiations of phase 1, want one with each", n)
	}
	if n := strings.Count(log, "Detected port floating to port = 400"); n != 2 {
		t.Errorf("%d changes of a mapping reported, want one of each", n)
	}
	second.Exec("clear crypto sa", "clear crypto isakmp")
	u.every(t, u.b, "10.1.1.2", 3)
}

// Keepalives keep a mapping that is forgotten after some seconds, so that the side
// outside can always begin.
func TestTunnelKeepsItsMapping(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.translate(t, 30000, 8)
	u.behind()
	u.left.Exec("configure terminal", "crypto isakmp nat keepalive 5", "end")
	u.up(t, u.a, "20.1.1.2")
	<-time.After(12 * time.Second)
	u.every(t, u.b, "10.1.1.2", 3)
}

// strongSwan behind and outside of a NAT: here conft is behind it, and either side may be
// the one that asks whether the other is alive.
func TestStrongSwanThroughNAT(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.translate(t, 30000, 60) // strongSwan's user-space ESP does not follow
	peer := StartStrongSwan(t, c.r3, Peer{
		Local: "23.23.23.3", Remote: "23.23.23.2", RemoteID: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24",
		PSK: "cisco123", IKE: "aes128-sha1-modp1024", ESP: "aes128-sha1",
	})
	r := c.tunnel(t, []string{"encryption aes", "group 2"}, "esp-aes esp-sha-hmac")
	c.ping(t, c.a, "20.1.1.2")
	c.every(t, c.a, "20.1.1.2", 5)
	c.every(t, c.b, "10.1.1.2", 5)
	if sas := peer.SAs(); !strings.Contains(sas, "23.23.23.2[300") {
		t.Errorf("strongSwan does not see a NAT:\n%s", sas)
	}
	if out := r.Exec("show crypto isakmp sa detail"); !strings.Contains(out, "N\n") {
		t.Errorf("conft does not see a NAT:\n%s", out)
	}
}

// Dead peer detection with strongSwan: each side's questions are answered, and conft
// notices when strongSwan stands still, and is there when it is back.
func TestDeadPeerDetection(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	peer := StartStrongSwan(t, c.r3, Peer{
		Local: "23.23.23.3", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24",
		PSK: "cisco123", IKE: "aes128-sha1-modp1024", ESP: "aes128-sha1", DPD: "2s",
	})
	r := c.tunnel(t, []string{"encryption aes", "group 2"}, "esp-aes esp-sha-hmac")
	r.Exec("configure terminal", "logging buffered 1000000 debugging", "crypto isakmp keepalive 10 2 periodic", "end")
	c.ping(t, c.a, "20.1.1.2")
	if out := r.Exec("show crypto isakmp sa detail"); !strings.Contains(out, "DN\n") {
		t.Errorf("no detection:\n%s", out)
	}
	wait(t, "an answer of strongSwan's", 15*time.Second, func() bool {
		return strings.Contains(r.Exec("show logging"), "DPD/R_U_THERE_ACK received from peer 23.23.23.3")
	})
	wait(t, "an answer to strongSwan", 15*time.Second, func() bool { return strings.Contains(peer.Log(), "N(DPD_ACK)") })
	if log := r.Exec("show logging"); !strings.Contains(log, "DPD/R_U_THERE received from peer 23.23.23.3") {
		t.Errorf("strongSwan's question is not reported:\n%s", log)
	}

	if err := syscall.Kill(peer.Pid(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(peer.Pid(), syscall.SIGCONT)
	wait(t, "strongSwan to be declared dead", 40*time.Second, func() bool {
		return strings.Contains(r.Exec("show crypto ipsec sa"), "current outbound spi: 0x0(0)")
	})
	if log := r.Exec("show logging"); !strings.Contains(log, "peer 23.23.23.3 not responding!") {
		t.Errorf("that is not reported:\n%s", log)
	}
	syscall.Kill(peer.Pid(), syscall.SIGCONT)
	c.ping(t, c.a, "20.1.1.2")
}

// strongSwan notices that conft was killed.
func TestKilledConftIsNoticed(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	peer := StartStrongSwan(t, c.r3, Peer{
		Local: "23.23.23.3", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24",
		PSK: "cisco123", IKE: "aes128-sha1-modp1024", ESP: "aes128-sha1", DPD: "2s",
	})
	r := c.tunnel(t, []string{"encryption aes", "group 2"}, "esp-aes esp-sha-hmac")
	c.ping(t, c.a, "20.1.1.2")
	if !strings.Contains(peer.SAs(), "INSTALLED") {
		t.Fatal("no tunnel")
	}
	r.Kill()
	wait(t, "strongSwan to notice", 60*time.Second, func() bool { return !strings.Contains(peer.SAs(), "INSTALLED") })
}
