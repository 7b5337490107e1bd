package router

import (
	"fmt"
	"testing"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/kernel"
)

// Counts survive that a list is taken off its place, not that an entry goes.
func TestListCountsChanged(t *testing.T) {
	c := config.New()
	l := &acl.List{Name: "L", Entries: []acl.Entry{{Seq: 10, Src: acl.Any, Dst: acl.Any}, {Seq: 20, Action: acl.Deny, Src: acl.Any, Dst: acl.Any}}}
	c.AddAccessList(l)
	count := func(a, b uint64) listCounts {
		n := listCounts{}
		n.add("L", l.Entries[0], a)
		n.add("L", l.Entries[1], b)
		return n
	}
	kept := listCounts{}.changed(c, count(5, 7), listCounts{})
	if fmt.Sprint(kept) != fmt.Sprint(count(5, 7)) {
		t.Errorf("taken off: %v", kept)
	}
	if kept = kept.changed(c, count(2, 0), count(3, 0)); fmt.Sprint(kept) != fmt.Sprint(count(5, 7)) {
		t.Errorf("another change: %v", kept)
	}
	l.Entries = l.Entries[:1]
	kept = kept.changed(c, listCounts{}, listCounts{})
	if kept["L"][unnumbered(l.Entries[0])] != 5 || len(kept["L"]) != 1 {
		t.Errorf("an entry is gone: %v", kept)
	}
}

// What an entry had counted where it was when it was cleared is forgotten with the entry, and
// when the list is there no more.
func TestListCountsInPlace(t *testing.T) {
	l := &acl.List{Name: "L", Entries: []acl.Entry{{Seq: 10, Src: acl.Any, Dst: acl.Any}, {Seq: 20, Action: acl.Deny, Src: acl.Any, Dst: acl.Any}}}
	base := listCounts{}
	for _, at := range []string{"in lan0 L", "out lan0 L", "in wan0 L"} {
		base.add(at, l.Entries[0], 5)
		base.add(at, l.Entries[1], 7)
	}
	one := &acl.List{Name: "L", Entries: l.Entries[1:]}
	got := base.inPlace(kernel.Desired{Filters: []kernel.Filter{{Link: "lan0", In: l}, {Link: "wan0", In: one, Out: l}}})
	want := listCounts{"in lan0 L": base["in lan0 L"], "in wan0 L": {unnumbered(l.Entries[1]): 7}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}
