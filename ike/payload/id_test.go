package payload

import (
	"net/netip"
	"testing"
)

func TestIDOfAddresses(t *testing.T) {
	addr, prefix := netip.MustParseAddr, netip.MustParsePrefix
	tests := []struct {
		id          ID
		wire        string
		prefix      string // "" if it is not one
		first, last string
	}{
		{AddrID(addr("12.12.12.1"), 17, 500), "011101f40c0c0c01", "12.12.12.1/32", "12.12.12.1", "12.12.12.1"},
		{SubnetID(prefix("10.1.1.0/24"), 0, 0), "040000000a010100ffffff00", "10.1.1.0/24", "10.1.1.0", "10.1.1.255"},
		{SubnetID(prefix("10.1.1.77/24"), 0, 0), "040000000a010100ffffff00", "10.1.1.0/24", "10.1.1.0", "10.1.1.255"},
		{SubnetID(prefix("0.0.0.0/0"), 6, 23), "040600170000000000000000", "0.0.0.0/0", "0.0.0.0", "255.255.255.255"},
		{SubnetID(prefix("10.1.1.1/32"), 0, 0), "040000000a010101ffffffff", "10.1.1.1/32", "10.1.1.1", "10.1.1.1"},
		{RangeID(addr("20.1.1.1"), addr("20.1.1.9"), 0, 0), "070000001401010114010109", "", "20.1.1.1", "20.1.1.9"},
	}
	for _, test := range tests {
		body := test.id.AppendBody(nil)
		if string(body) != string(unhex(t, test.wire)) {
			t.Errorf("%v is written as %x, want %s", test.id, body, test.wire)
		}
		id, err := DecodeID(body)
		if err != nil {
			t.Error(err)
			continue
		}
		p, ok := id.Prefix()
		if ok != (test.prefix != "") || ok && p != prefix(test.prefix) {
			t.Errorf("%s: prefix %v, want %q", test.wire, p, test.prefix)
		}
		first, last, ok := id.Range()
		if !ok || first != addr(test.first) || last != addr(test.last) {
			t.Errorf("%s: range %v to %v, want %s to %s", test.wire, first, last, test.first, test.last)
		}
	}
}

func TestIDOfNamesHasNoAddresses(t *testing.T) {
	id := ID{Type: IDFQDN, Data: []byte("r1.example")}
	_, isAddr := id.Addr()
	_, isPrefix := id.Prefix()
	_, _, isRange := id.Range()
	if isAddr || isPrefix || isRange {
		t.Error("a name is taken for an address")
	}
}

// "During Phase I negotiations, the ID port and protocol fields MUST be set to
// zero or to UDP port 500." RFC 2407, section 4.6.2.
func TestIDOfPhase1(t *testing.T) {
	for _, test := range []struct {
		protocol uint8
		port     uint16
		want     bool
	}{
		{0, 0, true}, {17, 500, true}, {17, 0, true}, {17, 4500, true},
		{0, 500, false}, {6, 0, false}, {6, 500, false}, {17, 501, false},
	} {
		id := AddrID(netip.MustParseAddr("12.12.12.1"), test.protocol, test.port)
		if got := id.Phase1(); got != test.want {
			t.Errorf("protocol %d port %d: %v", test.protocol, test.port, got)
		}
	}
}
