package kernel

import (
	"cmp"
	"encoding/binary"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// script are messages to nftables in their order, each as it goes to the kernel (struct
// nlmsghdr, struct nfgenmsg, attributes). What belongs into one transaction is one of them:
// a rule with the sets that have no name.
type script struct {
	messages [][]byte
	size     int // octets of all
	err      error
}

// put begins a message; the attributes are to be appended to what it returns, which is to
// be handed to done.
func put(kind int, flags uint16) []byte {
	b := make([]byte, unix.SizeofNlMsghdr, 256)
	binary.NativeEndian.PutUint16(b[4:], uint16(unix.NFNL_SUBSYS_NFTABLES<<8|kind))
	binary.NativeEndian.PutUint16(b[6:], unix.NLM_F_REQUEST|flags)
	return append(b, unix.AF_INET, 0, 0, 0)
}

func (s *script) done(b []byte) { s.take(sized(b)) }

func (s *script) take(b []byte) {
	s.messages = append(s.messages, b)
	s.size += len(b)
}

// sized is a message with its length.
func sized(b []byte) []byte {
	binary.NativeEndian.PutUint32(b, uint32(len(b)))
	return b
}

func (s *script) join(o *script) {
	s.messages = append(s.messages, o.messages...)
	s.size += o.size
	s.err = cmp.Or(s.err, o.err)
}

// attribute appends an attribute: length, type, data, padding to four octets.
func attribute(b []byte, kind uint16, data []byte) []byte {
	b = binary.NativeEndian.AppendUint16(b, uint16(4+len(data)))
	b = append(binary.NativeEndian.AppendUint16(b, kind), data...)
	return append(b, make([]byte, -len(data)&3)...)
}

func named0(b []byte, kind uint16, name string) []byte {
	return attribute(b, kind, append([]byte(name), 0))
}

// nest appends an attribute made of those that fill appends.
func nest(b []byte, kind uint16, fill func([]byte) []byte) []byte {
	at := len(b)
	b = fill(append(b, 0, 0, 0, 0))
	binary.NativeEndian.PutUint16(b[at:], uint16(len(b)-at))
	binary.NativeEndian.PutUint16(b[at+2:], unix.NLA_F_NESTED|kind)
	return b
}

func (s *script) addTable(name string) {
	s.done(named0(put(unix.NFT_MSG_NEWTABLE, unix.NLM_F_CREATE), unix.NFTA_TABLE_NAME, name))
}

func (s *script) delTable(name string) {
	s.done(named0(put(unix.NFT_MSG_DELTABLE, 0), unix.NFTA_TABLE_NAME, name))
}

// addChain makes a chain without rules.
func (s *script) addChain(table string, c *chain) {
	b := named0(put(unix.NFT_MSG_NEWCHAIN, unix.NLM_F_CREATE), unix.NFTA_CHAIN_TABLE, table)
	b = named0(b, unix.NFTA_CHAIN_NAME, c.name)
	if c.hook != "" {
		b = nest(b, unix.NFTA_CHAIN_HOOK, func(b []byte) []byte {
			b = attribute(b, unix.NFTA_HOOK_HOOKNUM, be32(uint32(*hooks[c.hook])))
			return attribute(b, unix.NFTA_HOOK_PRIORITY, be32(uint32(int32(c.priority))))
		})
		b = named0(b, unix.NFTA_CHAIN_TYPE, cmp.Or(c.kind, "filter"))
	}
	s.done(b)
}

// delChain removes a chain with its rules.
func (s *script) delChain(table, name string) {
	b := named0(put(unix.NFT_MSG_DELCHAIN, 0), unix.NFTA_CHAIN_TABLE, table)
	s.done(named0(b, unix.NFTA_CHAIN_NAME, name))
}

// addRule adds a rule before the one with a handle, at the end when that is 0. Its counter
// begins at count.
func (s *script) addRule(table, chain string, r *rule, before uint64, count uint64) {
	flags := uint16(unix.NLM_F_CREATE)
	if before == 0 {
		flags |= unix.NLM_F_APPEND
	}
	b := named0(put(unix.NFT_MSG_NEWRULE, flags), unix.NFTA_RULE_TABLE, table)
	b = named0(b, unix.NFTA_RULE_CHAIN, chain)
	if before != 0 {
		b = attribute(b, unix.NFTA_RULE_POSITION, binary.BigEndian.AppendUint64(nil, before))
	}
	sets, exprs := withSets(table, r.exprs)
	if count != 0 {
		exprs = withCount(exprs, count)
	}
	s.take(append(sets, sized(nest(b, unix.NFTA_RULE_EXPRESSIONS, func(b []byte) []byte {
		for _, e := range exprs {
			data, err := expr.Marshal(unix.AF_INET, e)
			s.err = cmp.Or(s.err, err)
			b = attribute(b, unix.NLA_F_NESTED|unix.NFTA_LIST_ELEM, data)
		}
		return b
	}))...))
}

func (s *script) delRule(table, chain string, handle uint64) {
	b := named0(put(unix.NFT_MSG_DELRULE, 0), unix.NFTA_RULE_TABLE, table)
	b = named0(b, unix.NFTA_RULE_CHAIN, chain)
	s.done(attribute(b, unix.NFTA_RULE_HANDLE, binary.BigEndian.AppendUint64(nil, handle)))
}

// delRules removes all rules of a chain.
func (s *script) delRules(table, chain string) {
	b := named0(put(unix.NFT_MSG_DELRULE, 0), unix.NFTA_RULE_TABLE, table)
	s.done(named0(b, unix.NFTA_RULE_CHAIN, chain))
}

func (m *vmap) id() string { return m.name }

// addTo makes the map with its elements. The chains that it names are there.
func (m *vmap) addTo(s *script, table string) {
	b := named0(put(unix.NFT_MSG_NEWSET, unix.NLM_F_CREATE), unix.NFTA_SET_TABLE, table)
	b = named0(b, unix.NFTA_SET_NAME, m.name)
	b = attribute(b, unix.NFTA_SET_ID, be32(uint32(len(s.messages)+1)))
	b = attribute(b, unix.NFTA_SET_FLAGS, be32(unix.NFT_SET_INTERVAL|unix.NFT_SET_MAP))
	b = attribute(b, unix.NFTA_SET_KEY_TYPE, be32(nftables.TypeIPAddr.GetNFTMagic()))
	b = attribute(b, unix.NFTA_SET_KEY_LEN, be32(4))
	b = attribute(b, unix.NFTA_SET_DATA_TYPE, be32(unix.NFT_DATA_VERDICT))
	s.done(b)
	const most = 200 // elements of one message are one attribute, of less than 64 kB
	for at := 0; at < len(m.branches); at += most {
		b := named0(put(unix.NFT_MSG_NEWSETELEM, unix.NLM_F_CREATE), unix.NFTA_SET_ELEM_LIST_TABLE, table)
		b = named0(b, unix.NFTA_SET_ELEM_LIST_SET, m.name)
		s.done(nest(b, unix.NFTA_SET_ELEM_LIST_ELEMENTS, func(b []byte) []byte {
			for _, br := range m.branches[at:min(at+most, len(m.branches))] {
				b = br.append(b)
			}
			return b
		}))
	}
}

// append appends the range as its first address with the verdict, and the end.
func (br *branch) append(b []byte) []byte {
	key := func(b []byte, a uint32) []byte {
		return nest(b, unix.NFTA_SET_ELEM_KEY, func(b []byte) []byte { return attribute(b, unix.NFTA_DATA_VALUE, be32(a)) })
	}
	b = nest(b, unix.NFTA_LIST_ELEM, func(b []byte) []byte {
		return nest(key(b, br.from), unix.NFTA_SET_ELEM_DATA, func(b []byte) []byte {
			return nest(b, unix.NFTA_DATA_VERDICT, func(b []byte) []byte {
				jump := int32(unix.NFT_JUMP)
				b = attribute(b, unix.NFTA_VERDICT_CODE, be32(uint32(jump)))
				return named0(b, unix.NFTA_VERDICT_CHAIN, br.chain)
			})
		})
	})
	if br.to == ^uint32(0) {
		return b
	}
	return nest(b, unix.NFTA_LIST_ELEM, func(b []byte) []byte {
		return attribute(key(b, br.to+1), unix.NFTA_SET_ELEM_FLAGS, be32(unix.NFT_SET_ELEM_INTERVAL_END))
	})
}

func (s *script) delSet(table, name string) {
	b := named0(put(unix.NFT_MSG_DELSET, 0), unix.NFTA_SET_TABLE, table)
	s.done(named0(b, unix.NFTA_SET_NAME, name))
}
