package kernel

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"conft/internal/acl"
	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// Translation is one that a connection has made. Ports are 0 where the protocol has
// none; ICMP has its identifier for both.
type Translation struct {
	Protocol                                               uint8
	InsideGlobal, InsideLocal, OutsideLocal, OutsideGlobal netip.AddrPort
	Begun                                                  time.Time // zero where it is not known
	Left                                                   time.Duration
	TCP                                                    TCPState
}

// TCPState is what the time that a TCP connection has left depends on.
type TCPState uint8

const (
	TCPOpening TCPState = iota
	TCPOpen
	TCPClosing
)

func tcpState(state uint8) TCPState {
	const established = 3 // TCP_CONNTRACK_ESTABLISHED; SYN_SENT and SYN_RECV come before
	switch {
	case state < established:
		return TCPOpening
	case state == established:
		return TCPOpen
	}
	return TCPClosing
}

// translation names the addresses of a connection from the inside.
func (f *flow) translation() Translation {
	t := Translation{
		Protocol: f.orig.protocol, Begun: f.begun, Left: f.left, TCP: tcpState(f.tcp),
		InsideLocal: f.orig.src, OutsideLocal: f.orig.dst, InsideGlobal: f.reply.dst, OutsideGlobal: f.reply.src,
	}
	if f.mark&markInward != 0 {
		t.OutsideGlobal, t.InsideGlobal, t.OutsideLocal, t.InsideLocal = f.orig.src, f.orig.dst, f.reply.dst, f.reply.src
	}
	return t
}

