package commands

import (
	"testing"

	"conft/internal/router"
)

func TestShowDroppedPackets(t *testing.T) {
	r := newFake(t, "")
	r.drops = router.CryptoDrops{
		Interfaces: []router.InterfaceDrops{{Interface: "GigabitEthernet0/1", Address: 0x0c0c0c01, Dropped: 3}},
		Packets:    []router.DropReason{{Reason: "output no SA", Count: 1}, {Reason: "input not encrypted", Count: 2}},
		IKE:        []router.DropReason{{Reason: "mailbox full", Count: 0}},
	}
	expect(t, "show crypto engine connections dropped-packet", run(t, r, "show crypto engine connections dropped-packet"),
		`Interface                  IP-Address      Drop Count
GigabitEthernet0/1         12.12.12.1      3

Packets dropped:
  output no SA                                 1
  input not encrypted                          2

IKE messages dropped:
  mailbox full                                 0
`)
}
