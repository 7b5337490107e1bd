package kernel

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
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

// transactor sends scripts. Nobody waits for an answer to each message: those for a long
// transaction would not fit in the socket's buffer. The kernel has done all when the call
// returns, and speaks only of what it could not do.
type transactor struct {
	fd   int
	most int // octets of one transaction
	done uint32
}

func newTransactor(most int) (*transactor, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_NETFILTER)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	t := &transactor{fd: fd, most: most}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		t.close()
		return nil, os.NewSyscallError("bind", err)
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_CAP_ACK, 1) // errors without the message
	const wanted = 64 << 20
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, wanted) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, wanted) // as much as the machine allows
	}
	if size, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF); err == nil && (most == 0 || size-32 < most) {
		t.most = size - 32 // netlink_sendmsg
	}
	return t, nil
}

func (t *transactor) close() { unix.Close(t.fd) }

// envelope is what begins and ends a transaction.
func envelope(kind uint16) []byte {
	b := make([]byte, unix.SizeofNlMsghdr, unix.SizeofNlMsghdr+4)
	binary.NativeEndian.PutUint32(b, unix.SizeofNlMsghdr+4)
	binary.NativeEndian.PutUint16(b[4:], kind)
	binary.NativeEndian.PutUint16(b[6:], unix.NLM_F_REQUEST)
	return append(b, 0, 0, 0, unix.NFNL_SUBSYS_NFTABLES) // the subsystem is in network order
}

const envelopes = 2 * (unix.SizeofNlMsghdr + 4)

// fits reports whether a script can be one transaction.
func (t *transactor) fits(s *script) bool { return s.size+envelopes <= t.most }

// errTooLong says that a transaction cannot be as long as it would have to.
var errTooLong = errors.New("kernel: too long for a transaction of nftables")

// once sends a script as one transaction: all of it is done or nothing.
func (t *transactor) once(s *script) error {
	switch {
	case s.err != nil:
		return s.err
	case len(s.messages) == 0:
		return nil
	case !t.fits(s):
		return fmt.Errorf("%w: %d octets; the machine allows %d (sysctl net.core.wmem_max)", errTooLong, s.size+envelopes, t.most)
	}
	b := append(make([]byte, 0, s.size+envelopes), envelope(unix.NFNL_MSG_BATCH_BEGIN)...)
	for i, m := range s.messages {
		if i == len(s.messages)-1 {
			binary.NativeEndian.PutUint16(m[6:], binary.NativeEndian.Uint16(m[6:])|unix.NLM_F_ACK)
		}
		b = append(b, m...)
	}
	b = append(b, envelope(unix.NFNL_MSG_BATCH_END)...)
	if err := unix.Sendto(t.fd, b, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return os.NewSyscallError("sendto", err)
	}
	if err := t.answer(); err != nil {
		return err
	}
	t.done++
	return nil
}

// inParts sends a script as transactions that are as long as they may be. Packets must not
// meet what it makes, or removes. It returns how many messages were done.
func (t *transactor) inParts(s *script) (n int, err error) {
	var part script
	for _, m := range s.messages {
		if part.size+len(m)+envelopes > t.most {
			if err := t.once(&part); err != nil {
				return n, err
			}
			n += len(part.messages)
			part = script{}
		}
		part.take(m)
	}
	part.err = s.err
	if err := t.once(&part); err != nil {
		return n, err
	}
	return len(s.messages), nil
}

// answer reads what the kernel says of the transaction: the first error, or that the last
// message was done.
func (t *transactor) answer() (err error) {
	buf := make([]byte, 1<<15)
	for flags := 0; ; flags = unix.MSG_DONTWAIT {
		n, _, e := unix.Recvfrom(t.fd, buf, flags)
		switch {
		case e == unix.EINTR:
			continue
		case e == unix.EAGAIN:
			return err
		case e != nil: // ENOBUFS: there were errors that it had no room for
			return cmp.Or(err, os.NewSyscallError("recvfrom", e))
		}
		for b := buf[:n]; len(b) >= unix.SizeofNlMsghdr+4; {
			size := int(binary.NativeEndian.Uint32(b))
			if size < unix.SizeofNlMsghdr+4 || size > len(b) {
				return cmp.Or(err, errors.New("kernel: nftables: answer cut short"))
			}
			if binary.NativeEndian.Uint16(b[4:]) == unix.NLMSG_ERROR {
				if errno := int32(binary.NativeEndian.Uint32(b[unix.SizeofNlMsghdr:])); errno != 0 {
					err = cmp.Or[error](err, unix.Errno(-errno))
				}
			}
			b = b[min(len(b), (size+3)&^3):]
		}
	}
}

// generation is the number of the state that all rules of the namespace are in: each
// transaction, of whomever, makes a new one.
func generation() (uint32, error) {
	t, err := newTransactor(0)
	if err != nil {
		return 0, err
	}
	defer t.close()
	s := script{}
	s.done(put(unix.NFT_MSG_GETGEN, 0))
	if err := unix.Sendto(t.fd, s.messages[0], 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return 0, os.NewSyscallError("sendto", err)
	}
	buf := make([]byte, 1<<12)
	n, _, err := unix.Recvfrom(t.fd, buf, 0)
	if err != nil {
		return 0, os.NewSyscallError("recvfrom", err)
	}
	const head = unix.SizeofNlMsghdr + 4
	if n < head+8 || binary.NativeEndian.Uint16(buf[4:]) != unix.NFNL_SUBSYS_NFTABLES<<8|unix.NFT_MSG_NEWGEN ||
		binary.NativeEndian.Uint16(buf[head+2:]) != unix.NFTA_GEN_ID {
		return 0, errors.New("kernel: nftables: no generation")
	}
	return binaryutil.BigEndian.Uint32(buf[head+4 : head+8]), nil
}
