package esp

import "testing"

// RFC 3948, sections 2.1 to 2.3.
func TestUDPEncapsulation(t *testing.T) {
	for _, v := range []struct {
		datagram       string
		ike, keepalive bool
	}{
		{"", false, false},
		{"ff", false, true},
		{"00", false, false},
		{"ffff", false, false},
		{"000000", false, false},
		{"00000000", true, false},
		{"00000000c0ffee", true, false},
		{"0000000100000001", false, false},
		{"ff00000000000001", false, false},
	} {
		b := unhex(t, v.datagram)
		if IsIKE(b) != v.ike || IsKeepalive(b) != v.keepalive {
			t.Errorf("%q: IKE %v, keepalive %v", v.datagram, IsIKE(b), IsKeepalive(b))
		}
	}
}
