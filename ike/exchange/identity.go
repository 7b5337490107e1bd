package exchange

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/netip"
	"strings"

	"conft/ike/payload"
)

// Identity is who somebody is in phase 1 (RFC 2407, section 4.6.2), without the protocol
// and port that an ID payload also has. The zero value is nobody: as one's own identity
// it stands for the address that the SA is negotiated from.
type Identity struct {
	Type payload.IDType
	Data []byte
}

// AddressIdentity is an identity of type ID_IPV4_ADDR.
func AddressIdentity(a netip.Addr) Identity { return Identity{payload.IDIPv4, a.AsSlice()} }

// FQDN is the identity of a host by its name.
func FQDN(name string) Identity { return Identity{payload.IDFQDN, []byte(name)} }

// UserFQDN is the identity of a user, "name@domain".
func UserFQDN(name string) Identity { return Identity{payload.IDUserFQDN, []byte(name)} }

// ByAddress is one's own identity where that is to be the address that the SA is
// negotiated from, whichever it is.
var ByAddress = Identity{Type: payload.IDIPv4}

// BySubject is one's own identity where that is to be the subject of the certificate that
// one signs with. Without one it stands for the address.
var BySubject = Identity{Type: payload.IDDERASN1DN}

// IsZero reports whether it is nobody's.
func (i Identity) IsZero() bool { return i.Type == 0 }

// Name returns the name of an FQDN or user FQDN, "" for every other type.
func (i Identity) Name() string {
	if i.Type == payload.IDFQDN || i.Type == payload.IDUserFQDN {
		return string(i.Data)
	}
	return ""
}

// Equal compares identities. Case does not matter in names (RFC 2407, section 4.6.2.3,
// calls them domain names).
func (i Identity) Equal(j Identity) bool {
	if i.Name() != "" {
		return i.Type == j.Type && strings.EqualFold(i.Name(), j.Name())
	}
	return i.Type == j.Type && bytes.Equal(i.Data, j.Data)
}

// Payload returns the Identification payload that carries the identity; local stands in
// for the zero value, for ByAddress and for BySubject.
func (i Identity) Payload(local netip.Addr, protocol uint8, port uint16) payload.ID {
	if i.IsZero() || i.Equal(ByAddress) || i.Equal(BySubject) {
		return payload.AddrID(local, protocol, port)
	}
	return payload.ID{Type: i.Type, Protocol: protocol, Port: port, Data: i.Data}
}

// String returns the identity as debug lines and show commands print it.
func (i Identity) String() string {
	id := payload.ID{Type: i.Type, Data: i.Data}
	if a, ok := id.Addr(); ok {
		return a.String()
	}
	var dn pkix.RDNSequence
	if i.Type == payload.IDDERASN1DN {
		if rest, err := asn1.Unmarshal(i.Data, &dn); err == nil && len(rest) == 0 {
			return dn.String()
		}
	}
	return string(i.Data)
}
