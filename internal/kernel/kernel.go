package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"conft/internal/acl"
)

// Kernel holds the router's part of one network namespace.
type Kernel struct {
	mu      sync.Mutex
	tuns    map[string]*tunDev
	filters map[string]filterNow // by link, those set here
	rules   ruleset              // in the kernel, with the names that they have there; nil when not known
	second  bool                 // whether their chains have the second name
	text    string               // what they were made of
	seen    uint32               // generation in which they were found to be there, 0 for none
	others  bool                 // somebody else has rules, in that generation
	guards  bool                 // there are rules, or there were and somebody else has removed them
	made    composed             // rules, last
	out     atomic.Pointer[outFilters]
	most    int // octets of a transaction, 0 for what the machine allows
	manner  manner
	crypto  []CryptoLink      // of the last Apply
	routes  []Route           // likewise
	behind  []Behind          // likewise
	nat     NAT               // likewise
	access  []Filter          // likewise
	mtus    map[string]int    // what they were, of links that have another now
	named   map[linkAddr]bool // addresses that some Desired has named
	aliased map[string]bool   // links likewise
	saved   []sysctlSet       // what switches were before, oldest first
	save    func([]byte)      // keeps saved; nil for nowhere
	record  func(change)      // nil but in tests
	// translates is the text of the rules that the present translations were made by,
	// "?" when they may be of another process.
	translates string
	closed     bool
	socket     *rtnetlink // nil until there is one
}

// filterNow remembers what a filter was made of: names come back with other
// devices behind them.
type filterNow struct {
	tun         string
	index, link int
}

// plans are in their order.
var plans = []func(*state, *Desired) []change{planProtect, planLinks, planNAT, planRoutes, planPins, planIPMTU}

// Apply makes the namespace as d says, and removes what an earlier process
// left and d does not want. Protection comes before addresses, routes and
// forwarding, so that nothing can leave before it.
//
// After an error the change named in it is not done, nor are those behind it but for
// some routes; the next Apply does what is missing. The lists of d are not to be changed.
func (k *Kernel) Apply(d Desired) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed { // a change of a link may still be heard of
		return fmt.Errorf("kernel: %w", fs.ErrClosed)
	}
	s, err := k.read()
	if err != nil {
		return err
	}
	stale := false
	for _, plan := range plans {
		if stale {
			if err := k.readAgain(s); err != nil {
				return err
			}
		}
		cs := plan(s, &d)
		if err := k.perform(cs); err != nil {
			return err
		}
		stale = len(cs) > 0 // taking an address away, say, takes routes with it
	}
	for _, l := range d.Links {
		k.aliased[l.Name] = true
		for _, p := range l.Addrs {
			k.named[linkAddr{l.Name, p}] = true
		}
	}
	k.crypto, k.access, k.nat = slices.Clone(d.Crypto), slices.Clone(d.Filters), d.NAT
	k.routes, k.behind = slices.Clone(d.Routes), slices.Clone(d.Behind)
	return nil
}

func (k *Kernel) perform(cs []change) error {
	k.remember(cs)
	for len(cs) > 0 {
		n := 0
		var batch []request
		for ; n < len(cs) && n < maxBatch; n++ {
			r, ok := cs[n].(request)
			if !ok {
				break
			}
			batch = append(batch, r)
		}
		if n > 1 {
			for _, c := range batch {
				k.note(c)
			}
			if at, err := k.sendAll(batch); err != nil {
				return failed(batch[at], err)
			}
		} else if err := k.do(cs[0]); err != nil {
			return err
		}
		cs = cs[max(n, 1):]
	}
	return nil
}

func (k *Kernel) note(c change) {
	if k.record != nil {
		k.record(c)
	}
}

func (k *Kernel) do(c change) error {
	k.note(c)
	if err := c.do(k); err != nil {
		return failed(c, err)
	}
	return nil
}

func failed(c change, err error) error {
	first, rest, _ := strings.Cut(c.String(), "\n")
	if rest != "" {
		first += " …"
	}
	return fmt.Errorf("kernel: %s: %w", first, err)
}

// Close removes what conft put into the kernel: routes, addresses it added (not
// those it found), loopbacks, then rules, filters and TUNs; switches go back to
// what they were. Links stay up or down as they are. Safe to call twice.
func (k *Kernel) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	s, err := k.read()
	if err != nil {
		return err
	}
	s.named = nil    // found, not made
	var links []Link // as they were
	for name := range k.aliased {
		links = append(links, Link{Name: name})
	}
	cs := append(planIPMTU(s, &Desired{Links: links}), planRoutes(s, &Desired{})...)
	cs = append(cs, planPins(s, &Desired{})...)
	for name, mtu := range k.mtus {
		if l := s.link(name); l != nil {
			cs = append(cs, hostMTU{linkMTU{name, mtu}, l.MTU})
		}
	}
	for _, c := range planLinks(s, &Desired{}) {
		if _, ok := c.(sysctlSet); !ok {
			cs = append(cs, c)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(k.aliased)) {
		if l := s.link(name); l != nil && !l.made && l.Alias != "" {
			cs = append(cs, linkAlias{name, ""})
		}
	}
	for _, c := range slices.Backward(k.saved) {
		cs = append(cs, c)
	}
	// Forwarding has ended when protection does.
	cs = append(cs, planProtect(s, &Desired{})...)
	cs = append(cs, planNAT(s, &Desired{})...)
	var errs []error
	for _, c := range cs {
		if err := k.do(c); !errors.Is(err, fs.ErrNotExist) { // gone already
			errs = append(errs, err)
		}
	}
	k.saved, k.crypto, k.access, k.nat = nil, nil, nil, NAT{}
	if k.socket != nil {
		k.socket.close()
		k.socket = nil
	}
	k.keep()
	return errors.Join(errs...)
}

// Counters returns the counters of each crypto link by the link's name.
func (k *Kernel) Counters() (map[string]Counters, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.rules.counts()
	if err != nil {
		return nil, err
	}
	all := map[string]Counters{}
	for _, l := range k.crypto {
		var c Counters
		for _, s := range l.Selectors {
			matched, refused := make([]uint64, len(s.Rules)), make([]uint64, len(s.Rules))
			for i, e := range s.Rules {
				if e.Remark != "" {
					continue
				}
				matched[i] = t[outChain(l, s)][outRule(l, e).text]
				if e.Action == acl.Permit {
					refused[i] = t[clearChain(l, s)][clearRule(e).text]
				}
			}
			c.Matched, c.Refused = append(c.Matched, matched), append(c.Refused, refused)
		}
		c.Blocked = t[divertChain(l)][blocked().text]
		c.Unsaid = t[unsaid(l).name][blocked().text]
		c.Overflow = tunOverflow(l.TUN)
		all[l.Link] = c
	}
	return all, nil
}
