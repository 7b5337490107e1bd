package kernel

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"conft/internal/acl"
	"conft/internal/nstest"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// What is common to two chains is in the order of both, and is all that stays in its order.
func TestCommonRules(t *testing.T) {
	chain := func(s string) (all []rule) {
		for _, c := range s {
			all = append(all, rule{text: string(c)})
		}
		return all
	}
	for _, c := range []struct{ old, new, common string }{
		{"abcd", "abcd", "abcd"},
		{"abcz", "abcdefz", "abcz"},
		{"abcz", "bcz", "bcz"},
		{"abc", "", ""},
		{"", "abc", ""},
		{"abcdef", "dabcef", "abcef"},
		{"aab", "aaab", "aab"},
		{"abab", "baba", "ab"}, // the first of equals for the first
		{"abcdefgh", "ahgfedcb", "ab"},
	} {
		old, new := chain(c.old), chain(c.new)
		var got strings.Builder
		last := pair{-1, -1}
		for _, p := range commonRules(old, new) {
			if p.old <= last.old || p.new <= last.new || old[p.old].text != new[p.new].text {
				t.Fatalf("%s and %s: %v behind %v", c.old, c.new, p, last)
			}
			last = p
			got.WriteString(old[p.old].text)
		}
		if len(got.String()) != len(c.common) {
			t.Errorf("%s and %s: common %s, want %s", c.old, c.new, got.String(), c.common)
		}
	}
}

