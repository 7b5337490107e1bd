package nettest

import (
	"net/netip"
	"testing"
	"time"
)

func TestKernelPeerBoots(t *testing.T) {
	Root(t)
	a, b := Namespace(t, "a"), Namespace(t, "b")
	lan := Namespace(t, "lan")
	Cable(t, a, "eth0", "12.12.12.1/24", b, "wan", "12.12.12.2/24")
	Cable(t, b, "lan", "20.1.1.1/24", lan, "eth0", "20.1.1.2/24")
	if err := lan.Default(netip.MustParseAddr("20.1.1.1")); err != nil {
		t.Fatal(err)
	}
	t0 := time.Now()
	k := StartKernelPeer(t, b, "wan", "lan", Peer{Local: "12.12.12.2", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24",
		PSK: "cisco", IKE: "3des-md5-modp1024", ESP: "3des-md5"})
	t.Log("up in", time.Since(t0))
	t.Log(k.must("cat /proc/uptime; swanctl --list-conns; free; ls -la /;du -s /usr /lib; cat /run/out"))
	if _, err := a.Output("ping", "-c3", "-W2", "12.12.12.2"); err != nil {
		t.Error(err)
	}
	if _, err := lan.Output("ping", "-c3", "-W2", "12.12.12.2"); err != nil {
		t.Error(err)
	}
}
