// Package radius is a RADIUS client (RFC 2865) for logging in: a user name and a
// password go out in an Access-Request, an Access-Accept or Access-Reject comes back.
// Each packet carries a Message-Authenticator (RFC 3579, section 3.2), and an answer
// without one is not believed: its other seal is a bare MD5, which can be forged
// (CVE-2024-3596).
//
// packet.go is the wire format and pure; client.go asks servers.
package radius

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
)

// Code is the kind of a packet.
type Code uint8

const (
	AccessRequest   Code = 1
	AccessAccept    Code = 2
	AccessReject    Code = 3
	AccessChallenge Code = 11
)

// Attribute types, RFC 2865, section 5, and RFC 3579, section 3.2.
const (
	attrUserName             = 1
	attrUserPassword         = 2
	attrNASIPAddress         = 4
	attrNASPort              = 5
	attrServiceType          = 6
	attrVendorSpecific       = 26
	attrCallingStationID     = 31
	attrNASIdentifier        = 32
	attrNASPortType          = 61
	attrMessageAuthenticator = 80
)

// Values of Service-Type and NAS-Port-Type.
const (
	serviceLogin          = 1
	serviceAdministrative = 6
	portAsync             = 0
	portVirtual           = 5
)

// Vendor-Specific of Cisco: a text "shell:priv-lvl=15".
const (
	vendorCisco = 9
	ciscoAVPair = 1
	privLevel   = "shell:priv-lvl="
)

const (
	headLen      = 20
	authLen      = 16
	maxPacket    = 4096
	maxPassword  = 128
	maxAttribute = 253
)

// Request is who wants to log in.
type Request struct {
	User, Password string
	NAS            [4]byte // address of this router
	Name           string  // of this router
	Port           uint32  // line number
	Virtual        bool    // not the console
	Caller         string  // address of the user, "" on the console
}

// AppendRequest appends an Access-Request:
//
//	Code | Identifier | Length (2 octets) | Authenticator (16) | Attributes: Type | Length | Value
//
// The authenticator is random. It fails when a text is too long to be sent.
func AppendRequest(b []byte, id uint8, authenticator [authLen]byte, secret string, r Request) ([]byte, error) {
	if len(r.User) > maxAttribute || len(r.Password) > maxPassword || len(r.Name) > maxAttribute || len(r.Caller) > maxAttribute {
		return nil, errors.New("radius: user name or password too long")
	}
	start := len(b)
	b = append(b, byte(AccessRequest), id, 0, 0)
	b = append(b, authenticator[:]...)
	b = appendAttribute(b, attrMessageAuthenticator, make([]byte, md5.Size))
	seal := len(b) - md5.Size
	b = appendAttribute(b, attrUserName, []byte(r.User))
	b = appendAttribute(b, attrUserPassword, hide([]byte(r.Password), authenticator, secret))
	b = appendAttribute(b, attrServiceType, number(serviceLogin))
	b = appendAttribute(b, attrNASIPAddress, r.NAS[:])
	if r.Name != "" {
		b = appendAttribute(b, attrNASIdentifier, []byte(r.Name))
	}
	b = appendAttribute(b, attrNASPort, number(r.Port))
	kind := uint32(portAsync)
	if r.Virtual {
		kind = portVirtual
	}
	b = appendAttribute(b, attrNASPortType, number(kind))
	if r.Caller != "" {
		b = appendAttribute(b, attrCallingStationID, []byte(r.Caller))
	}
	binary.BigEndian.PutUint16(b[start+2:], uint16(len(b)-start))
	h := hmac.New(md5.New, []byte(secret))
	h.Write(b[start:])
	h.Sum(b[seal:seal])
	return b, nil
}

