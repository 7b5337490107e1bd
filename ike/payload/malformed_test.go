package payload

import (
	"errors"
	"strings"
	"testing"
)

// Every real payload, cut and changed at every octet, is refused or read; it
// never panics, and what is read is written again unchanged.
func TestDamagedBodies(t *testing.T) {
	for _, d := range decoders {
		for _, seed := range seeds[d.payload] {
			b := unhex(t, seed)
			if !d.check(t, b) {
				t.Errorf("%v %s is refused", d.payload, seed)
			}
			damage(b, func(b []byte) { d.check(t, b) })
		}
	}
}

func TestDamagedMessages(t *testing.T) {
	for _, seed := range messages {
		b := unhex(t, seed)
		if !checkMessage(t, b) {
			t.Errorf("%s is refused", seed)
		}
		for n := range b {
			if checkMessage(t, b[:n]) {
				t.Errorf("the first %d octets of %d are taken for a message", n, len(b))
			}
		}
		damage(b, func(b []byte) { checkMessage(t, b) })
	}
}

// damage calls f with every prefix of b and with every octet changed in turn.
func damage(b []byte, f func([]byte)) {
	for n := range b {
		f(b[:n:n])
		for _, v := range []byte{0, 1, 0x7f, 0x80, 0xff, b[n] ^ 1, b[n] + 1, b[n] - 1} {
			changed := append([]byte(nil), b...)
			changed[n] = v
			f(changed)
		}
	}
}

// patch returns seed with the octets at off replaced.
func patch(t *testing.T, seed string, off int, with string) []byte {
	b := unhex(t, seed)
	copy(b[off:], unhex(t, with))
	return b
}

const (
	phase1SA = "00000001000000010000002c01010001000000240101000080010001800200018004000180030001800b0001000c000400017340"
	phase2SA = "0000000100000001000000240103040130d3f873000000180102000080050001800400038001000180020f78"
	twoSA    = "00000001000000010000003c01030402ae361499030000180103000080050001800400038001000180020f78000000180202000080050001800400038001000180020f78"
)

// Each check names the payload, the place and the notification that answers it.
func TestDecodeErrors(t *testing.T) {
	sa := func(b []byte) error { _, err := DecodeSA(b); return err }
	id := func(b []byte) error { _, err := DecodeID(b); return err }
	notify := func(b []byte) error { _, err := DecodeNotify(b); return err }
	del := func(b []byte) error { _, err := DecodeDelete(b); return err }
	header := func(b []byte) error { _, err := DecodeHeader(b); return err }
	chain := func(b []byte) error { _, err := DecodeChain(TypeKE, b); return err }
	tests := []struct {
		name    string
		decode  func([]byte) error
		b       []byte
		payload Type
		offset  int
		notify  NotifyType
	}{
		{"header cut", header, unhex(t, messages[0])[:27], TypeNone, 27, PayloadMalformed},
		{"no initiator cookie", header, patch(t, messages[0], 0, "0000000000000000"), TypeNone, 0, InvalidCookie},
		{"version 0.1", header, patch(t, messages[0], 17, "01"), TypeNone, 17, InvalidMajorVersion},
		{"length too small", header, patch(t, messages[0], 24, "0000001c"), TypeNone, 24, UnequalPayloadLengths},
		{"length too large", header, patch(t, messages[0], 24, "ffffffff"), TypeNone, 24, UnequalPayloadLengths},

		{"chain empty", chain, nil, TypeKE, 0, PayloadMalformed},
		{"reserved octet", chain, unhex(t, "00010004"), TypeKE, 1, PayloadMalformed},
		{"length 3", chain, unhex(t, "00000003"), TypeKE, 2, PayloadMalformed},
		{"length beyond message", chain, unhex(t, "00000005"), TypeKE, 2, UnequalPayloadLengths},
		{"octets behind", chain, unhex(t, "0000000400"), TypeNone, 4, UnequalPayloadLengths},
		{"next missing", chain, unhex(t, "0a000004"), TypeNonce, 4, PayloadMalformed},

		{"SA cut", sa, unhex(t, phase1SA)[:7], TypeSA, 7, PayloadMalformed},
		{"DOI", sa, patch(t, phase1SA, 0, "00000002"), TypeSA, 0, DOINotSupported},
		{"situation", sa, patch(t, phase1SA, 4, "00000002"), TypeSA, 4, SituationNotSupported},
		{"no proposal", sa, unhex(t, phase1SA)[:8], TypeProposal, 8, PayloadMalformed},
		{"proposal followed by KE", sa, patch(t, phase1SA, 8, "04"), TypeProposal, 8, InvalidPayloadType},
		{"proposal of 7 octets", sa, unhex(t, "000000010000000100000007010100"), TypeProposal, 8, BadProposalSyntax},
		{"SPI too long", sa, patch(t, phase1SA, 14, "ff"), TypeProposal, 14, BadProposalSyntax},
		{"ESP without SPI", sa, patch(t, phase2SA, 14, "00"), TypeProposal, 14, InvalidSPI},
		{"no transform", sa, patch(t, phase1SA, 15, "00"), TypeProposal, 15, BadProposalSyntax},
		{"255 transforms counted", sa, patch(t, phase1SA, 15, "ff"), TypeProposal, 16, BadProposalSyntax},
		{"one transform counted of two", sa, patch(t, twoSA, 15, "01"), TypeTransform, 20, BadProposalSyntax},
		{"two transforms counted of one", sa, patch(t, twoSA, 20, "00"), TypeTransform, 20, BadProposalSyntax},
		{"transform reserved", sa, patch(t, phase1SA, 22, "0001"), TypeTransform, 22, BadProposalSyntax},
		{"attribute too long", sa, patch(t, phase1SA, 46, "0005"), TypeTransform, 46, PayloadMalformed},
		{"octets behind proposal", sa, unhex(t, phase1SA+"00"), TypeSA, 52, BadProposalSyntax},

		{"ID cut", id, unhex(t, "010000"), TypeID, 3, PayloadMalformed},
		{"address of 3 octets", id, unhex(t, "010000000a0101"), TypeID, 4, InvalidIDInformation},
		{"mask 255.0.255.0", id, unhex(t, "040000000a000100ff00ff00"), TypeID, 4, InvalidIDInformation},
		{"address beyond mask", id, unhex(t, "040000000a010101ffffff00"), TypeID, 4, InvalidIDInformation},
		{"range backwards", id, unhex(t, "070000000a0101020a010101"), TypeID, 4, InvalidIDInformation},
		{"empty name", id, unhex(t, "02000000"), TypeID, 4, InvalidIDInformation},

		{"notify DOI", notify, unhex(t, "000000020100000e"), TypeNotify, 0, DOINotSupported},
		{"notify SPI of 17", notify, unhex(t, "000000010111000e"), TypeNotify, 5, InvalidSPI},
		{"notify SPI cut", notify, unhex(t, "000000010110000e00"), TypeNotify, 5, PayloadMalformed},

		{"delete of ESP by cookies", del, unhex(t, "0000000103100001f27dce90862d6c24a3a9d356e1a29da0"), TypeDelete, 5, InvalidSPI},
		{"delete of nothing", del, unhex(t, "0000000103040000"), TypeDelete, 6, PayloadMalformed},
		{"delete counts too many", del, unhex(t, "00000001030400025e39e570"), TypeDelete, 6, PayloadMalformed},
		{"delete with octets behind", del, unhex(t, "00000001030400015e39e57000"), TypeDelete, 6, PayloadMalformed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var e *DecodeError
			if err := test.decode(test.b); !errors.As(err, &e) {
				t.Fatalf("error is %v", err)
			}
			if e.Payload != test.payload || e.Offset != test.offset || e.Notify != test.notify {
				t.Errorf("%v at %d answered by %v (%s), want %v at %d answered by %v",
					e.Payload, e.Offset, e.Notify, e.Reason, test.payload, test.offset, test.notify)
			}
		})
	}
}

