package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// tally are the packets counted by rules, by tally of the chain and text of the rule.
type tally map[string]map[string]uint64

// errTampered says that the table in the kernel is not the one put there.
var errTampered = errors.New("kernel: table ip conft was changed by someone else")

// counts reads the counters of the table, which must be in the kernel.
func (r ruleset) counts() (tally, error) {
	have, err := ruleCounters()
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
		if t[ch.tally()] == nil {
			t[ch.tally()] = map[string]uint64{}
		}
		for i, n := range counted {
			t[ch.tally()][ch.rules[i].text] += n
		}
	}
	return t, nil
}

// ruleCounters returns what each rule of the table has counted, by chain. All chains come
// in one answer: to ask for each takes a hundred times as long when there are thousands.
func ruleCounters() (map[string][]uint64, error) {
	c, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	_ = c.SetReadBuffer(1 << 20) // what a machine allows is enough
	attrs, err := netlink.MarshalAttributes([]netlink.Attribute{{Type: unix.NFTA_RULE_TABLE, Data: []byte(tableName + "\x00")}})
	if err != nil {
		return nil, err
	}
	ms, err := c.Execute(netlink.Message{
		Header: netlink.Header{Type: unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_GETRULE, Flags: netlink.Request | netlink.Dump},
		Data:   append([]byte{unix.AF_INET, 0, 0, 0}, attrs...), // struct nfgenmsg
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	all := map[string][]uint64{}
	for _, m := range ms {
		chain, n, err := decodeRule(m.Data)
		if err != nil {
			return nil, err
		}
		all[chain] = append(all[chain], n)
	}
	return all, nil
}

// decodeRule returns the chain of a rule and the packets that its counter has.
func decodeRule(b []byte) (chain string, packets uint64, err error) {
	const family = 4 // struct nfgenmsg
	if len(b) < family {
		return "", 0, errors.New("short rule")
	}
	ad, err := netlink.NewAttributeDecoder(b[family:])
	if err != nil {
		return "", 0, err
	}
	for ad.Next() {
		switch ad.Type() {
		case unix.NFTA_RULE_CHAIN:
			chain = strings.TrimRight(ad.String(), "\x00")
		case unix.NFTA_RULE_EXPRESSIONS:
			ad.Nested(func(list *netlink.AttributeDecoder) error {
				for list.Next() {
					list.Nested(func(e *netlink.AttributeDecoder) error { return decodeCounter(e, &packets) })
				}
				return nil
			})
		}
	}
	return chain, packets, ad.Err()
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
