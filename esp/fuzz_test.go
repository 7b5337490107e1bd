package esp

import (
	"bytes"
	"testing"

	"conft/internal/suite"
)

// FuzzOpen gives arbitrary octets to every suite: no panic, and where there is an ICV,
// nothing is accepted but what a holder of the keys sealed, which here is one inner packet
// under one number. (The IVs differ from one run to the next, so that the packets of
// another run's corpus are the peer's too.)
func FuzzOpen(f *testing.F) {
	inner := octets(84, 0)
	ends := map[*Inbound]Keys{}
	for _, k := range suites() {
		out, in := pair(f, k)
		ends[in] = k
		pkt := sealed(out, inner, 1, ipv4)
		if got, _, _, err := in.Open(bytes.Clone(pkt)); err != nil || !bytes.Equal(got, inner) {
			f.Fatalf("%s: %x, %v", name(k), got, err)
		}
		f.Add(pkt)
		f.Add(pkt[:len(pkt)-1])
		f.Add(pkt[:8])
		forged := bytes.Clone(pkt)
		forged[len(forged)-1] ^= 1
		f.Add(forged)
	}
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 1500))
	f.Fuzz(func(t *testing.T, b []byte) {
		for in, k := range ends {
			got, next, seq, err := in.Open(bytes.Clone(b))
			if err != nil {
				if got != nil {
					t.Fatalf("%s: %x with %v", name(k), got, err)
				}
				continue
			}
			authentic := k.Auth != suite.AuthNone || k.Transform.Combined()
			if authentic && (!bytes.Equal(got, inner) || next != ipv4 || seq != 1) {
				t.Fatalf("%s: forged: %x, next %d, seq %d", name(k), got, next, seq)
			}
		}
	})
}
