package kernel

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"slices"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"conft/internal/acl"
)

// A pool without `overload` gives each inside host an address of its own, by which the host is
// known outside until it has been silent for long. The kernel gives them: the rules for the
// first packet of a host look for an address that nobody has, and write down who has it. When
// there is none the packet is dropped.
//
//	to    inside -> global
//	back  global -> inside
//	used  global
//
// Each packet of a host, or for it, renews the three.

// book is a set, or map, of addresses that rules write to.
type book struct {
	name string
	isTo bool // a map to addresses
}

func (b *book) id() string { return b.name }

func (b *book) addTo(s *script, table string) {
	m := named0(put(unix.NFT_MSG_NEWSET, unix.NLM_F_CREATE), unix.NFTA_SET_TABLE, table)
	m = named0(m, unix.NFTA_SET_NAME, b.name)
	m = attribute(m, unix.NFTA_SET_ID, be32(uint32(len(s.messages)+1)))
	flags := uint32(unix.NFT_SET_EVAL | unix.NFT_SET_TIMEOUT)
	m = attribute(m, unix.NFTA_SET_KEY_TYPE, be32(nftables.TypeIPAddr.GetNFTMagic()))
	m = attribute(m, unix.NFTA_SET_KEY_LEN, be32(4))
	if b.isTo {
		flags |= unix.NFT_SET_MAP
		m = attribute(m, unix.NFTA_SET_DATA_TYPE, be32(nftables.TypeIPAddr.GetNFTMagic()))
		m = attribute(m, unix.NFTA_SET_DATA_LEN, be32(4))
	}
	m = attribute(m, unix.NFTA_SET_FLAGS, be32(flags))
	s.done(nest(m, unix.NFTA_SET_DESC, func(m []byte) []byte { return attribute(m, unix.NFTA_SET_DESC_SIZE, be32(1<<16)) }))
}

// The books of a pool. One of other addresses has others.
func (m *NATDynamic) books() (to, back, used book) {
	first, last := m.First.As4(), m.Last.As4()
	name := func(what string) string {
		return named("pool", m.Pool, fmt.Sprintf("%x", first), fmt.Sprintf("%x", last), what)
	}
	return book{name("to"), true}, book{name("back"), true}, book{name("used"), false}
}

// searched is how many addresses of a pool have a rule each. A larger one is tried at random, so
// many times.
const searched, tried = 1024, 64

// single are the rules for what a dynamic translation has selected: the address that the host
// has, or a free one. Of a small pool that is none of a static translation.
func (m *NATDynamic) single(n *NAT) (all []rule) {
	to, back, used := m.books()
	life := n.Timeouts.longest()
	saddr := load("ip saddr", sourceAt, 1)
	finish := join(markFlow(markNAT), rule{"snat to reg 2", []expr.Any{&expr.NAT{Type: expr.NATTypeSourceNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: 2}}})
	all = append(all, join(saddr, lookUp(&to, 1, 2), finish))
	give := func(candidate rule) {
		all = append(all, join(candidate, absent(&used, 2), saddr,
			write(unix.NFT_DYNSET_OP_ADD, &used, 2, 0, life), write(unix.NFT_DYNSET_OP_ADD, &back, 2, 1, life), write(unix.NFT_DYNSET_OP_ADD, &to, 1, 2, life), finish))
	}
	low, high := acl.Word(m.First), acl.Word(m.Last)
	if size := high - low; size < searched {
		for a := low; ; a++ {
			if !n.takes(a) {
				give(rule{dotted(a), []expr.Any{&expr.Immediate{Register: 2, Data: be32(a)}}})
			}
			if a == high {
				break
			}
		}
	} else {
		for range tried {
			give(rule{fmt.Sprintf("numgen random mod %d offset %d", size+1, low), []expr.Any{
				&expr.Numgen{Register: 2, Type: unix.NFT_NG_RANDOM, Modulus: size + 1, Offset: low},
				&expr.Byteorder{SourceRegister: 2, DestRegister: 2, Op: expr.ByteorderHton, Len: 4, Size: 4},
			}})
		}
	}
	if n.Trace {
		all = append(all, m.logUnassigned())
	}
	return append(all, join(limit(1, expr.LimitTimeMinute, 1), logTo(poolGroup, headerLen, m.Pool[:min(len(m.Pool), 120)])),
		verdict(expr.VerdictJump, answerUnassigned), exhausted())
}