// A table that has been altered time and again is the one that would be put there anew,
// whatever a transaction may hold.
func TestAlteredTableIsAsPutAnew(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	cable(t, netns{}, "lan0", "", newNetns(t), "eth0", "10.1.1.2/24")
	cable(t, netns{}, "wan0", "", newNetns(t), "wan0", "12.12.12.3/24")
	k, err := Open()
	must(t, err)
	t.Cleanup(func() { k.Close() })
	anew := newNetns(t)
	var put ruleset
	k.record = func(c change) {
		if c, ok := c.(tableSet); ok {
			put = c.rules
		}
	}
	random := rand.New(rand.NewPCG(7, 8))
	some := func() acl.Entry {
		return acl.Entry{Protocol: 17, Action: acl.Action(random.IntN(2)), Src: network("10.1.1.0/24"),
			Dst: acl.Addr{Base: 30<<24 | random.Uint32N(40)<<8, Wildcard: uint32(1)<<random.IntN(10) - 1}}
	}
	list := &acl.List{Name: "L"}
	for range 40 {
		list.Entries = append(list.Entries, some())
	}
	second := 0
	for round := range 16 {
		// In turns a transaction holds anything, and hardly more than a few rules.
		k.most = []int{9000, 9000, 0, 0}[round%4]
		if round == 8 { // by somebody else
			must(t, ruleset(nil).commit(nil))
		}
		next := &acl.List{Name: "L", Entries: slices.Clone(list.Entries)}
		for range random.IntN(30) {
			at := random.IntN(len(next.Entries))
			switch random.IntN(4) {
			case 0:
				next.Entries = slices.Insert(next.Entries, at, some())
			case 1:
				if len(next.Entries) > 20 {
					next.Entries = slices.Delete(next.Entries, at, at+1)
				}
			case 2:
				next.Entries[at] = some()
			case 3:
				other := random.IntN(len(next.Entries))
				next.Entries[at], next.Entries[other] = next.Entries[other], next.Entries[at]
			}
		}
		list = next
		d := router("12.12.12.1", "10.1.1.1", "30.0.0.0/8", "12.12.12.3")
		d.Crypto[0].Selectors = []Selector{{Name: "CMAP 10", List: "L", Rules: list.Entries}}
		d.Filters = []Filter{{Link: "wan0", In: list}}
		if random.IntN(3) == 0 {
			d.Filters[0].Out = list
		}
		if round%7 == 6 {
			d.Crypto = nil
		}
		must(t, k.Apply(d))
		if k.second {
			second++
		}
		got := tableNow(t)
		var want map[string][]string
		anew.do(t, func() {
			must(t, put.commit(nil))
			want = tableNow(t)
		})
		if !reflect.DeepEqual(got, want) {
			for _, name := range slices.Sorted(maps.Keys(want)) {
				if !slices.Equal(got[name], want[name]) {
					t.Errorf("round %d, %s:\n%s\nwant\n%s", round, name, strings.Join(got[name], "\n"), strings.Join(want[name], "\n"))
				}
			}
			t.Fatalf("round %d: chains %v, want %v", round, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
		var again []change
		record := k.record
		k.record = func(c change) { again = append(again, c) }
		must(t, k.Apply(d))
		if k.record = record; len(again) > 0 {
			t.Fatalf("round %d: applied twice: %v", round, again)
		}
	}
	if second == 0 {
		t.Error("never was all made anew with other names")
	}
}

// tableNow are the rules of the table by chain, and the elements of its maps, by the names that
// they have where nothing has taken the place of another.
func tableNow(t *testing.T) map[string][]string {
	t.Helper()
	own := func(name string) string { return strings.TrimSuffix(name, secondName) }
	all := map[string][]string{}
	c := &nftables.Conn{}
	chains, err := c.ListChains()
	must(t, err)
	table := &nftables.Table{Name: tableName, Family: nftables.TableFamilyIPv4}
	for _, ch := range chains {
		rules, err := c.GetRules(table, ch)
		must(t, err)
		if ch.Hooknum != nil {
			all[ch.Name] = append(all[ch.Name], fmt.Sprint("hook ", *ch.Hooknum, *ch.Priority, ch.Type))
		}
		for _, r := range rules {
			text := ""
			for _, e := range r.Exprs {
				switch e := e.(type) {
				case *expr.Verdict:
					e.Chain = own(e.Chain)
				case *expr.Lookup:
					e.SetName, e.SetID = own(e.SetName), 0
				}
				text += fmt.Sprintf("%T%+v ", e, e)
			}
			all[own(ch.Name)] = append(all[own(ch.Name)], text)
		}
	}
	sets, err := c.GetSets(table)
	must(t, err)
	for _, s := range sets {
		elements, err := c.GetSetElements(s)
		must(t, err)
		for _, e := range elements {
			text := fmt.Sprint(e.Key, e.IntervalEnd)
			if e.VerdictData != nil {
				text += own(e.VerdictData.Chain)
			}
			all["@"+own(s.Name)] = append(all["@"+own(s.Name)], text)
		}
	}
	return all
}

// While a list changes, in one transaction or in many, no packet finds a gap in it; and what
// its first entry has counted is all that there was, where the list is changed in its place.
func TestListHasNoGapWhileItChanges(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	host := newNetns(t)
	cable(t, netns{}, "lan0", "", host, "eth0", "10.1.1.2/24")
	k, err := Open()
	must(t, err)
	t.Cleanup(func() { k.Close() })
	desired := func(n int) Desired {
		l := &acl.List{Name: "L", Entries: []acl.Entry{{Action: acl.Deny, Protocol: 17, Src: acl.Any, Dst: acl.Any, DstPort: acl.Ports{Op: acl.PortEq, Low: 7}}}}
		for i := range n {
			l.Entries = append(l.Entries, acl.Entry{Protocol: 6, Src: acl.Any, Dst: acl.Addr{Base: 30<<24 | uint32(i)}})
		}
		l.Entries = append(l.Entries, acl.Entry{Src: acl.Any, Dst: acl.Any})
		d := Desired{Links: []Link{{Name: "lan0", Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix("10.1.1.1/24")}}}}
		d.Filters = []Filter{{Link: "lan0", In: l}}
		return d
	}
	apply := func(n int) {
		t.Helper()
		must(t, k.Apply(desired(n)))
	}
	apply(0)
	denied, err := net.ListenPacket("udp4", "10.1.1.1:7")
	must(t, err)
	defer denied.Close()
	passed, err := net.ListenPacket("udp4", "10.1.1.1:9")
	must(t, err)
	defer passed.Close()
	// flood sends what the first entry denies while f is at work, and returns how much.
	flood := func(f func()) (n uint64) {
		t.Helper()
		stop, sent := make(chan struct{}), make(chan uint64)
		go host.do(t, func() {
			n := uint64(0)
			c, err := net.Dial("udp4", "10.1.1.1:7")
			must(t, err)
			defer c.Close()
			for done := false; !done; n++ {
				select {
				case <-stop:
					done = true
				default:
				}
				_, err := c.Write([]byte("x"))
				must(t, err)
				if n%64 == 0 {
					time.Sleep(time.Millisecond)
				}
			}
			sent <- n
		})
		f()
		close(stop)
		return <-sent
	}
	counted := func() uint64 {
		t.Helper()
		m, err := k.ListMatches()
		must(t, err)
		return m[0].Packets[0]
	}
	inPlace := flood(func() {
		for n := 100; n < 2000; n += 400 {
			apply(n)
		}
	})
	for end := time.Now().Add(5 * time.Second); counted() != inPlace; {
		if time.Now().After(end) {
			t.Fatalf("counted %d of %d packets", counted(), inPlace)
		}
		time.Sleep(time.Millisecond)
	}
	k.most = 20000
	flood(func() {
		for n := 2000; n > 0; n -= 700 {
			apply(n)
		}
	})
	if n := counted(); n < inPlace {
		t.Errorf("what was counted went with the list that was made anew: %d of %d", n, inPlace)
	}
	apply(0)
	must(t, denied.SetReadDeadline(time.Now()))
	if n, _, err := denied.ReadFrom(make([]byte, 9)); err == nil {
		t.Errorf("%d octets came past an entry that was there all the time", n)
	}
	sendUDP(t, host, "10.1.1.1:9", 1)
	must(t, passed.SetReadDeadline(time.Now().Add(5*time.Second)))
	if _, _, err := passed.ReadFrom(make([]byte, 9)); err != nil {
		t.Errorf("what the last entry permits: %v", err)
	}
	before := tableNow(t)
	k.most = 200 // which not even the rule at the hook fits in
	if err := k.Apply(desired(500)); !errors.Is(err, errTooLong) || !strings.Contains(err.Error(), "the machine allows 200 (sysctl net.core.wmem_max)") {
		t.Errorf("a transaction that cannot be: %v", err)
	}
	if after := tableNow(t); !reflect.DeepEqual(after, before) {
		t.Errorf("it has left %d chains and maps of %d, %d rules in the list of %d", len(after), len(before), len(after["in.lan0"]), len(before["in.lan0"]))
	}
}

// Where somebody has removed the rules, and those to be put there cannot be, nothing passes; where
// there never were any, all does.
func TestNothingPassesWithoutItsRules(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	host := newNetns(t)
	cable(t, netns{}, "lan0", "10.1.1.1/24", host, "eth0", "10.1.1.2/24")
	k, err := Open()
	must(t, err)
	t.Cleanup(func() { k.most = 0; k.Close() })
	l := &acl.List{Name: "L"}
	for i := range 200 {
		l.Entries = append(l.Entries, acl.Entry{Src: acl.Any, Dst: acl.Addr{Base: 30<<24 | uint32(i)}})
	}
	l.Entries = append(l.Entries, acl.Entry{Src: acl.Any, Dst: acl.Any})
	d := Desired{Links: []Link{{Name: "lan0", Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix("10.1.1.1/24")}}}}
	d.Filters = []Filter{{Link: "lan0", In: l}}
	passes := func(when string, want bool) {
		t.Helper()
		timeout := 300 * time.Millisecond
		if want {
			timeout = 5 * time.Second
		}
		if r := ping(t, host, "", "10.1.1.1", 56, timeout); (r == PingReply) != want {
			t.Errorf("%s: a ping is %v", when, r)
		}
	}
	k.most = 1200 // has room for what holds all, not for the hooks of a router's rules
	d.Filters[0].Out = l
	if err := k.Apply(d); !errors.Is(err, errTooLong) {
		t.Fatalf("too long: %v", err)
	}
	passes("where there never were rules", true)
	k.most = 0
	must(t, k.Apply(d))
	passes("with the rules", true)
	must(t, ruleset(nil).commit(nil))
	k.most = 1200
	if err := k.Apply(d); !errors.Is(err, errTooLong) {
		t.Fatalf("too long: %v", err)
	}
	passes("where the rules are gone", false)
	k.most = 0
	must(t, k.Apply(d))
	passes("with the rules again", true)
}

