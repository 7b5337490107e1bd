package kernel

import (
	"net"
	"testing"
	"time"

	"conft/internal/nstest"
)

// A neighbour that has just asked for us is new.
func TestNeighbourThatAsks(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	k, d := site(t)
	must(t, k.Apply(d))
	peer := newNetns(t)
	cable(t, netns{}, "lan1", "10.7.7.1/24", peer, "eth0", "10.7.7.2/24")
	peer.do(t, func() {
		c, err := net.Dial("udp", "10.7.7.1:9")
		must(t, err)
		defer c.Close()
		c.Write([]byte("x"))
	})
	for end := time.Now().Add(10 * time.Second); ; {
		list, err := k.Neighbours()
		must(t, err)
		for _, n := range list {
			if n.Addr.String() == "10.7.7.2" && n.MAC != nil {
				if n.Age > 20*time.Second {
					t.Errorf("heard of %v ago", n.Age)
				}
				return
			}
		}
		if time.Now().After(end) {
			t.Fatal("nobody has asked")
		}
		<-time.After(10 * time.Millisecond)
	}
}