// By returns by which of the dynamic translations a connection was made, -1 for none. Of those
// that give an address it is the first whose lists select it; where that cannot be told any
// more, as of flags, the first.
func (n *NAT) By(t *Translation) int {
	p := packetOf(t.Protocol, t.InsideLocal, t.OutsideGlobal)
	for i := range n.Mapped {
		if n.Mapped[i].gives(t.InsideGlobal.Addr()) && n.Mapped[i].selects(&p) {
			return -1
		}
	}
	first := -1
	for i := range n.Dynamic {
		d := &n.Dynamic[i]
		if !d.gives(t.InsideGlobal.Addr()) {
			continue
		}
		if d.selects(&p) {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	return first
}

// gives reports whether an address is one of those of the translation.
func (d *NATDynamic) gives(a netip.Addr) bool {
	return d.First.IsValid() && !a.Less(d.First) && !d.Last.Less(a)
}

// Translations lists what is translated at present.
func (k *Kernel) Translations() (all []Translation, err error) {
	list, err := flows(true)
	for i := range list {
		all = append(all, list[i].translation())
	}
	return all, err
}

// ForgetTranslations ends those that del holds for, all when it is nil. A packet that
// comes later makes a new one, if the configuration has it.
func (k *Kernel) ForgetTranslations(del func(Translation) bool) error {
	if del == nil {
		return forgetAll()
	}
	list, err := flows(true)
	for i := range list {
		if del(list[i].translation()) {
			err = errors.Join(err, list[i].forget())
		}
	}
	return err
}

// NATCounters count since the first translation was configured; a change of the
// configuration does not reset them.
type NATCounters struct {
	Packets uint64 // that crossed the router translated
	Flows   uint64 // connections that have made a translation
	// Matched are the packets that asked for a translation and matched an entry first, by
	// dynamic translation, clause, list and entry.
	Matched [][][][]uint64
	Missed  []uint64       // packets for whose host a pool had no address, by dynamic translation
	Mapped  [][][][]uint64 // likewise of static ones with a route map
}

// NATCounters returns the counters of the translations.
func (k *Kernel) NATCounters() (c NATCounters, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.nat.on() {
		return c, nil
	}
	t, err := k.rules.counts()
	if err != nil {
		return c, err
	}
	c.Packets, c.Flows = t[chainTranslated][countPackets().text]+t[chainOwn][countPackets().text], t[chainTranslated][countFlows().text]
	for i := range k.nat.Mapped {
		c.Mapped = append(c.Mapped, k.nat.Mapped[i].matched(t))
	}
	for i := range k.nat.Dynamic {
		m := &k.nat.Dynamic[i]
		c.Matched = append(c.Matched, m.matched(t))
		c.Missed = append(c.Missed, t[natToChain(m)][exhausted().text])
	}
	return c, nil
}

// matched are the packets that the entries of the lists have matched.
func (m *NATDynamic) matched(t tally) [][][]uint64 {
	clauses := make([][][]uint64, len(m.Clauses))
	for j, clause := range m.Clauses {
		for n, l := range clause.Lists {
			hits := make([]uint64, len(l.Rules))
			for e, rule := range l.Rules {
				if rule.Remark != "" {
					continue
				}
				for _, r := range natEntry(m, clause, rule) {
					hits[e] += t[natListChain(m, j, n)][r.text]
				}
			}
			clauses[j] = append(clauses[j], hits)
		}
	}
	return clauses
}

// flowsSweep ends the connections that new rules would translate otherwise: those
// translated to an address that is no longer there, and those that were begun before
// and would be translated now.
type flowsSweep struct {
	nat NAT
	by  string // what was there when it was done
}

func (c flowsSweep) String() string {
	if !c.nat.on() {
		return fmt.Sprintf("conntrack -D --mark %#x/%#x", markNAT, markNAT)
	}
	return "conntrack -D # what is not translated as the rules say"
}

func (c flowsSweep) do(k *Kernel) error {
	k.translates = c.by
	if !c.nat.on() {
		// A kernel that cannot name connections has translated none.
		if err := forgetAll(); !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.EOPNOTSUPP) {
			return err
		}
		return nil
	}
	assigned, err := c.nat.assigned()
	if err != nil {
		return err
	}
	has := map[netip.Addr]netip.Addr{}
	for _, a := range assigned {
		has[a.Global] = a.Inside
	}
	list, err := flows(false)
	for i := range list {
		if c.nat.stale(&list[i], has) {
			err = errors.Join(err, list[i].forget())
		}
	}
	return err
}

// stale reports whether a connection is not translated as the rules say now. Which
// links it crosses is not known; to forget one that is not translated does it no harm. assigned
// has the hosts by their addresses of pools.
func (n *NAT) stale(f *flow, assigned map[netip.Addr]netip.Addr) bool {
	if f.mark&markNAT != 0 {
		t := f.translation()
		return !n.has(t, assigned)
	}
	if f.status&(statusSourceNAT|statusDestinationNAT) != 0 {
		return false // by someone else
	}
	p := packetOf(f.orig.protocol, f.orig.src, f.orig.dst)
	meets := func(protocol uint8, prefix netip.Prefix, port uint16, end netip.AddrPort) bool {
		return (protocol == 0 || protocol == p.Protocol && port == end.Port()) && prefix.Contains(end.Addr())
	}
	for _, s := range n.Static {
		source, sport, target, tport := s.Local, s.LocalPort, s.Global, s.GlobalPort
		if s.Outside {
			source, sport, target, tport = s.Global, s.GlobalPort, s.Local, s.LocalPort
		}
		if !s.Inward && meets(s.Protocol, source, sport, f.orig.src) || meets(s.Protocol, target, tport, f.orig.dst) {
			return true
		}
	}
	selects := func(d NATDynamic) bool { return d.selects(&p) }
	return slices.ContainsFunc(n.Mapped, selects) || slices.ContainsFunc(n.Dynamic, selects)
}

// has reports whether the addresses of a translation are still given to its hosts.
func (n *NAT) has(t Translation, assigned map[netip.Addr]netip.Addr) bool {
	is := func(protocol uint8, p netip.Prefix, port uint16, end netip.AddrPort) bool {
		return (protocol == 0 || protocol == t.Protocol && port == end.Port()) && p.Contains(end.Addr())
	}
	inside := t.InsideGlobal == t.InsideLocal || slices.ContainsFunc(n.Static, func(s NATStatic) bool {
		return !s.Outside && is(s.Protocol, s.Local, s.LocalPort, t.InsideLocal) && is(s.Protocol, s.Global, s.GlobalPort, t.InsideGlobal)
	}) || slices.ContainsFunc(n.Dynamic, func(d NATDynamic) bool {
		return d.gives(t.InsideGlobal.Addr()) && (d.Pool == "" || assigned[t.InsideGlobal.Addr()] == t.InsideLocal.Addr())
	})
	outside := t.OutsideGlobal.Addr() == t.OutsideLocal.Addr() || slices.ContainsFunc(n.Static, func(s NATStatic) bool {
		return s.Outside && is(s.Protocol, s.Local, s.LocalPort, t.OutsideLocal) && is(s.Protocol, s.Global, s.GlobalPort, t.OutsideGlobal)
	})
	return inside && outside
}

// packetOf is a packet between two ends, as far as connection tracking knows it.
func packetOf(protocol uint8, src, dst netip.AddrPort) packet.Parsed {
	p := packet.Parsed{Protocol: protocol, Src: acl.Word(src.Addr()), Dst: acl.Word(dst.Addr())}
	if p.HasPorts = protocol == packet.TCP || protocol == packet.UDP; p.HasPorts {
		p.SrcPort, p.DstPort = src.Port(), dst.Port()
	}
	return p
}

// planNAT prepares connection tracking, the aliases and the connections for the rules
// that translate, which planProtect has put there.
func planNAT(s *state, d *Desired) []change {
	cs := planAliases(s, d)
	var now string
	if d.NAT.on() {
		quiet := *d
		quiet.NAT.Trace = false
		now = natRules(&quiet).String()
		set := func(name string, seconds uint32) {
			key := "net/netfilter/nf_conntrack_" + name
			if s.sysctl[key] != "" {
				setter(s, &cs)(key, fmt.Sprint(seconds))
			}
		}
		t := d.NAT.Timeouts
		set("timestamp", 1)
		set("generic_timeout", t.Any)
		set("icmp_timeout", t.ICMP)
		for _, state := range []string{"syn_sent", "syn_recv"} {
			set("tcp_timeout_"+state, t.Syn)
		}
		set("tcp_timeout_established", t.TCP)
		for _, state := range []string{"fin_wait", "close_wait", "last_ack", "time_wait", "close"} {
			set("tcp_timeout_"+state, t.FinRst)
		}
		set("udp_timeout", t.UDP)
		set("udp_timeout_stream", t.UDP)
	}
	if now != s.nat {
		cs = append(cs, flowsSweep{d.NAT, now})
	}
	return cs
}
