package v1

import (
	"testing"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
	"conft/internal/suite"
)

// A peer that wants transport mode, or ESP in UDP where there is no NAT, gets no SAs; the
// other mode is IPsec's to refuse, an encapsulation that does not fit ISAKMP's.
func TestEncapsulationRefused(t *testing.T) {
	his, ours := payload.AddrID(addrI.Addr(), 0, 0), payload.AddrID(addrR.Addr(), 0, 0)
	for encaps, byIPsec := range map[uint32]bool{payload.EncapsTransport: true, payload.EncapsUDPTunnel: false, payload.EncapsUDPTransport: false} {
		_, r := negotiate(6)
		sent := r.step(offerOf(r, 1, his, ours, 0x5000, payload.Number(payload.IPsecEncapsulation, encaps)))
		if _, ok := installed(r); ok || len(sent) != 1 {
			t.Errorf("mode %d: installed %v, %d messages answer", encaps, ok, len(sent))
		}
		flags, codes := traced[debug.IPsecFlagsRefused](r), traced[debug.ISAKMPInvalidated](r)
		if byIPsec != (len(flags) == 1 && flags[0].Flags == 0 && len(codes) == 1 && codes[0].Code == debug.InvalidFlags) {
			t.Errorf("mode %d: %+v, %+v", encaps, flags, codes)
		}
		if refused := traced[debug.ISAKMPAcceptable](r); byIPsec == (len(refused) == 1 && refused[0].Refused) {
			t.Errorf("mode %d: %+v", encaps, refused)
		}
		if n := traced[debug.ISAKMPPolicyNotAcceptable](r); len(n) != 1 || !n[0].Phase2 {
			t.Errorf("mode %d: phase 2 policy is not said to be unacceptable", encaps)
		}
	}
}

// "… a responder MUST reply with only one" (RFC 2409, section 5), and one that was
// offered: another is reported with the attribute that has changed.
func TestChoiceThatWasNotOffered(t *testing.T) {
	for want, change := range map[string]payload.Attribute{
		"encryption algorithm":  payload.Number(payload.ISAKMPEncryption, uint32(suite.TripleDES)),
		"key length":            payload.Number(payload.ISAKMPKeyLength, 256),
		"hash algorithm":        payload.Number(payload.ISAKMPHash, uint32(suite.MD5)),
		"Diffie-Hellman group":  payload.Number(payload.ISAKMPGroup, uint32(suite.MODP768)),
		"authentication method": payload.Number(payload.ISAKMPAuth, uint32(payload.AuthRSASig)),
	} {
		i, r := newEnd(debug.Initiator, addrI, addrR), newEnd(debug.Responder, addrR, addrI)
		first := i.step(exchange.Initiate{})
		answer := r.step(deliver(first[0]))
		tr := payload.Transform{Number: 1, ID: payload.KeyIKE}
		for _, a := range attributes1(i.env.Policy.Proposals[0]) {
			if a.Type == change.Type {
				a = change
			}
			tr.Attributes = append(tr.Attributes, a)
		}
		sa := payload.SA{DOI: payload.DOIIPsec, Situation: payload.SituationIdentityOnly,
			Proposals: []payload.Proposal{{Number: 1, Protocol: payload.ProtocolISAKMP, Transforms: []payload.Transform{tr}}}}
		if sent := i.step(edit(answer[0], nil, payload.TypeSA, sa.AppendBody(nil))); len(sent) != 0 || i.state != IMM1 {
			t.Errorf("%s: %d messages answer, state %v", want, len(sent), i.state)
		}
		if got := traced[debug.CryptoNotOffered](i); len(got) != 1 || got[0].Attribute != want {
			t.Errorf("%s: %+v", want, got)
		}
	}
}
