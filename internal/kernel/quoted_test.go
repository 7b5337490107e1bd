package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"

	"conft/internal/acl"
	"conft/internal/packet"
)

// An error is kept back if an entry protects the packet that it quotes. Where the entry
// asks for what need not be quoted, a permit keeps back more than it protects, and a deny
// lets nothing by that it would not.
func TestQuotedConditions(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 3))
	matched := 0
	for range 200000 {
		e, b := someEntry(r), somePacket(r)
		var p packet.Parsed
		if err := p.Decode(b); err != nil {
			t.Fatal(err)
		}
		if p.FragmentOffset != 0 { // is never answered
			continue
		}
		e.Action = acl.Action(r.IntN(2))
		quoting := slices.Concat([]byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 23, 23, 23, 3, 10, 1, 1, 1}, []byte{11, 0, 0, 0, 0, 0, 0, 0}, b)
		got := false
		for _, c := range quotedRules(CryptoLink{}, Selector{}, e) {
			got = got || holds(t, rule{c.text, c.exprs[:len(c.exprs)-1]}, quoting)
		}
		reversed := mirror(e)
		want := reversed.Match(&p)
		bits, _ := e.Service.Octet()
		plain := bits == 0 && e.TCP.Op == acl.FlagsNone && e.ICMP.Op == acl.ICMPAny && !e.Fragments
		options := b[0]&15 > 5 && e.Transport()
		switch {
		case plain && !options && got != want, want && !got && e.Action == acl.Permit, got && !want && e.Action == acl.Deny:
			t.Fatalf("%s: the rules say %v, acl says %v of quoted % x", acl.AppendEntry(nil, &e), got, want, b)
		}
		if want {
			matched++
		}
	}
	if matched < 5000 {
		t.Errorf("only %d of the packets match anything", matched)
	}
}
