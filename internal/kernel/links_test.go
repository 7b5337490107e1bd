package kernel

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"
)

// Whoever changes thousands of routes of his own has nothing looked at again.
func TestConcerningMessages(t *testing.T) {
	route := func(kind uint16, protocol byte) []byte {
		b := make([]byte, unix.SizeofNlMsghdr+unix.SizeofRtMsg)
		binary.NativeEndian.PutUint32(b, uint32(len(b)))
		binary.NativeEndian.PutUint16(b[4:], kind)
		b[unix.SizeofNlMsghdr+5] = protocol
		return b
	}
	join := func(all ...[]byte) (b []byte) {
		for _, m := range all {
			b = append(b, m...)
		}
		return b
	}
	foreign := route(unix.RTM_DELROUTE, unix.RTPROT_BOOT)
	for _, c := range []struct {
		what string
		b    []byte
		want bool
	}{
		{"a foreign route goes", foreign, false},
		{"routes come", join(route(unix.RTM_NEWROUTE, unix.RTPROT_BOOT), route(unix.RTM_NEWROUTE, protocolConft)), false},
		{"one of ours goes", join(foreign, route(unix.RTM_DELROUTE, protocolConft)), true},
		{"a link changes among them", join(foreign, route(unix.RTM_NEWLINK, 0)), true},
		{"cut short", foreign[:unix.SizeofNlMsghdr+2], true},
	} {
		if got := concerning(c.b); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}
