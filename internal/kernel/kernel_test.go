package kernel

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"conft/internal/acl"
	"conft/internal/nstest"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// inventory is all of the namespace that conft may touch, as text.
func inventory(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	all, err := links()
	must(t, err)
	for _, l := range all {
		fmt.Fprintf(&b, "link %s %q %s up=%v mtu=%d %v\n", l.Name, l.Alias, l.Kind, l.Up, l.MTU, l.Addrs)
		dev := &netlink.Device{LinkAttrs: netlink.LinkAttrs{Index: l.Index}}
		qdiscs, err := netlink.QdiscList(dev)
		must(t, err)
		for _, q := range qdiscs {
			fmt.Fprintf(&b, "qdisc %s %s\n", l.Name, q.Type())
		}
		filters, err := netlink.FilterList(dev, netlink.HANDLE_MIN_EGRESS)
		must(t, err)
		fmt.Fprintf(&b, "filters %s %d\n", l.Name, len(filters))
	}
	routes, err := netlink.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{}, netlink.RT_FILTER_TABLE)
	must(t, err)
	for _, r := range routes {
		fmt.Fprintf(&b, "route %v via %v %d proto %d\n", r.Dst, r.Gw, r.Priority, r.Protocol)
	}
	chains, err := (&nftables.Conn{}).ListChains()
	must(t, err)
	for _, c := range chains {
		fmt.Fprintf(&b, "chain %s %s\n", c.Table.Name, c.Name)
	}
	s, err := (&Kernel{}).read()
	must(t, err)
	for _, key := range sorted(s.sysctl) {
		fmt.Fprintf(&b, "sysctl %s=%s\n", key, s.sysctl[key])
	}
	return b.String()
}

