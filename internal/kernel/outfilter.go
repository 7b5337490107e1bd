package kernel

import (
	"sync/atomic"

	"conft/internal/acl"
	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// The list of a link for what leaves sees what the engine sends (access.go). Of the packets of
// one tunnel all meet the same entry, so those that go past the rules are asked for once, and
// counted here.

// outFilters are the lists of links for what leaves, by link. The rules in the kernel are those
// of them, unless they are about to change.
type outFilters struct {
	changing bool
	byLink   map[string]*outFilter
}

// outFilter is one with the packets that have gone past its rules, by entry.
type outFilter struct {
	list   *acl.List
	passed []atomic.Uint64
}

// newOutFilters keeps what entries have counted that were in old.
func newOutFilters(filters []Filter, old *outFilters) *outFilters {
	s := &outFilters{byLink: map[string]*outFilter{}}
	for _, f := range filters {
		if f.Out == nil {
			continue
		}
		o := &outFilter{f.Out, make([]atomic.Uint64, len(f.Out.Entries))}
		s.byLink[f.Link] = o
		for i, n := range old.of(f.Link).counts(f.Out) {
			o.passed[i].Store(n)
		}
	}
	return s
}

// counts are the packets by entry of a list that has some of the same, elsewhere or with other
// numbers. Of equal entries the first has all.
func (o *outFilter) counts(l *acl.List) []uint64 {
	n := make([]uint64, len(l.Entries))
	if o == nil {
		return n
	}
	counted := map[acl.Entry]uint64{}
	for i, e := range o.list.Entries {
		e.Seq = 0
		counted[e] += o.passed[i].Load()
	}
	for i, e := range l.Entries {
		e.Seq = 0
		n[i] = counted[e]
		delete(counted, e)
	}
	return n
}

// of is the list of a link, nil for none.
func (s *outFilters) of(link string) *outFilter {
	if s == nil {
		return nil
	}
	return s.byLink[link]
}

// passes returns the entry that lets the ESP packets of a tunnel by which no rule need look at;
// a list that has not got one keeps them. An entry that logs, or that asks for more than they
// have in common, is for the rules.
func (o *outFilter) passes(e tunnelEnds) (entry int, ok bool) {
	p := packet.Parsed{Protocol: unix.IPPROTO_ESP, Src: acl.Word(e.local), Dst: acl.Word(e.remote)}
	for i := range o.list.Entries {
		a := o.list.Entries[i]
		bits, _ := a.Service.Octet()
		a.Service = acl.Service{}
		switch {
		case !a.Match(&p):
		case a.Action != acl.Permit, a.Log, bits != 0:
			return 0, false
		default:
			return i, true
		}
	}
	return 0, false
}