// answerUnassigned tells the sender that it gets no address, as IOS does.
const answerUnassigned = "answer.nat"

// exhausted is where a packet ends for whose host the pool has no address.
func exhausted() rule { return blocked() }

// takes reports whether a static translation has an address.
func (n *NAT) takes(a uint32) bool {
	return slices.ContainsFunc(n.Static, func(s NATStatic) bool {
		return !s.Outside && s.Global.Contains(acl.IPv4(a))
	})
}

// longest is how long a host keeps its address without a packet: as long as any of its
// connections may.
func (t *NATTimeouts) longest() time.Duration {
	return time.Duration(max(t.Any, t.TCP, t.FinRst, t.Syn, t.UDP, t.ICMP)) * time.Second
}

// singles are the translations by pools without overload.
func (n *NAT) singles() (all []*NATDynamic) {
	for i := range n.Dynamic {
		if m := &n.Dynamic[i]; m.Pool != "" && m.First.IsValid() {
			all = append(all, m)
		}
	}
	return all
}

// poolChains are those that lead what comes from outside to the host that has the address, and
// that renew what is used.
func poolChains(d *Desired, in *chain) (set ruleset) {
	use := chain{name: "nat.use", hook: "prerouting", priority: hookNATUse}
	inside, outside := chain{name: "nat.use.inside"}, chain{name: "nat.use.outside"}
	life := d.NAT.Timeouts.longest()
	seen := map[string]bool{}
	for _, m := range d.NAT.singles() {
		to, back, used := m.books()
		if m.Back {
			in.rules = append(in.rules, join(load("ip daddr", destinationAt, 2), lookUp(&back, 2, 1), keep(1, 3), markFlow(markNAT|markInward),
				rule{"dnat to reg 3", []expr.Any{&expr.NAT{Type: expr.NATTypeDestNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: 3}}}))
		}
		if seen[to.name] {
			continue
		}
		seen[to.name] = true
		const update = unix.NFT_DYNSET_OP_UPDATE
		renew := join(write(update, &to, 1, 2, life), write(update, &back, 2, 1, life), write(update, &used, 2, 0, life))
		inside.rules = append(inside.rules, join(load("ip saddr", sourceAt, 1), lookUp(&to, 1, 2), renew))
		outside.rules = append(outside.rules, join(load("ip daddr", destinationAt, 2), lookUp(&back, 2, 1), renew))
	}
	if len(seen) == 0 {
		return nil
	}
	for _, way := range []struct {
		links []string
		to    string
	}{{d.NAT.Inside, inside.name}, {d.NAT.Outside, outside.name}} {
		for _, l := range d.withTUNs(way.links) {
			use.rules = append(use.rules, join(linkName(expr.MetaKeyIIFNAME, l), verdict(expr.VerdictGoto, way.to)))
		}
	}
	return ruleset{inside, outside, use}
}

func load(text string, offset, register uint32) rule {
	return rule{text, []expr.Any{&expr.Payload{Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: 4, DestRegister: register}}}
}

// lookUp loads what a map has for a register; the rule ends where it has nothing.
func lookUp(b *book, key, value uint32) rule {
	return rule{"map @" + b.name, []expr.Any{&expr.Lookup{SourceRegister: key, DestRegister: value, IsDestRegSet: true, SetName: b.name}}}
}

func absent(b *book, key uint32) rule {
	return rule{"!= @" + b.name, []expr.Any{&expr.Lookup{SourceRegister: key, SetName: b.name, Invert: true}}}
}

// keep copies a register which the mark will take.
func keep(from, to uint32) rule {
	return rule{"", []expr.Any{&expr.Bitwise{SourceRegister: from, DestRegister: to, Len: 4, Mask: be32(^uint32(0)), Xor: be32(0)}}}
}

