package kernel

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"conft/internal/nstest"
	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// Where no condition asks for more than addresses each fragment is judged by itself. Of an ICMP
// error in fragments about what came out of a tunnel neither the beginning nor the end leaves
// in clear; those of a long echo do.
func TestFragmentsJudgedOneByOne(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	w := tap(t, l.r3, "wan0")
	for _, c := range []struct {
		what     string
		datagram []byte
		cuts     []int
		clear    int
	}{
		{"an error about what was protected", icmp(3, 300, "20.1.1.2", "10.1.1.2"), []int{64, 128}, 0},
		{"an error about something else", icmp(3, 300, "30.1.1.2", "10.1.1.2"), []int{64, 128}, 1},
		{"an echo", icmp(8, 4000, "0.0.0.0", "0.0.0.0"), []int{1480, 2960}, 3},
	} {
		l.hostA.do(t, func() { sendFragments(t, "12.12.12.3", c.datagram, c.cuts) })
		if all := w.arrived(t, c.clear); len(all) != c.clear || clearPackets(all) != c.clear {
			t.Errorf("of %s %d packets left, want %d in clear: %x", c.what, len(all), c.clear, all)
		}
	}
	if c, err := l.k1.Counters(); err != nil || c["wan0"].Unsaid != 3+2 {
		t.Errorf("counters %+v, %v; want 5 not said", c, err)
	}
}

// icmp is a message of that type and size that quotes the header of a packet.
func icmp(kind byte, size int, src, dst string) []byte {
	m := make([]byte, size)
	m[0] = kind
	quoted := m[icmpHeaderLen:]
	quoted[0], quoted[9] = 0x45, packet.UDP
	copy(quoted[sourceAt:], netip.MustParseAddr(src).AsSlice())
	copy(quoted[destinationAt:], netip.MustParseAddr(dst).AsSlice())
	binary.BigEndian.PutUint16(m[2:], packet.Checksum(m))
	return m
}

// sendFragments sends an ICMP message to an address, cut before those octets.
func sendFragments(t *testing.T, to string, message []byte, cuts []int) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW)
	must(t, err)
	defer unix.Close(fd)
	dst := netip.MustParseAddr(to).As4()
	at := 0
	for _, end := range append(slices.Clone(cuts), len(message)) {
		h := []byte{0x45, 0, 0, 0, 0x12, 0x34, 0, 0, 64, packet.ICMP, 0, 0, 0, 0, 0, 0, dst[0], dst[1], dst[2], dst[3]}
		offset := uint16(at / 8)
		if end < len(message) {
			offset |= 0x2000
		}
		binary.BigEndian.PutUint16(h[6:], offset)
		must(t, unix.Sendto(fd, append(h, message[at:end]...), 0, &unix.SockaddrInet4{Addr: dst}))
		at = end
	}
}
