package nettest

import (
	"net/netip"
	"slices"
	"testing"

	"conft/internal/netns"
)

// kernelPeerLab is conft, or another end, and a kernel peer beside it:
//
//	hostA ----------- end ----------- peer ----------- hostB
//	eth0         eth1     eth0     wan    lan           eth0
//	10.1.1.2 10.1.1.1  12.12.12.1 12.12.12.2 20.1.1.1  20.1.1.2
//
// The end's links have no addresses yet, the wire is watched at the peer.
type kernelPeerLab struct {
	hostA, end, peer, hostB *netns.NS
	wire                    *watch
}

func newKernelPeerLab(t *testing.T) *kernelPeerLab {
	t.Helper()
	Root(t)
	l := &kernelPeerLab{hostA: Namespace(t, "hostA"), end: Namespace(t, "end"), peer: Namespace(t, "peer"), hostB: Namespace(t, "hostB")}
	Cable(t, l.hostA, "eth0", "10.1.1.2/24", l.end, "eth1", "")
	Cable(t, l.end, "eth0", "", l.peer, "wan", "12.12.12.2/24")
	Cable(t, l.peer, "lan", "20.1.1.1/24", l.hostB, "eth0", "20.1.1.2/24")
	for ns, via := range map[*netns.NS]string{l.hostA: "10.1.1.1", l.peer: "12.12.12.1", l.hostB: "20.1.1.1"} {
		if err := ns.Default(netip.MustParseAddr(via)); err != nil {
			t.Fatal(err)
		}
	}
	l.wire = capture(t, l.peer, "wan")
	return l
}

// kernelPeerSuites pair what conft is told with what strongSwan is told.
var kernelPeerSuites = []struct {
	name      string
	policy    []string
	transform string
	pfs       string
	ike, esp  string
}{
	{"3des-md5", []string{"encryption 3des", "hash md5", "group 2"}, "esp-3des esp-md5-hmac", "", "3des-md5-modp1024", "3des-md5"},
	{"des-md5", []string{"encryption des", "hash md5", "group 1"}, "esp-des esp-md5-hmac", "", "des-md5-modp768", "des-md5"},
	{"aes128-sha1", []string{"encryption aes", "hash sha", "group 5"}, "esp-aes esp-sha-hmac", "", "aes128-sha1-modp1536", "aes128-sha1"},
	{"aes256-sha256", []string{"encryption aes 256", "hash sha256", "group 14"}, "esp-aes 256 esp-sha256-hmac", "group14", "aes256-sha256-modp2048", "aes256-sha256-modp2048"},
	{"aes128gcm", []string{"encryption aes 256", "hash sha384", "group 20"}, "esp-gcm 128", "", "aes256-sha384-ecp384", "aes128gcm16"},
	{"null-sha1", []string{"encryption aes", "hash sha", "group 2"}, "esp-null esp-sha-hmac", "", "aes128-sha1-modp1024", "null-sha1"},
}

func peerOf(ike, esp string) Peer {
	return Peer{Local: "12.12.12.2", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24", PSK: "cisco", IKE: ike, ESP: esp}
}

// The peer without conft: strongSwan in the namespace where conft would be, whose ESP
// goes in UDP. When this fails the machine is at fault.
func TestKernelPeerItself(t *testing.T) {
	t.Parallel()
	l := newKernelPeerLab(t)
	for link, a := range map[string]string{"eth0": "12.12.12.1/24", "eth1": "10.1.1.1/24"} {
		if err := l.end.Address(link, netip.MustParsePrefix(a)); err != nil {
			t.Fatal(err)
		}
	}
	for key, value := range map[string]string{"ip_forward": "1", "conf/all/rp_filter": "0"} {
		if err := l.end.Sysctl("net/ipv4/"+key, value); err != nil {
			t.Fatal(err)
		}
	}
	far := peerOf("aes128-sha1-modp1024", "aes128-sha1")
	near := far
	near.Local, near.Remote, near.LocalTS, near.RemoteTS = far.Remote, far.Local, far.RemoteTS, far.LocalTS
	s := StartStrongSwan(t, l.end, near)
	StartKernelPeer(t, l.peer, "wan", "lan", far)
	if err := s.Initiate(); err != nil {
		t.Fatal(err)
	}
	reach(t, l.hostA, "20.1.1.2")
}

// bringUp brings up both routers.
func bringUp(t *testing.T) (*kernelPeerLab, *Conft, *KernelPeer) {
	t.Helper()
	l := newKernelPeerLab(t)
	r := StartConft(t, l.end, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	r.Exec("configure terminal",
		"interface GigabitEthernet0/1", "ip address 10.1.1.1 255.255.255.0", "no shutdown",
		"interface GigabitEthernet0/0", "ip address 12.12.12.1 255.255.255.0", "no shutdown",
		"ip route 0.0.0.0 0.0.0.0 12.12.12.2",
		"crypto isakmp key cisco address 12.12.12.2",
		"access-list 100 permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255",
		"crypto ipsec transform-set T esp-des esp-md5-hmac",
		"crypto map M 10 ipsec-isakmp", "set peer 12.12.12.2", "set transform-set T", "match address 100",
		"interface GigabitEthernet0/0", "crypto map M", "end")
	k := StartKernelPeer(t, l.peer, "wan", "lan", peerOf(kernelPeerSuites[0].ike, kernelPeerSuites[0].esp))
	return l, r, k
}

// conft and a Linux kernel, whoever begins: the tunnel comes up in every suite, its
// packets are ESP as protocol 50, and nothing of the hosts is seen in clear.
func TestKernelPeer(t *testing.T) {
	t.Parallel()
	l, r, k := bringUp(t)
	for _, s := range kernelPeerSuites {
		forget := func(t *testing.T) {
			r.Exec("clear crypto sa", "clear crypto isakmp")
			k.Load(peerOf(s.ike, s.esp))
			l.wire.frames()
		}
		onTheWire := func(t *testing.T) {
			t.Helper()
			if n := kinds(l.wire.protected())["ESP"]; n < 10 {
				t.Errorf("%d ESP packets on the wire, want all the pings", n)
			}
			if t.Failed() {
				t.Logf("%s\n%s", r.Exec("show crypto isakmp sa", "show crypto ipsec sa"), k.SAs())
			}
		}
		t.Run(s.name+"/conft begins", func(t *testing.T) {
			pfs := "no set pfs"
			if s.pfs != "" {
				pfs = "set pfs " + s.pfs
			}
			r.Exec(slices.Concat([]string{"configure terminal", "crypto isakmp policy 10", "authentication pre-share"}, s.policy,
				[]string{"crypto ipsec transform-set T " + s.transform, "crypto map M 10 ipsec-isakmp", pfs, "end"})...)
			forget(t)
			reach(t, l.hostA, "20.1.1.2")
			onTheWire(t)
		})
		t.Run(s.name+"/peer begins", func(t *testing.T) {
			forget(t)
			if err := k.Initiate(); err != nil {
				t.Fatal(err)
			}
			reach(t, l.hostB, "10.1.1.2")
			onTheWire(t)
		})
	}
	t.Run("long packets", func(t *testing.T) { oversizeKernelPeer(t, l, r) })
	kernelPeerForms(t, l, r, k)
}
