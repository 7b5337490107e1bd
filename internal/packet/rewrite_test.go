package packet

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// A checksum adjusted for new addresses is what computing it anew gives.
func TestFixChecksum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		for _, protocol := range []byte{TCP, UDP} {
			ip := make([]byte, 20+20+r.IntN(40))
			for i := range ip {
				ip[i] = byte(r.Uint32())
			}
			ip[0], ip[9] = 0x45, protocol
			src, dst := binary.BigEndian.Uint32(ip[12:]), binary.BigEndian.Uint32(ip[16:])
			at := map[byte]int{TCP: 36, UDP: 26}[protocol]
			putSum(ip, at)
			binary.BigEndian.PutUint32(ip[12:], r.Uint32())
			binary.BigEndian.PutUint32(ip[16:], r.Uint32())
			FixChecksum(ip, src, dst)
			got := binary.BigEndian.Uint16(ip[at:])
			putSum(ip, at)
			if want := binary.BigEndian.Uint16(ip[at:]); got%0xffff != want%0xffff { // 0 and 0xffff are the same
				t.Fatalf("protocol %d: %#04x, want %#04x", protocol, got, want)
			}
		}
	}
	none := []byte{0: 0x45, 9: UDP, 19: 1, 40: 0}
	FixChecksum(none, 1, 2)
	if none[26] != 0 || none[27] != 0 {
		t.Error("a datagram without checksum has one now")
	}
	for _, short := range [][]byte{none[:20], none[:26], {0: 0x45, 9: TCP, 35: 0}, {0: 0x45, 9: ICMP, 40: 0}} {
		FixChecksum(short, 1, 2) // nothing to adjust
	}
}

// putSum computes the checksum of TCP or UDP at an offset.
func putSum(ip []byte, at int) {
	binary.BigEndian.PutUint16(ip[at:], 0)
	pseudo := append([]byte{}, ip[12:20]...)
	pseudo = append(pseudo, 0, ip[9])
	pseudo = binary.BigEndian.AppendUint16(pseudo, uint16(len(ip)-20))
	sum := Checksum(append(pseudo, ip[20:]...))
	if ip[9] == UDP && sum == 0 {
		sum = 0xffff
	}
	binary.BigEndian.PutUint16(ip[at:], sum)
}
