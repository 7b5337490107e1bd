package payload

import (
	"encoding/binary"
	"net/netip"
)

// IDType is the kind of an identity (RFC 2407, section 4.6.2.1).
type IDType uint8

const (
	IDIPv4       IDType = 1
	IDFQDN       IDType = 2
	IDUserFQDN   IDType = 3
	IDIPv4Subnet IDType = 4
	IDIPv4Range  IDType = 7
	IDDERASN1DN  IDType = 9
	IDKeyID      IDType = 11
)

var idNames = map[IDType]string{
	IDIPv4:       "ID_IPV4_ADDR",
	IDFQDN:       "ID_FQDN",
	IDUserFQDN:   "ID_USER_FQDN",
	IDIPv4Subnet: "ID_IPV4_ADDR_SUBNET",
	IDIPv4Range:  "ID_IPV4_ADDR_RANGE",
	IDDERASN1DN:  "ID_DER_ASN1_DN",
	IDKeyID:      "ID_KEY_ID",
}

// String returns the RFC's name.
func (t IDType) String() string { return nameOr(idNames[t], uint64(t)) }

// ID is an Identification payload (RFC 2408, section 3.8; RFC 2407, section 4.6.2).
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!   ID Type     !  Protocol ID  !             Port              !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                     Identification Data                       !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type ID struct {
	Type     IDType
	Protocol uint8
	Port     uint16
	Data     []byte
}

// AddrID returns the identity of an IPv4 address.
func AddrID(a netip.Addr, protocol uint8, port uint16) ID {
	return ID{IDIPv4, protocol, port, a.AsSlice()}
}

// SubnetID returns the identity of an IPv4 network.
func SubnetID(p netip.Prefix, protocol uint8, port uint16) ID {
	data := binary.BigEndian.AppendUint32(p.Masked().Addr().AsSlice(), maskOf(p.Bits()))
	return ID{IDIPv4Subnet, protocol, port, data}
}

// RangeID returns the identity of the IPv4 addresses from first to last.
func RangeID(first, last netip.Addr, protocol uint8, port uint16) ID {
	return ID{IDIPv4Range, protocol, port, append(first.AsSlice(), last.AsSlice()...)}
}

// AppendBody appends the payload without its generic header.
func (p *ID) AppendBody(b []byte) []byte {
	b = append(b, byte(p.Type), p.Protocol)
	b = binary.BigEndian.AppendUint16(b, p.Port)
	return append(b, p.Data...)
}

// DecodeID decodes the body of an Identification payload. The result refers to b.
// Identity types that are not known are kept as they are.
func DecodeID(b []byte) (ID, error) {
	if len(b) < 4 {
		return ID{}, malformed(TypeID, len(b), "shorter than its header")
	}
	p := ID{Type: IDType(b[0]), Protocol: b[1], Port: binary.BigEndian.Uint16(b[2:]), Data: b[4:]}
	if reason := p.flaw(); reason != "" {
		return ID{}, &DecodeError{TypeID, 4, InvalidIDInformation, reason}
	}
	return p, nil
}

// flaw says what is wrong with the identification data, "" if nothing is.
func (p *ID) flaw() string {
	switch p.Type {
	case IDIPv4:
		if len(p.Data) != 4 {
			return "address is not of 4 octets"
		}
	case IDIPv4Subnet:
		if len(p.Data) != 8 {
			return "network is not of 8 octets"
		}
		addr, mask := binary.BigEndian.Uint32(p.Data), binary.BigEndian.Uint32(p.Data[4:])
		if ^mask&(^mask+1) != 0 {
			return "mask is not contiguous"
		}
		if addr&^mask != 0 {
			return "address has bits outside its mask"
		}
	case IDIPv4Range:
		if len(p.Data) != 8 {
			return "range is not of 8 octets"
		}
		if binary.BigEndian.Uint32(p.Data) > binary.BigEndian.Uint32(p.Data[4:]) {
			return "range ends before it begins"
		}
	default:
		if len(p.Data) == 0 {
			return "no identification data"
		}
	}
	return ""
}

// Phase1 reports whether protocol and port are fit for a phase-1 identity.
//
// "During Phase I negotiations, the ID port and protocol fields MUST be set to
// zero or to UDP port 500." RFC 2407, section 4.6.2. A peer that floated to port
// 4500 may name that port (RFC 3947, section 4).
func (p *ID) Phase1() bool {
	switch {
	case p.Protocol == 0:
		return p.Port == 0
	case p.Protocol == 17:
		return p.Port == 0 || p.Port == 500 || p.Port == 4500
	}
	return false
}

// Addr returns the address of an IDIPv4.
func (p *ID) Addr() (netip.Addr, bool) {
	if p.Type != IDIPv4 || p.flaw() != "" {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4([4]byte(p.Data)), true
}

// Prefix returns the network of an IDIPv4Subnet, or of an IDIPv4 as a host.
func (p *ID) Prefix() (netip.Prefix, bool) {
	if a, ok := p.Addr(); ok {
		return netip.PrefixFrom(a, 32), true
	}
	if p.Type != IDIPv4Subnet || p.flaw() != "" {
		return netip.Prefix{}, false
	}
	bits := 0
	for m := binary.BigEndian.Uint32(p.Data[4:]); m != 0; m <<= 1 {
		bits++
	}
	return netip.PrefixFrom(netip.AddrFrom4([4]byte(p.Data[:4])), bits), true
}

// Range returns the first and last address of any identity made of addresses.
func (p *ID) Range() (first, last netip.Addr, ok bool) {
	if p.flaw() != "" {
		return netip.Addr{}, netip.Addr{}, false
	}
	switch p.Type {
	case IDIPv4:
		first = netip.AddrFrom4([4]byte(p.Data))
		return first, first, true
	case IDIPv4Subnet:
		end := binary.BigEndian.Uint32(p.Data) | ^binary.BigEndian.Uint32(p.Data[4:])
		return netip.AddrFrom4([4]byte(p.Data[:4])), netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, end))), true
	case IDIPv4Range:
		return netip.AddrFrom4([4]byte(p.Data[:4])), netip.AddrFrom4([4]byte(p.Data[4:])), true
	}
	return netip.Addr{}, netip.Addr{}, false
}

func maskOf(bits int) uint32 { return ^uint32(0) << (32 - bits) }
