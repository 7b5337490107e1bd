package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// tally are the packets counted by rules, by tally of the chain and text of the rule.
type tally map[string]map[string]uint64

func (t tally) add(chain, text string, packets uint64) {
	if t[chain] == nil {
		t[chain] = map[string]uint64{}
	}
	t[chain][text] += packets
}

// clone is a copy, never nil.
func (t tally) clone() tally {
	c := tally{}
	for chain, rules := range t {
		c[chain] = maps.Clone(rules)
	}
	return c
}

// take returns what was counted, once: the first of equal rules has it all.
func (t tally) take(chain, text string) uint64 {
	n := t[chain][text]
	delete(t[chain], text)
	return n
}

// errTampered says that the table in the kernel is not the one put there.
var errTampered = errors.New("kernel: table ip conft was changed by someone else")

// counts reads the counters of the table, which must be in the kernel.
func (r ruleset) counts() (tally, error) {
	have, err := heldBy("")
	if err != nil {
		return nil, fmt.Errorf("kernel: nft list table ip %s: %w", tableName, err)
	}
	t := tally{}
	for i := range r {
		ch := &r[i]
		counted := have[ch.name]
		if len(counted) != len(ch.rules) {
			return nil, errTampered
		}
		for i, h := range counted {
			t.add(ch.tally(), ch.rules[i].text, h.packets)
		}
	}
	return t, nil
}

// held is a rule in the kernel: by what it is named, and the packets that it has counted.
type held struct{ handle, packets uint64 }

// holdings returns the rules of those chains.
func holdings(chains []string) (map[string][]held, error) {
	const few = 32 // to ask for each of thousands takes a hundred times as long as for all
	if len(chains) > few {
		return heldBy("")
	}
	all := map[string][]held{}
	for _, name := range chains {
		one, err := heldBy(name)
		if err != nil {
			return nil, err
		}
		all[name] = one[name]
	}
	return all, nil
}

// heldBy returns the rules of a chain, or of all, by chain.
func heldBy(chain string) (map[string][]held, error) {
	b := named0(put(unix.NFT_MSG_GETRULE, unix.NLM_F_DUMP), unix.NFTA_RULE_TABLE, tableName)
	if chain != "" {
		b = named0(b, unix.NFTA_RULE_CHAIN, chain)
	}
	const tries = 5 // somebody may change other rules meanwhile
	for i := 1; ; i++ {
		all := map[string][]held{}
		err := dump(b, func(b []byte) error {
			chain, h, err := decodeRule(b)
			if err == nil {
				all[chain] = append(all[chain], h)
			}
			return err
		})
		switch {
		case errors.Is(err, errInterrupted) && i < tries:
		case errors.Is(err, fs.ErrNotExist):
			return all, nil
		default:
			return all, err
		}
	}
}

// errInterrupted says that rules were changed while they were listed.
var errInterrupted = errors.New("kernel: nftables: interrupted")

// dump asks nftables for a list and calls each with the parts of the answer.
func dump(request []byte, each func([]byte) error) error {
	t, err := newTransactor(0)
	if err != nil {
		return err
	}
	defer t.close()
	binary.NativeEndian.PutUint32(request, uint32(len(request)))
	if err := unix.Sendto(t.fd, request, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	// The kernel goes through all that it has said before for each answer, so these are to be
	// as large as it makes them.
	buf := make([]byte, 1<<15)
	for {
		n, _, err := unix.Recvfrom(t.fd, buf, 0)
		if err == unix.EINTR {
			continue
		} else if err != nil {
			return err
		}
		for b := buf[:n]; len(b) >= unix.SizeofNlMsghdr; {
			size := int(binary.NativeEndian.Uint32(b))
			if size < unix.SizeofNlMsghdr || size > len(b) {
				return errors.New("kernel: nftables: answer cut short")
			}
			const interrupted = 0x10 // NLM_F_DUMP_INTR
			if binary.NativeEndian.Uint16(b[6:])&interrupted != 0 {
				return errInterrupted
			}
			switch body := b[unix.SizeofNlMsghdr:size]; binary.NativeEndian.Uint16(b[4:]) {
			case unix.NLMSG_DONE:
				return nil
			case unix.NLMSG_ERROR:
				if len(body) < 4 {
					return errors.New("kernel: nftables: answer cut short")
				}
				return unix.Errno(-int32(binary.NativeEndian.Uint32(body)))
			default:
				if err := each(body); err != nil {
					return err
				}
			}
			b = b[min(len(b), (size+3)&^3):]
		}
	}
}

// decodeRule returns the chain of a rule, its handle and the packets that its counter has.
func decodeRule(b []byte) (chain string, h held, err error) {
	const family = 4 // struct nfgenmsg
	if len(b) < family {
		return "", h, errors.New("short rule")
	}
	ad, err := netlink.NewAttributeDecoder(b[family:])
	if err != nil {
		return "", h, err
	}
	ad.ByteOrder = binary.BigEndian
	for ad.Next() {
		switch ad.Type() {
		case unix.NFTA_RULE_CHAIN:
			chain = strings.TrimRight(ad.String(), "\x00")
		case unix.NFTA_RULE_HANDLE:
			h.handle = ad.Uint64()
		case unix.NFTA_RULE_EXPRESSIONS:
			ad.Nested(func(list *netlink.AttributeDecoder) error {
				for list.Next() {
					list.Nested(func(e *netlink.AttributeDecoder) error { return decodeCounter(e, &h.packets) })
				}
				return nil
			})
		}
	}
	return chain, h, ad.Err()
}

// decodeCounter adds what an expression has counted, if it is a counter: its name comes
// first.
func decodeCounter(e *netlink.AttributeDecoder, packets *uint64) error {
	name := ""
	for e.Next() {
		switch {
		case e.Type() == unix.NFTA_EXPR_NAME:
			name = strings.TrimRight(e.String(), "\x00")
		case e.Type() == unix.NFTA_EXPR_DATA && name == "counter":
			e.Nested(func(c *netlink.AttributeDecoder) error {
				c.ByteOrder = binary.BigEndian
				for c.Next() {
					if c.Type() == unix.NFTA_COUNTER_PACKETS {
						*packets += c.Uint64()
					}
				}
				return nil
			})
		}
	}
	return nil
}