// What a change that failed has left behind is not taken for the rules of before: they come
// back when they are wanted again.
func TestRulesComeBackAfterAChangeThatFailed(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	cable(t, netns{}, "lan0", "10.1.1.1/24", newNetns(t), "eth0", "10.1.1.2/24")
	k, err := Open()
	must(t, err)
	t.Cleanup(func() { k.most = 0; k.Close() })
	desired := func(n int) Desired {
		l := &acl.List{Name: "L"}
		for i := range n {
			l.Entries = append(l.Entries, acl.Entry{Src: acl.Any, Dst: acl.Addr{Base: 30<<24 | uint32(i)}})
		}
		return Desired{Filters: []Filter{{Link: "lan0", In: l, Out: l}}}
	}
	must(t, k.Apply(desired(100)))
	before := tableNow(t)
	k.most = 1200
	k.record = func(c change) {
		if _, ok := c.(tableSet); ok {
			must(t, ruleset(nil).commit(nil)) // by somebody else, meanwhile
		}
	}
	if err := k.Apply(desired(200)); !errors.Is(err, errTooLong) {
		t.Fatalf("too long: %v", err)
	}
	k.most, k.record = 0, nil
	must(t, k.Apply(desired(100)))
	if after := tableNow(t); !reflect.DeepEqual(after, before) {
		t.Errorf("chains %v, want %v", slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before)))
	}
}
