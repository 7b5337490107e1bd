package kernel

import (
	"net"
	"testing"

	"conft/internal/acl"
	"conft/internal/nstest"
)

// What nobody reads fast enough is counted, at the sockets and at the TUN.
func TestOverflowIsCounted(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	var peer netns
	cable(t, netns{}, "lan0", "", newNetns(t), "eth0", "10.1.1.2/24")
	peer = newNetns(t)
	cable(t, netns{}, "wan0", "", peer, "wan0", "12.12.12.3/24")
	k, err := Open()
	must(t, err)
	t.Cleanup(func() { k.Close() })
	must(t, k.Apply(router("12.12.12.1", "10.1.1.1", "20.1.1.0/24", "12.12.12.3", acl.Entry{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")})))
	send := func(from, to string, n int) {
		t.Helper()
		d := net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(from)}}
		c, err := d.Dial("udp4", to)
		must(t, err)
		defer c.Close()
		data := make([]byte, 1400)
		for range n {
			if _, err := c.Write(data); err != nil {
				t.Fatal(err)
			}
		}
	}
	send("10.1.1.1", "20.1.1.1:9", 2000)
	if c, err := k.Counters(); err != nil || c["wan0"].Overflow == 0 {
		t.Errorf("of 2000 packets for a TUN that is not read: %+v, %v", c["wan0"], err)
	}

	c, err := k.ListenUDP(4500)
	must(t, err)
	defer c.Close()
	if n := c.Overflowed(); n != 0 {
		t.Errorf("%d datagrams too many before there were any", n)
	}
	send("12.12.12.1", "12.12.12.1:4500", 20000)
	if n := c.Overflowed(); n == 0 {
		t.Error("20000 datagrams that nobody reads all had room")
	}
}
