package kernel

import (
	"net"
	"os"
	"strings"
	"testing"

	"conft/internal/nstest"
)

// The one that stops in an orderly way puts back what a killed one found, unless that was
// in another namespace or before the machine was started.
func TestSwitchesOutliveAKill(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	const forward = procSys + "net/ipv4/ip_forward"
	forwards := func() string {
		b, err := os.ReadFile(forward)
		must(t, err)
		return strings.TrimSpace(string(b))
	}
	must(t, os.WriteFile(forward, []byte("0"), 0))
	var kept []byte
	save := func(b []byte) { kept = b }
	start := func(before []byte) *Kernel {
		k, err := Open()
		must(t, err)
		k.Remember(before, save)
		must(t, k.Apply(Desired{}))
		return k
	}
	start(nil) // and killed
	if forwards() != "1" || !strings.Contains(string(kept), "net/ipv4/ip_forward=0\n") {
		t.Fatalf("forwarding %s, kept %q", forwards(), kept)
	}
	k := start(kept)
	must(t, os.WriteFile(forward, []byte("0"), 0)) // somebody turns it back, and it is turned again
	must(t, k.Apply(Desired{}))
	if n := strings.Count(string(kept), "ip_forward"); n != 1 {
		t.Errorf("kept %d times: %q", n, kept)
	}
	elsewhere := "another machine " + string(kept)
	must(t, k.Close())
	if forwards() != "0" || len(kept) != 0 {
		t.Errorf("forwarding %s after an orderly stop, kept %q", forwards(), kept)
	}
	must(t, os.WriteFile(forward, []byte("1"), 0))
	must(t, start([]byte(elsewhere)).Close())
	if forwards() != "1" {
		t.Error("what was found elsewhere was put back here")
	}
}

// The MTU of a link is put back by the router after the one that was killed, if that wants
// none, and else when it stops.
func TestMTUOutlivesAKill(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	cable(t, netns{}, "lan0", "", newNetns(t), "eth0", "")
	mtu := func() int {
		i, err := net.InterfaceByName("lan0")
		must(t, err)
		return i.MTU
	}
	var kept []byte
	start := func(mtu int) *Kernel {
		k, err := Open()
		must(t, err)
		k.Remember(kept, func(b []byte) { kept = b })
		must(t, k.Apply(Desired{Links: []Link{{Name: "lan0", MTU: mtu}}}))
		return k
	}
	found := mtu()
	start(1400) // and killed
	start(0)
	if mtu() != found || strings.Contains(string(kept), "mtu") {
		t.Errorf("the MTU is %d, and %d was found; kept %q", mtu(), found, kept)
	}
	start(1400)
	must(t, start(1300).Close())
	if mtu() != found || len(kept) != 0 {
		t.Errorf("the MTU is %d after an orderly stop, and %d was found; kept %q", mtu(), found, kept)
	}
}
