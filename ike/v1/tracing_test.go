package v1

import (
	"fmt"
	"testing"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
	"conft/internal/suite"
)

// worstOffer is the most laborious first message, and a responder with many policies
// for it: no transform suits any, and each differs from each only in what is compared
// last.
func worstOffer(transforms, policies int) (exchange.Message, func(tracing bool) *end) {
	p := payload.Proposal{Number: 1, Protocol: payload.ProtocolISAKMP}
	for i := range transforms {
		p.Transforms = append(p.Transforms, payload.Transform{Number: uint8(i + 1), ID: payload.KeyIKE, Attributes: attributes1(exchange.ISAKMPProposal{
			Encryption: suite.AES, KeyBits: 128, Hash: suite.SHA256, Group: suite.ECP384, Auth: exchange.PreShared, LifeSeconds: 3600})})
	}
	w := payload.NewWriter(payload.Header{InitiatorCookie: [8]byte([]byte("initiate")), Version: payload.Version1, Exchange: payload.ExchangeMain})
	w.Add(payload.TypeSA, &payload.SA{DOI: payload.DOIIPsec, Situation: payload.SituationIdentityOnly, Proposals: []payload.Proposal{p}})
	data := w.Message()
	return exchange.Message{Local: addrR, Remote: addrI, Data: data}, func(tracing bool) *end {
		r := newEnd(debug.Responder, addrR, addrI)
		r.env.Tracing = tracing
		for len(r.env.Policy.Proposals) < policies {
			r.env.Policy.Proposals = append(r.env.Policy.Proposals, r.env.Policy.Proposals[0])
		}
		return r
	}
}

// When nobody reads debug lines, what a stranger's first message costs does not depend
// on how many policies it is compared with; in what it differs is known all the same.
func TestNobodyReads(t *testing.T) {
	allocations := func(policies int) float64 {
		m, responder := worstOffer(64, policies)
		ends := make([]*end, 12) // AllocsPerRun calls once more than it is told
		for i := range ends {
			ends[i] = responder(false)
		}
		return testing.AllocsPerRun(10, func() {
			ends[0].step(m)
			ends = ends[1:]
		})
	}
	one, twenty := allocations(1), allocations(20)
	if twenty > one+1 { // the list of policies itself may grow
		t.Errorf("%v allocations with 20 policies, %v with one", twenty, one)
	}

	m, responder := worstOffer(64, 20)
	r := responder(false)
	r.step(m)
	if list := traced[debug.ISAKMPMismatch](r); len(list) != 1 || list[0].What != debug.MismatchGroup {
		t.Errorf("mismatches: %v", list)
	}
	if len(traced[debug.CryptoModeFailure](r)) != 1 {
		t.Error("no syslog message")
	}
}

// The most laborious first message of a stranger, with and without debugging.
func BenchmarkWorstOffer(b *testing.B) {
	m, responder := worstOffer(64, 20)
	for _, tracing := range []bool{true, false} {
		b.Run(fmt.Sprintf("debug=%v", tracing), func(b *testing.B) {
			b.ReportAllocs()
			ends := make([]*end, b.N)
			for i := range ends {
				ends[i] = responder(tracing)
			}
			b.ResetTimer()
			for i := range b.N {
				ends[i].step(m)
				ends[i] = nil
			}
		})
	}
}
