package dataplane

import (
	"strconv"
	"testing"

	"conft/internal/acl"
	"conft/internal/packet"
	"conft/internal/suite"
)

// To find the flow of a packet takes as long among ten thousand as among ten, whether
// the packet is protected or not, and whether the others go to networks of their own or come
// from such.
func BenchmarkLookup(b *testing.B) {
	b.Run("to", func(b *testing.B) { benchmarkLookup(b, crowd) })
	b.Run("from", func(b *testing.B) {
		benchmarkLookup(b, func(others int) []*acl.List {
			lists := crowd(others)
			for _, l := range lists[:len(lists)-1] {
				for i := range l.Entries {
					l.Entries[i].Src, l.Entries[i].Dst = l.Entries[i].Dst, lan3
				}
			}
			return lists
		})
	})
}

func benchmarkLookup(b *testing.B, crowd func(others int) []*acl.List) {
	for _, others := range []int{10, 1000, 10000} {
		p1 := New(quiet(nil))
		p3 := New(quiet(nil))
		n := &testNet{r1: &router{Path: p1}, r3: &router{Path: p3}, suite: testSuite{"gcm-128", suite.ESPGCM16, 128, suite.AuthNone}}
		n.policy(crowd(others)...)
		s := p1.links[outside].spd.Load()
		for name, dst := range map[string]string{"protected": "20.1.1.1", "clear": "40.1.1.1"} {
			var pkt packet.Parsed
			if err := pkt.Decode(testPacket{src: "10.1.1.1", dst: dst, protocol: packet.TCP}.bytes()); err != nil {
				b.Fatal(err)
			}
			b.Run(name+"/"+strconv.Itoa(others), func(b *testing.B) {
				for b.Loop() {
					if f := s.lookup(&pkt); (f != nil) != (name == "protected") {
						b.Fatal(f)
					}
				}
			})
		}
		p1.Close()
		p3.Close()
	}
}

// crowd is a policy with so many networks of others, ten for each entry of the crypto map,
// before that of the test.
func crowd(others int) (lists []*acl.List) {
	for i := range others {
		if i%10 == 0 {
			lists = append(lists, &acl.List{})
		}
		l := lists[len(lists)-1]
		l.Entries = append(l.Entries, acl.Entry{Src: lan1, Dst: acl.Addr{Base: 0x1e000000 + uint32(i)<<8, Wildcard: 255}})
	}
	return append(lists, &acl.List{Entries: []acl.Entry{{Src: lan1, Dst: lan3}}})
}