func TestBounds(t *testing.T) {
	payloads := func(n int) (b []byte) {
		for i := range n {
			next := byte(TypeVendor)
			if i == n-1 {
				next = 0
			}
			b = append(b, next, 0, 0, 4)
		}
		return b
	}
	if _, err := DecodeChain(TypeVendor, payloads(maxPayloads)); err != nil {
		t.Error(err)
	}
	if _, err := DecodeChain(TypeVendor, payloads(maxPayloads+1)); err == nil {
		t.Error("more payloads than the bound are accepted")
	}

	transform := Transform{Number: 1, ID: KeyIKE}
	sa := SA{DOI: DOIIPsec, Situation: SituationIdentityOnly}
	for range maxProposals {
		sa.Proposals = append(sa.Proposals, Proposal{Number: 1, Protocol: ProtocolISAKMP, Transforms: []Transform{transform}})
	}
	if _, err := DecodeSA(sa.AppendBody(nil)); err != nil {
		t.Error(err)
	}
	sa.Proposals = append(sa.Proposals, sa.Proposals[0])
	if _, err := DecodeSA(sa.AppendBody(nil)); err == nil {
		t.Error("more proposals than the bound are accepted")
	}

	attributes := make([]byte, 4*(maxAttributes+1))
	for i := 0; i < len(attributes); i += 4 {
		attributes[i] = 0x80
	}
	if _, err := DecodeAttributes(TypeTransform, attributes[4:]); err != nil {
		t.Error(err)
	}
	if _, err := DecodeAttributes(TypeTransform, attributes); err == nil {
		t.Error("more attributes than the bound are accepted")
	}

	padded := append(payloads(1), make([]byte, maxPadding+1)...)
	if _, err := DecodePadded(TypeVendor, padded[:len(padded)-1]); err != nil {
		t.Error(err)
	}
	if _, err := DecodePadded(TypeVendor, padded); err == nil {
		t.Error("more padding than the bound is accepted")
	}
}

// The lengths RFC 2409, section 5, sets for nonces, and those that the suite sets.
func TestOpaqueLengths(t *testing.T) {
	long := make([]byte, 300)
	for n := range long {
		if _, err := DecodeNonce(long[:n]); (err == nil) != (n >= 8 && n <= 256) {
			t.Errorf("nonce of %d octets: %v", n, err)
		}
		if _, err := DecodeHash(long[:n], 20); (err == nil) != (n == 20) {
			t.Errorf("hash of %d octets: %v", n, err)
		}
		if _, err := DecodeNATD(TypeNATDDraft, long[:n], 16); (err == nil) != (n == 16) {
			t.Errorf("NAT-D of %d octets: %v", n, err)
		}
	}
	if _, err := DecodeKE(nil); err == nil || !strings.Contains(err.Error(), "payload KE at offset 0") {
		t.Errorf("empty KE: %v", err)
	}
}
