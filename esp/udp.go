package esp

// UDP encapsulation on port 4500 (RFC 3948): the payload of a datagram is an ESP packet,
// or an IKE message behind a marker that no SPI can be, or a NAT keepalive.

// MarkerLen is the length of the non-ESP marker, which is all zero (RFC 3948, section
// 2.2).
const MarkerLen = 4

// Marker is the non-ESP marker.
var Marker = [MarkerLen]byte{}

// Keepalive is the only octet of a NAT keepalive (RFC 3948, section 2.3).
const Keepalive = 0xff

// UDPHeaderLen is what the encapsulation adds to an ESP packet (RFC 3948, section 2.1).
const UDPHeaderLen = 8

// IsIKE reports whether a datagram on port 4500 carries IKE, behind MarkerLen octets.
func IsIKE(datagram []byte) bool {
	return len(datagram) >= MarkerLen && [MarkerLen]byte(datagram) == Marker
}

// IsKeepalive reports whether a datagram on port 4500 is a NAT keepalive, which its
// receiver ignores (RFC 3948, section 2.3).
func IsKeepalive(datagram []byte) bool {
	return len(datagram) == 1 && datagram[0] == Keepalive
}