// site is a namespace in use: a host with addresses, a route and rules of its own.
func site(t *testing.T) (*Kernel, Desired) {
	t.Helper()
	must(t, (linkSet{"lo", true}).do(nil))
	peer := newNetns(t)
	cable(t, netns{}, "wan0", "192.0.2.1/24", peer, "eth0", "192.0.2.2/24")
	cable(t, netns{}, "lan0", "", newNetns(t), "eth0", "10.1.1.2/24")
	defaultRoute(t, netns{}, "192.0.2.2")
	sourceNAT(t, "wan0", "10.1.1.2", "192.0.2.1")
	must(t, os.WriteFile(procSys+"net/ipv4/conf/all/rp_filter", []byte("1"), 0))
	k, err := Open()
	must(t, err)
	d := router("12.12.12.1", "10.1.1.1", "20.1.1.0/24", "12.12.12.3", acl.Entry{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")})
	d.Links = append(d.Links, Link{Name: "Loopback0", Alias: "Loopback0", Loopback: true, Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix("1.1.1.1/24")}})
	return k, d
}

func TestCloseLeavesWhatOpenFound(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	k, d := site(t)
	before := inventory(t)
	must(t, k.Apply(d))
	if inventory(t) == before {
		t.Error("nothing was applied")
	}
	must(t, k.Close())
	if err := k.Apply(d); err == nil {
		t.Error("a closed router changes the kernel")
	}
	if after := inventory(t); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	must(t, k.Close())
}

func TestApplyTwiceChangesNothing(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	k, d := site(t)
	d.Routes = append(d.Routes, Route{Prefix: netip.MustParsePrefix("198.51.100.0/24"), Null: true}, toward("30.0.0.0/8", "", "wan0", 1))
	d.Behind = []Behind{{netip.MustParsePrefix("30.1.0.0/16"), "wan0", netip.MustParseAddr("30.9.9.9")}}
	var log []string
	k.record = func(c change) { log = append(log, c.String()) }
	must(t, k.Apply(d))
	if len(log) == 0 {
		t.Error("nothing was applied")
	}
	log = nil
	must(t, k.Apply(d))
	if len(log) != 0 {
		t.Errorf("the second time:\n%s", strings.Join(log, "\n"))
	}
	routes, err := k.RouteTable()
	must(t, err)
	var text []string
	for _, r := range routes {
		text = append(text, fmt.Sprintf("%s %s %s %v %v", r.Prefix, r.Via, r.Link, r.Connected, r.Static))
	}
	for _, want := range []string{"0.0.0.0/0 192.0.2.2 wan0 false false", "20.1.1.0/24 12.12.12.3 wan0 false true", "1.1.1.0/24 invalid IP Loopback0 true false", "198.51.100.0/24 invalid IP  false true",
		"30.0.0.0/8 invalid IP wan0 false true"} {
		if !strings.Contains(strings.Join(text, "\n"), want) {
			t.Errorf("no route %s among\n%s", want, strings.Join(text, "\n"))
		}
	}
	if strings.Contains(strings.Join(text, "\n"), "30.1.") {
		t.Error("a route that nobody has typed is shown")
	}
	if r, err := netlink.RouteGet(net.IPv4(30, 1, 2, 3)); err != nil || len(r) != 1 || r[0].Gw.String() != "30.9.9.9" {
		t.Errorf("behind the peer: %v, %v", r, err)
	}
}

// An address that was there before belongs to who put it there, until the
// configuration names it.
func TestForeignAddressGoesOnlyAfterItWasNamed(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	k, d := site(t)
	foreign := netip.MustParsePrefix("192.0.2.1/24")
	has := func() bool {
		all, err := k.Links()
		must(t, err)
		for _, l := range all {
			for _, p := range l.Addrs {
				if p == foreign {
					return true
				}
			}
		}
		return false
	}
	must(t, k.Apply(d))
	if !has() {
		t.Error("a foreign address was removed")
	}
	addrs := d.Links[0].Addrs
	d.Links[0].Addrs = []netip.Prefix{foreign}
	must(t, k.Apply(d))
	d.Links[0].Addrs = addrs
	must(t, k.Apply(d))
	if has() {
		t.Error("an address that is no longer configured is still there")
	}
}

// "fail closed when the process is killed"
func TestKilledRouterLeaksNothingAndIsReplaced(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	if os.Getenv("CONFT_TEST_VICTIM") != "" {
		k, err := Open()
		must(t, err)
		must(t, k.Apply(router("12.12.12.1", "10.1.1.1", "20.1.1.0/24", "12.12.12.3", acl.Entry{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")})))
		e := startEngine(t, k, "crypto1", "12.12.12.1", "12.12.12.3")
		fmt.Println("ready")
		e.wg.Wait() // never ends: the process is killed
		return
	}
	hostA, r3 := newNetns(t), newNetns(t)
	cable(t, netns{}, "lan0", "", hostA, "eth0", "10.1.1.2/24")
	cable(t, netns{}, "wan0", "", r3, "wan0", "12.12.12.3/24")
	defaultRoute(t, hostA, "10.1.1.1")
	w := tap(t, r3, "wan0")
	victim := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	victim.Env = append(os.Environ(), "CONFT_TEST_VICTIM=1")
	out, err := victim.StdoutPipe()
	must(t, err)
	must(t, victim.Start())
	ready := make([]byte, len("ready\n"))
	if _, err := out.Read(ready); err != nil || string(ready) != "ready\n" {
		t.Fatalf("victim says %q, %v", ready, err)
	}
	ping(t, hostA, "", "20.1.1.2", 100, lost)
	if seen := w.arrived(t, 1); len(seen) != 1 || clearPackets(seen) != 0 {
		t.Errorf("before: %d packets, %d in clear", len(seen), clearPackets(seen))
	}
	must(t, victim.Process.Kill())
	victim.Wait()
	ping(t, hostA, "", "20.1.1.2", 100, lost)
	ping(t, hostA, "", "20.1.1.2", 4000, lost)
	ping(t, netns{}, "10.1.1.1", "20.1.1.2", 100, lost)
	if seen := w.arrived(t, 0); len(seen) != 0 {
		t.Errorf("after kill -9: %d packets, %d in clear", len(seen), clearPackets(seen))
	}

	// The next process takes over what the configuration still wants …
	k, err := Open()
	must(t, err)
	d := router("12.12.12.1", "10.1.1.1", "20.1.1.0/24", "12.12.12.3", acl.Entry{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")})
	must(t, k.Apply(d))
	e := startEngine(t, k, "crypto1", "12.12.12.1", "12.12.12.3")
	defer e.stop()
	ping(t, hostA, "", "20.1.1.2", 100, lost)
	if seen := w.arrived(t, 1); len(seen) != 1 || clearPackets(seen) != 0 {
		t.Errorf("restarted: %d packets, %d in clear", len(seen), clearPackets(seen))
	}
	// … and removes the rest, also the addresses that only the dead one knew.
	must(t, k.Apply(Desired{}))
	if left := inventory(t); strings.Contains(left, "12.12.12.1") || strings.Contains(left, "chain") || strings.Contains(left, "clsact") || strings.Contains(left, fmt.Sprint("proto ", protocolConft)) {
		t.Errorf("left behind:\n%s", left)
	}
}

func TestStartupErrorsNameTheRemedy(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{tunError(unix.EACCES), "no access to /dev/net/tun: give access with chmod 0666 /dev/net/tun or run as root"},
		{tunError(unix.ENOENT), "no /dev/net/tun: load its module with modprobe tun"},
		{privilege("raw socket", unix.EPERM), "no permission for a raw socket: run as root, or in a namespace of your own: unshare -Urnm"},
	} {
		if c.err.Error() != c.want {
			t.Errorf("got %q, want %q", c.err, c.want)
		}
	}
}

func TestTakenPortNamesItsOwner(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	first, err := (&Kernel{}).ListenUDP(500)
	must(t, err)
	defer first.Close()
	_, err = (&Kernel{}).ListenUDP(500)
	comm, _ := os.ReadFile("/proc/self/comm")
	want := fmt.Sprintf("UDP port 500 is taken by %s (process %d): stop it", strings.TrimSpace(string(comm)), os.Getpid())
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s …", err, want)
	}
}

func TestSecondRouterInNamespaceIsRefused(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	k, d := site(t)
	must(t, k.Apply(d))
	defer k.Close() // and not before: a device that nobody holds is collected
	other, err := Open()
	must(t, err)
	if err := other.Apply(d); err == nil || !strings.Contains(err.Error(), "is another conft running") {
		t.Errorf("second router: %v", err)
	}
}

// Whoever flushes the machine's rules or filters does not undo the protection
// for long: the router hears of it and applies again.
func TestWatchHearsOfChanges(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	k, d := site(t)
	must(t, k.Apply(d))
	changes := make(chan struct{}, 1000)
	done := make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { done <- k.Watch(ctx, func() { changes <- struct{}{} }) }()
	s, err := k.read()
	must(t, err)
	route := s.routes[0]
	for name, disturb := range map[string]func(){
		"a link":     func() { must(t, (linkSet{"lan0", false}).do(k)) },
		"an address": func() { changeAddress(unix.RTM_DELADDR, 0, 2, d.Links[0].Addrs[0]) },
		"rules":      func() { must(t, ruleset(nil).commit(nil)) },
		"a filter":   func() { must(t, delFilter(2)) },
		"a route":    func() { k.send(routeDel{route}) },
	} {
		heard := false
		for !heard { // the watcher may not be listening yet
			for len(changes) > 0 {
				<-changes
			}
			disturb()
			select {
			case <-changes:
				heard = true
			case <-time.After(lost):
			}
			must(t, k.Apply(d))
		}
		s, err := k.read()
		must(t, err)
		if s.filters["wan0"] != "crypto1" || s.table != k.rules.String() || len(planLinks(s, &d)) > 0 || len(planRoutes(s, &d)) > 0 {
			t.Errorf("after %s was disturbed, it is not as it was", name)
		}
	}
	cancel()
	must(t, <-done)
}

func TestUnprivilegedOpenSaysSo(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to give it up")
	}
	if os.Getenv("CONFT_TEST_NOBODY") != "" {
		_, err := Open()
		if want := "no CAP_NET_ADMIN in this network namespace: run as root, or in a namespace of your own: unshare -Urnm"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		return
	}
	// Nobody may not look into the directory of the test binary.
	bin := filepath.Join(os.TempDir(), fmt.Sprintf("conft-kernel-test-%d", os.Getpid()))
	data, err := os.ReadFile(os.Args[0])
	must(t, err)
	must(t, os.WriteFile(bin, data, 0o755))
	defer os.Remove(bin)
	cmd := exec.Command(bin, "-test.run=^"+t.Name()+"$")
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), "CONFT_TEST_NOBODY=1")
	cmd.SysProcAttr = nobody()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}
