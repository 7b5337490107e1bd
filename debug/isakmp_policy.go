package debug

import "fmt"

// ISAKMPLocalKey is "{C}: local preshared key found".
type ISAKMPLocalKey struct{ At }

func (e ISAKMPLocalKey) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ": local preshared key found"...)
}

// ISAKMPScanProfiles is "ISAKMP : Scanning profiles for xauth ...", the one line
// with a space before the colon.
type ISAKMPScanProfiles struct {
	At
	Names string // blank-separated, "" when there are none
}

func (e ISAKMPScanProfiles) AppendLine(b []byte, _ Manner) []byte {
	b = append(b, "ISAKMP : Scanning profiles for xauth ..."...)
	if e.Names != "" {
		b = append(append(b, ' '), e.Names...)
	}
	return b
}

// ISAKMPChecking is "{C}:Checking ISAKMP transform 1 against priority 10 policy".
type ISAKMPChecking struct {
	At
	Transform uint8
	Priority  int
}

func (e ISAKMPChecking) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":Checking ISAKMP transform %d against priority %d policy", e.Transform, e.Priority)
}

// ISAKMPAttribute is one attribute of a phase 1 transform, such as
// "ISAKMP:      encryption DES-CBC", printed in the order received. Class and
// Value are the numbers of RFC 2409, appendix A. Octets is the length of a value
// in variable-length form, 0 for the basic form.
type ISAKMPAttribute struct {
	At
	Class  uint16
	Value  uint64
	Octets int
}

// Attribute classes of phase 1 (RFC 2409, appendix A).
const (
	classEncryption = 1
	classHash       = 2
	classAuth       = 3
	classGroup      = 4
	classLifeType   = 11
	classLife       = 12
	classKeyLength  = 14
)

var (
	encryptionNames = map[uint64]string{1: "DES-CBC", 5: "3DES-CBC", 7: "AES-CBC"}
	hashNames       = map[uint64]string{1: "MD5", 2: "SHA", 4: "SHA256", 5: "SHA384", 6: "SHA512"}
	authNames       = map[uint64]string{1: "pre-share", 3: "RSA sig", 4: "RSA encr", 65001: "XAUTHInitPreShared"}
	lifeTypeNames   = map[uint64]string{1: "seconds", 2: "kilobytes"}
)

func (e ISAKMPAttribute) AppendLine(b []byte, m Manner) []byte {
	b = append(b, "ISAKMP:      "...)
	switch e.Class {
	case classEncryption:
		return appendName(b, "encryption", encryptionNames, e.Value)
	case classHash:
		return appendName(b, "hash", hashNames, e.Value)
	case classAuth:
		return appendName(b, "auth", authNames, e.Value)
	case classGroup:
		return fmt.Appendf(b, "default group %d", e.Value)
	case classLifeType:
		return appendName(b, "life type in", lifeTypeNames, e.Value)
	case classLife:
		return appendLife(append(b, "life duration "...), e.Value, e.Octets, m)
	case classKeyLength:
		return fmt.Appendf(b, "keylength of %d", e.Value)
	}
	return fmt.Appendf(b, textUnknownAttribute, e.Class, e.Value)
}

// appendName appends "what name", or the old "what... What? 9?" for a number
// without a name.
func appendName(b []byte, what string, names map[uint64]string, v uint64) []byte {
	if name, ok := names[v]; ok {
		return fmt.Appendf(b, "%s %s", what, name)
	}
	return fmt.Appendf(b, textUnknownValue, what, v)
}

// appendLife appends "(basic) of 3600" or "(VPI) of  0x0 0x1 0x51 0x80", in 15.x with
// a blank behind the last octet.
func appendLife(b []byte, v uint64, octets int, m Manner) []byte {
	if octets == 0 {
		return fmt.Appendf(b, "(basic) of %d", v)
	}
	b = append(b, "(VPI) of "...)
	for i := octets - 1; i >= 0; i-- {
		b = fmt.Appendf(b, " 0x%X", byte(v>>(8*i)))
	}
	if m == IOS15 {
		b = append(b, ' ')
	}
	return b
}

// ISAKMPAcceptable is the verdict on a phase 1 transform, "{C}:atts are
// acceptable. Next payload is 0". Next is 3 when another transform follows.
type ISAKMPAcceptable struct {
	At
	Refused bool // "atts are not acceptable."
	Next    uint8
}

func (e ISAKMPAcceptable) AppendLine(b []byte, m Manner) []byte {
	verdict := "acceptable"
	if e.Refused {
		verdict = "not acceptable"
	}
	return fmt.Appendf(e.conn(b, m), ":atts are %s. Next payload is %d", verdict, e.Next)
}

// ISAKMPMismatch is the first attribute that differs from the policy, such as
// "{C}:Hash algorithm offered does not match policy!".
type ISAKMPMismatch struct {
	At
	What     Mismatch
	Fallback bool // the policy is the one that nobody configured

	// What is compared, by the numbers of RFC 2409, appendix A.
	Offered, Wanted uint64
}

// Mismatch is the attribute that a policy refuses. The checks are made in this order.
type Mismatch uint8

const (
	MismatchEncryption Mismatch = iota
	MismatchKeyLength
	MismatchHash
	MismatchGroup
	MismatchAuth      // a method that is not named below
	MismatchPreshared // pre-shared key offered, but the policy wants another method
	MismatchNoKey     // both want a pre-shared key, but there is none for the peer
	MismatchXauth
	MismatchRSASig
	MismatchNoCertificate // both want RSA signatures, but this router has no usable certificate
)

var mismatchTexts = [...]string{
	MismatchEncryption: "Encryption algorithm offered does not match policy!",
	MismatchKeyLength:  "Proposed key length does not match policy",
	MismatchHash:       "Hash algorithm offered does not match policy!",
	MismatchGroup:      "Diffie-Hellman group offered does not match policy!",
	MismatchAuth:       textMismatchAuth,
	MismatchPreshared:  textMismatchPreshared,
	MismatchNoKey:      textMismatchPreshared,
	MismatchXauth:      textMismatchXauth,
	MismatchRSASig:     textMismatchRSASig,

	MismatchNoCertificate: textMismatchRSASig,
}

// Attribute names what is compared.
func (m Mismatch) Attribute() string {
	switch m {
	case MismatchEncryption:
		return "encryption algorithm"
	case MismatchKeyLength:
		return "key length"
	case MismatchHash:
		return "hash algorithm"
	case MismatchGroup:
		return "Diffie-Hellman group"
	}
	return "authentication method"
}

func (e ISAKMPMismatch) AppendLine(b []byte, m Manner) []byte {
	return append(append(e.conn(b, m), ':'), mismatchTexts[e.What]...)
}