func write(operation uint32, b *book, key, value uint32, life time.Duration) rule {
	word := map[uint32]string{unix.NFT_DYNSET_OP_ADD: "add", unix.NFT_DYNSET_OP_UPDATE: "update"}[operation]
	return rule{fmt.Sprintf("%s @%s timeout %v", word, b.name, life), []expr.Any{
		&expr.Dynset{SrcRegKey: key, SrcRegData: value, SetName: b.name, Operation: operation, Timeout: life}}}
}

// Assigned is an address of a pool that an inside host has.
type Assigned struct {
	Pool          string
	Inside        netip.Addr
	Global        netip.Addr
	Left, Timeout time.Duration
	Shown         bool // a translation of its own, not only by its connections
}

// assigned lists who has an address of a pool. Kernel.mu is held.
func (n *NAT) assigned() (all []Assigned, err error) {
	seen := map[string]bool{}
	for _, m := range n.singles() {
		to, _, _ := m.books()
		if seen[to.name] {
			continue
		}
		seen[to.name] = true
		elements, err := (&nftables.Conn{}).GetSetElements(&nftables.Set{Name: to.name, Table: &nftables.Table{Name: tableName, Family: nftables.TableFamilyIPv4},
			IsMap: true, KeyType: nftables.TypeIPAddr, DataType: nftables.TypeIPAddr})
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("kernel: nft list map %s: %w", to.name, err)
		}
		for _, e := range elements {
			inside, ok1 := netip.AddrFromSlice(e.Key)
			global, ok2 := netip.AddrFromSlice(e.Val)
			if ok1 && ok2 {
				all = append(all, Assigned{m.Pool, inside, global, e.Expires, e.Timeout, m.Back})
			}
		}
	}
	return all, nil
}

// Assigned lists who has an address of a pool that is not overloaded.
func (k *Kernel) Assigned() ([]Assigned, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.nat.assigned()
}

// ForgetAssigned takes the addresses back that del holds for, all when it is nil.
func (k *Kernel) ForgetAssigned(del func(Assigned) bool) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	all, err := k.nat.assigned()
	if err != nil {
		return err
	}
	var s script
	for _, m := range k.nat.singles() {
		to, back, used := m.books()
		for _, a := range all {
			if a.Pool == m.Pool && (del == nil || del(a)) {
				s.delElement(tableName, to.name, a.Inside)
				s.delElement(tableName, back.name, a.Global)
				s.delElement(tableName, used.name, a.Global)
			}
		}
		all = slices.DeleteFunc(all, func(a Assigned) bool { return a.Pool == m.Pool })
	}
	t, err := newTransactor(k.most)
	if err != nil {
		return err
	}
	defer t.close()
	if _, err = t.inParts(&s); errors.Is(err, fs.ErrNotExist) {
		return nil // it has just gone by itself
	}
	return err
}

func (s *script) delElement(table, set string, key netip.Addr) {
	b := named0(put(unix.NFT_MSG_DELSETELEM, 0), unix.NFTA_SET_ELEM_LIST_TABLE, table)
	b = named0(b, unix.NFTA_SET_ELEM_LIST_SET, set)
	s.done(nest(b, unix.NFTA_SET_ELEM_LIST_ELEMENTS, func(b []byte) []byte {
		return nest(b, unix.NFTA_LIST_ELEM, func(b []byte) []byte {
			return nest(b, unix.NFTA_SET_ELEM_KEY, func(b []byte) []byte { return attribute(b, unix.NFTA_DATA_VALUE, key.AsSlice()) })
		})
	}))
}

// Exhausted is a packet for whose sender a pool had no address.
type Exhausted struct {
	Pool string
	Src  netip.Addr
}

// WatchExhausted calls exhausted with a sample, one a minute of a pool, until ctx ends.
func (k *Kernel) WatchExhausted(ctx context.Context, exhausted func(Exhausted)) error {
	return watchLog(ctx, poolGroup, headerLen, func(l logRecord) {
		if p := l.octets; len(p) >= headerLen {
			exhausted(Exhausted{l.prefix, netip.AddrFrom4([4]byte(p[12:]))})
		}
	})
}
