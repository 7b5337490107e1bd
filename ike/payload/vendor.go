package payload

import (
	"bytes"
	"crypto/md5"
)

// Vendor is a vendor ID that conft knows.
type Vendor uint8

const (
	VendorUnknown           Vendor = iota
	VendorNATTRFC3947              // RFC 3947
	VendorNATTDraft07              // draft-ietf-ipsec-nat-t-ike-07
	VendorNATTDraft03              // draft-ietf-ipsec-nat-t-ike-03
	VendorNATTDraft02              // draft-ietf-ipsec-nat-t-ike-02, its name followed by a newline, as IOS sends it
	VendorNATTDraft02Strict        // the same draft as its text says
	VendorUnity                    // Cisco Unity, 1.0
	VendorDPD                      // RFC 3706, 1.0
	VendorXAUTH                    // draft-beaulieu-ike-xauth-02
	VendorFragmentation            // Cisco's IKE fragmentation
	VendorConcentrator             // Cisco's VPN 3000, with its version behind
)

// vendorIDs are the octets of each, the MD5 of a text. Unity and DPD keep 14 octets
// of it and put their version behind; XAUTH keeps 8.
var vendorIDs = [...]struct {
	name string
	id   string
}{
	VendorUnknown:           {"unknown", ""},
	VendorNATTRFC3947:       {"RFC 3947", "\x4a\x13\x1c\x81\x07\x03\x58\x45\x5c\x57\x28\xf2\x0e\x95\x45\x2f"},
	VendorNATTDraft07:       {"v7", "\x43\x9b\x59\xf8\xba\x67\x6c\x4c\x77\x37\xae\x22\xea\xb8\xf5\x82"},
	VendorNATTDraft03:       {"v3", "\x7d\x94\x19\xa6\x53\x10\xca\x6f\x2c\x17\x9d\x92\x15\x52\x9d\x56"},
	VendorNATTDraft02:       {"v2", "\x90\xcb\x80\x91\x3e\xbb\x69\x6e\x08\x63\x81\xb5\xec\x42\x7b\x1f"},
	VendorNATTDraft02Strict: {"v2", "\xcd\x60\x46\x43\x35\xdf\x21\xf8\x7c\xfd\xb2\xfc\x68\xb6\xa4\x48"},
	VendorUnity:             {"Unity", "\x12\xf5\xf2\x8c\x45\x71\x68\xa9\x70\x2d\x9f\xe2\x74\xcc\x01\x00"},
	VendorDPD:               {"DPD", "\xaf\xca\xd7\x13\x68\xa1\xf1\xc9\x6b\x86\x96\xfc\x77\x57\x01\x00"},
	VendorXAUTH:             {"XAUTH", "\x09\x00\x26\x89\xdf\xd6\xb7\x12"},
	VendorConcentrator:      {"VPN 3000", "\x1f\x07\xf7\x0e\xaa\x65\x14\xd3\xb0\xfa\x96\x54\x2a\x50"},
	VendorFragmentation:     {"fragmentation", "\x40\x48\xb7\xd5\x6e\xbc\xe8\x85\x25\xe7\xde\x7f\x00\xd6\xc2\xd3"},
}

// String returns the name; for NAT-T the one in IOS's "vendor ID is NAT-T …".
func (v Vendor) String() string { return vendorIDs[v].name }

// ID returns the octets of v to send.
func (v Vendor) ID() Opaque { return Opaque(vendorIDs[v].id) }

// NATT reports whether v is a version of NAT traversal.
func (v Vendor) NATT() bool { return v >= VendorNATTRFC3947 && v <= VendorNATTDraft02Strict }

// ClassifyVendor names a vendor ID received.
func ClassifyVendor(id []byte) Vendor {
	for v := VendorUnknown + 1; int(v) < len(vendorIDs); v++ {
		if v.matches(id) {
			return v
		}
	}
	return VendorUnknown
}

func (v Vendor) matches(id []byte) bool {
	known := vendorIDs[v].id
	switch v {
	case VendorUnity, VendorDPD: // of any minor version
		return len(id) == len(known) && string(id[:majorIndex+1]) == known[:majorIndex+1]
	case VendorConcentrator:
		return len(id) == len(known)+2 && string(id[:len(known)]) == known
	case VendorFragmentation: // four octets of capabilities may follow
		return string(id) == known || len(id) == len(known)+4 && string(id[:len(known)]) == known
	}
	return string(id) == known
}

// unityMajor is the major version of Unity and DPD, at octet majorIndex.
const (
	majorIndex = 14
	unityMajor = 1
)

// shortMajor stands for the octet that IOS reads behind the end of a short
// vendor ID: whatever memory holds there. It is one of the values seen.
const shortMajor = 149

// VendorMajor returns the octet that IOS takes for the major version of a Unity
// or DPD vendor ID, whichever vendor ID it is, and whether it is the right one.
func VendorMajor(id []byte) (major uint8, ok bool) {
	if len(id) <= majorIndex {
		return shortMajor, false
	}
	return id[majorIndex], id[majorIndex] == unityMajor
}

// IOSVendorID returns the vendor ID by which one router knows another of its
// kind.
//
//	VID = MD5("conft" | CKY-I | CKY-R)
//
// That of IOS also differs with each SA, but how it is made is not published;
// this one is conft's own, and a peer that sends anything else is not taken
// for a conft.
func IOSVendorID(initiator, responder [8]byte) Opaque {
	b := append([]byte("conft"), initiator[:]...)
	sum := md5.Sum(append(b, responder[:]...))
	return sum[:]
}

// IsIOSVendorID reports whether id is IOSVendorID of the cookies.
func IsIOSVendorID(id []byte, initiator, responder [8]byte) bool {
	return bytes.Equal(id, IOSVendorID(initiator, responder))
}
