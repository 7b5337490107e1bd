package kernel

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"conft/internal/nstest"
)

// Thousands of routes go to the kernel in batches: each arrives, and one that is refused is
// named.
func TestRoutesInBatches(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	cable(t, netns{}, "wan0", "12.12.12.1/24", newNetns(t), "eth0", "12.12.12.2/24")
	k, err := Open()
	must(t, err)
	defer k.Close()
	var add, del []change
	route := func(n int, via string) destination {
		return destination{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{20, byte(n >> 8), byte(n), 0}), 24), Metric: 1,
			Hops: []hop{{Via: netip.MustParseAddr(via), Link: "wan0"}}}
	}
	const routes = 3*maxBatch + 7
	for n := range routes {
		r := route(n, "12.12.12.2")
		add, del = append(add, routeAdd{r}), append(del, routeDel{r})
	}
	there := func() int {
		list, err := mainTable()
		must(t, err)
		ls, err := links()
		must(t, err)
		return len(ownRoutes(&state{links: ls}, list))
	}
	bad := routeAdd{route(7, "99.0.0.1")} // a neighbour on no network
	err = k.perform(slices.Insert(slices.Clone(add), maxBatch+5, change(bad)))
	if !errors.Is(err, unix.ENETUNREACH) || !strings.Contains(fmt.Sprint(err), bad.String()) {
		t.Errorf("a neighbour that is on no network: %v", err)
	}
	must(t, k.perform(del[:2*maxBatch-1])) // what was behind it in its batch is there
	must(t, k.perform(add))
	if n := there(); n != routes {
		t.Errorf("%d routes, want %d", n, routes)
	}
	must(t, k.perform(del))
	if n := there(); n != 0 {
		t.Errorf("%d routes are left", n)
	}
}

// Loopbacks that go together are deleted as a group, and no other.
func TestLoopbacksGoTogether(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	must(t, (linkSet{"lo", true}).do(nil))
	k, err := Open()
	must(t, err)
	defer k.Close()
	var d Desired
	for n := range 20 {
		d.Links = append(d.Links, Link{Name: fmt.Sprintf("loopback%d", n), Loopback: true, Up: true})
	}
	must(t, k.Apply(d))
	d.Links = d.Links[7:8]
	must(t, k.Apply(d))
	ls, err := links()
	must(t, err)
	if len(ls) != 1 || ls[0].Name != "loopback7" || !ls[0].made {
		t.Errorf("left are %+v", ls)
	}
	must(t, (linkDel{[]string{"loopback7", "loopback8"}}).do(nil)) // one of them has gone by itself
	must(t, (linkDel{[]string{"loopback7"}}).do(nil))
}
