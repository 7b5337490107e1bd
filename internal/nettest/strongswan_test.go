package nettest

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"conft/internal/netns"
)

// chain is the classic topology with one conft and one peer:
//
//	a 10.1.1.2 -- 10.1.1.1 r1 12.12.12.1 -- 12.12.12.2 r2 23.23.23.2 -- 23.23.23.3 r3 20.1.1.1 -- 20.1.1.2 b
//
// r1 is conft; r2 only forwards and knows neither LAN; r3 is the peer's.
type chain struct{ a, r1, r2, r3, b *netns.NS }

func newChain(t *testing.T) *chain {
	t.Helper()
	c := newBareChain(t)
	sh(t, c.r3, "ip addr add 23.23.23.3/24 dev eth0; ip link set eth0 up; ip addr add 20.1.1.1/24 dev eth1; ip link set eth1 up")
	sh(t, c.r3, "ip route add default via 23.23.23.2")
	if err := c.r3.Sysctl("net/ipv4/ip_forward", "1"); err != nil {
		t.Fatal(err)
	}
	return c
}

// newBareChain is the chain with nothing in r1 and in r3.
func newBareChain(t *testing.T) *chain {
	t.Helper()
	Root(t)
	c := &chain{a: Namespace(t, "a"), r1: Namespace(t, "r1"), r2: Namespace(t, "r2"), r3: Namespace(t, "r3"), b: Namespace(t, "b")}
	Cable(t, c.a, "eth0", "10.1.1.2/24", c.r1, "eth1", "")
	Cable(t, c.r1, "eth0", "", c.r2, "eth0", "12.12.12.2/24")
	Cable(t, c.r2, "eth1", "23.23.23.2/24", c.r3, "eth0", "")
	Cable(t, c.r3, "eth1", "", c.b, "eth0", "20.1.1.2/24")
	for ns, via := range map[*netns.NS]string{c.a: "10.1.1.1", c.b: "20.1.1.1"} {
		if err := ns.Default(netip.MustParseAddr(via)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.r2.Sysctl("net/ipv4/ip_forward", "1"); err != nil {
		t.Fatal(err)
	}
	return c
}

// tunnel configures r1's end: an ISAKMP policy, a transform set and a crypto map,
// with what else the entry of the map is to have.
func (c *chain) tunnel(t *testing.T, policy []string, set string, entry ...string) *Conft {
	t.Helper()
	return c.tunnelBy(t, []string{"crypto isakmp key cisco123 address 23.23.23.3"}, policy, set, entry...)
}

// tunnelBy is tunnel with the lines that say who the router and its peer are.
func (c *chain) tunnelBy(t *testing.T, who, policy []string, set string, entry ...string) *Conft {
	t.Helper()
	r := StartConft(t, c.r1, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	lines := append([]string{"configure terminal", "logging buffered 200000", "crypto isakmp policy 10", "authentication pre-share"}, policy...)
	lines = append(append(lines, who...),
		"crypto ipsec transform-set TS "+set,
		"access-list 100 permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255",
		"crypto map M 10 ipsec-isakmp", "set peer 23.23.23.3", "set transform-set TS", "match address 100")
	lines = append(lines, entry...)
	lines = append(lines,
		"interface GigabitEthernet0/1", "ip address 10.1.1.1 255.255.255.0", "no shutdown",
		"interface GigabitEthernet0/0", "ip address 12.12.12.1 255.255.255.0", "no shutdown", "crypto map M",
		"ip route 0.0.0.0 0.0.0.0 12.12.12.2", "end", "debug crypto isakmp", "debug crypto ipsec")
	r.Exec(lines...)
	return r
}

// ping sends pings from host a to host b until one of them is answered.
func (c *chain) ping(t *testing.T, from *netns.NS, to string) {
	t.Helper()
	wait(t, "an answer from "+to, 40*time.Second, func() bool {
		_, err := from.Output("ping", "-c1", "-w5", to)
		return err == nil
	})
}

// every sends n pings, a tenth of a second apart, and all must be answered.
func (c *chain) every(t *testing.T, from *netns.NS, to string, n int) {
	t.Helper()
	answered(t, from, to, n)
}

var strongSwanSuites = []struct {
	name     string
	policy   []string
	set      string
	entry    []string
	ike, esp string
}{
	{"aes128-sha-group2", []string{"encryption aes", "group 2"}, "esp-aes esp-sha-hmac", nil, "aes128-sha1-modp1024", "aes128-sha1"},
	{"3des-md5-group2", []string{"encryption 3des", "hash md5", "group 2"}, "esp-3des esp-md5-hmac", nil, "3des-md5-modp1024", "3des-md5"},
	{"des-md5-group1", []string{"hash md5"}, "esp-des esp-md5-hmac", nil, "des-md5-modp768", "des-md5"},
	{"aes256-sha256-group14-pfs14", []string{"encryption aes 256", "hash sha256", "group 14"}, "esp-aes 256 esp-sha256-hmac",
		[]string{"set pfs group14"}, "aes256-sha256-modp2048", "aes256-sha256-modp2048"},
	{"aes192-sha384-group20-pfs19", []string{"encryption aes 192", "hash sha384", "group 20"}, "esp-aes 192 esp-sha384-hmac",
		[]string{"set pfs group19"}, "aes192-sha384-ecp384", "aes192-sha384-ecp256"},
	{"aes256-sha512-group21-gcm256", []string{"encryption aes 256", "hash sha512", "group 21"}, "esp-gcm 256", nil,
		"aes256-sha512-ecp521", "aes256gcm16"},
	{"group5-null", []string{"encryption aes", "group 5"}, "esp-null esp-sha-hmac", nil, "aes128-sha1-modp1536", "null-sha1"},
	{"group24-gcm128", []string{"encryption aes", "hash sha256", "group 24"}, "esp-gcm", nil, "aes128-sha256-modp2048s256", "aes128gcm16"},
}

// A tunnel with strongSwan comes up from either side in modern and in legacy
// suites, and carries packets both ways.
func TestStrongSwan(t *testing.T) {
	t.Parallel()
	for _, s := range strongSwanSuites {
		for _, initiator := range []bool{true, false} {
			role := map[bool]string{true: "initiator", false: "responder"}[initiator]
			t.Run(s.name+"/"+role, func(t *testing.T) {
				t.Parallel()
				c := newChain(t)
				peer := StartStrongSwan(t, c.r3, Peer{
					Local: "23.23.23.3", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24",
					PSK: "cisco123", IKE: s.ike, ESP: s.esp,
				})
				r := c.tunnel(t, s.policy, s.set, s.entry...)
				if !initiator {
					if err := peer.Initiate(); err != nil {
						t.Fatalf("%v\n%s", err, r.Exec("show logging"))
					}
				}
				c.ping(t, c.a, "20.1.1.2") // the last message of a peer that began may be under way
				c.every(t, c.a, "20.1.1.2", 3)
				c.every(t, c.b, "10.1.1.2", 3)
				sas := r.Exec("show crypto isakmp sa", "show crypto ipsec sa")
				if !strings.Contains(sas, "QM_IDLE") || !strings.Contains(sas, "in use settings ={Tunnel UDP-Encaps, }") {
					t.Fatalf("no tunnel in UDP:\n%s", sas)
				}
			})
		}
	}
}

// strongSwan renews the IPsec SA and the IKE SA; no packet is lost meanwhile.
func TestStrongSwanRekeys(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	peer := StartStrongSwan(t, c.r3, Peer{
		Local: "23.23.23.3", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24",
		PSK: "cisco123", IKE: "aes128-sha1-modp1024", ESP: "aes128-sha1",
	})
	r := c.tunnel(t, []string{"encryption aes", "group 2"}, "esp-aes esp-sha-hmac")
	c.ping(t, c.a, "20.1.1.2")
	for _, what := range []string{"child", "ike"} {
		done := make(chan error, 1)
		go func() { done <- peer.Rekey(what) }()
		c.every(t, c.a, "20.1.1.2", 20)
		if err := <-done; err != nil {
			t.Fatalf("%s: %v\n%s", what, err, r.Exec("show logging"))
		}
	}
}

// Either side deletes the tunnel; the other one notices, and the next packet
// brings it up again.
func TestStrongSwanDeletes(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	peer := StartStrongSwan(t, c.r3, Peer{
		Local: "23.23.23.3", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24",
		PSK: "cisco123", IKE: "aes128-sha1-modp1024", ESP: "aes128-sha1",
	})
	r := c.tunnel(t, []string{"encryption aes", "group 2"}, "esp-aes esp-sha-hmac")
	c.ping(t, c.a, "20.1.1.2")
	if err := peer.Terminate(); err != nil {
		t.Fatal(err)
	}
	wait(t, "conft to forget the tunnel", 5*time.Second, func() bool {
		return strings.Contains(r.Exec("show crypto ipsec sa"), "current outbound spi: 0x0(0)")
	})
	c.ping(t, c.a, "20.1.1.2")
	r.Exec("clear crypto isakmp", "clear crypto sa")
	wait(t, "strongSwan to forget the tunnel", 5*time.Second, func() bool {
		return !strings.Contains(peer.SAs(), "INSTALLED")
	})
	c.ping(t, c.a, "20.1.1.2")
}