func number(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

func appendAttribute(b []byte, kind byte, value []byte) []byte {
	return append(append(b, kind, byte(2+len(value))), value...)
}

// hide is User-Password, RFC 2865, section 5.2:
//
//	b1 = MD5(S | RA), c1 = p1 xor b1;  bi = MD5(S | c(i-1)), ci = pi xor bi
//
// with the password filled up with zeros to a multiple of 16 octets.
func hide(password []byte, authenticator [authLen]byte, secret string) []byte {
	out := make([]byte, max(md5.Size, (len(password)+md5.Size-1)/md5.Size*md5.Size))
	copy(out, password)
	last := authenticator[:]
	for i := 0; i < len(out); i += md5.Size {
		pad := md5.Sum(append([]byte(secret), last...))
		for j, p := range pad {
			out[i+j] ^= p
		}
		last = out[i : i+md5.Size]
	}
	return out
}

// Reply is what a server says.
type Reply struct {
	Accepted bool
	Level    int // privilege level, -1 when it says none
}

// Errors of a packet that is no answer to a request.
var (
	ErrPacket = errors.New("radius: not a packet of RADIUS")
	ErrReply  = errors.New("radius: not the answer to this request")
	ErrSeal   = errors.New("radius: no proof that the server knows the key")
)

// DecodeReply decodes and checks the answer to a request of this identifier and
// authenticator. A challenge is a rejection: nobody is here to answer it.
func DecodeReply(b []byte, id uint8, authenticator [authLen]byte, secret string) (Reply, error) {
	r, err := decodeReply(b, id, authenticator, secret)
	if err != nil {
		return Reply{Level: -1}, err
	}
	return r, nil
}

func decodeReply(b []byte, id uint8, authenticator [authLen]byte, secret string) (Reply, error) {
	r := Reply{Level: -1}
	if len(b) < headLen {
		return r, ErrPacket
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	if length < headLen || length > len(b) || length > maxPacket {
		return r, ErrPacket
	}
	b = b[:length] // RFC 2865, section 3: octets behind the length are padding
	switch Code(b[0]) {
	case AccessAccept:
		r.Accepted = true
	case AccessReject, AccessChallenge:
	default:
		return r, ErrReply
	}
	if b[1] != id {
		return r, ErrReply
	}
	sealed := append([]byte(nil), b...)
	copy(sealed[4:], authenticator[:])
	// ResponseAuth = MD5(Code | ID | Length | RequestAuth | Attributes | Secret)
	sum := md5.Sum(append(append([]byte(nil), sealed...), secret...))
	if !hmac.Equal(sum[:], b[4:headLen]) {
		return r, ErrSeal
	}
	var seal []byte
	for rest := b[headLen:]; len(rest) > 0; {
		if len(rest) < 2 || int(rest[1]) < 2 || int(rest[1]) > len(rest) {
			return r, ErrPacket
		}
		kind, value := rest[0], rest[2:rest[1]]
		at := len(b) - len(rest) + 2
		rest = rest[rest[1]:]
		switch kind {
		case attrMessageAuthenticator:
			if len(value) != md5.Size || seal != nil {
				return r, ErrPacket
			}
			seal = value
			clear(sealed[at : at+md5.Size])
		case attrServiceType:
			if len(value) == 4 && binary.BigEndian.Uint32(value) == serviceAdministrative && r.Level < 0 {
				r.Level = 15
			}
		case attrVendorSpecific:
			if level, ok := levelOf(value); ok {
				r.Level = level
			}
		}
	}
	h := hmac.New(md5.New, []byte(secret))
	h.Write(sealed)
	if seal == nil || !hmac.Equal(h.Sum(nil), seal) {
		return r, ErrSeal
	}
	return r, nil
}

// levelOf reads the privilege level out of a Vendor-Specific attribute: the vendor in
// four octets, then attributes of its own, type and length in one octet each.
func levelOf(value []byte) (level int, ok bool) {
	if len(value) < 4 || binary.BigEndian.Uint32(value) != vendorCisco {
		return 0, false
	}
	for rest := value[4:]; len(rest) >= 2 && int(rest[1]) >= 2 && int(rest[1]) <= len(rest); rest = rest[rest[1]:] {
		text, found := strings.CutPrefix(string(rest[2:rest[1]]), privLevel)
		if n, err := strconv.Atoi(text); rest[0] == ciscoAVPair && found && err == nil && 0 <= n && n <= 15 {
			level, ok = n, true
		}
	}
	return level, ok
}
