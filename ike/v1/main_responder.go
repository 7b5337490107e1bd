package v1

import (
	"bytes"
	"slices"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// readOffer reads message 1: every proposal of the initiator.
func (t *turn) readOffer(m *message) error {
	t.do(exchange.Arm{Timer: exchange.Timer{Kind: exchange.Lifetime}, After: halfOpen})
	t.processing(debug.PayloadSA, 0)
	body := bytes.Clone(m.first(payload.TypeSA)) // what is kept must not keep the datagram
	sa, err := payload.DecodeSA(body)
	if err != nil {
		return err
	}
	t.sai = body
	t.vendor = t.readVendors(m)
	if t.haveKey() == nil && t.choose(sa.Proposals) {
		t.policyAgreed()
		t.readVendors(m)
		return nil
	}
	t.refuseOffer()
	return errDeleted
}

// refuseOffer says that no proposal is acceptable, to the operator and to the peer. The
// notification is in clear, so the peer believes it as little as we would.
func (t *turn) refuseOffer() {
	t.trace(debug.ISAKMPNoOffers{At: t.at()})
	t.trace(debug.ISAKMPPolicyNotAcceptable{At: t.at(), Local: t.local.Addr(), Peer: t.peerAddr()})
	t.trace(debug.ISAKMPErrorCounter{At: t.at(), Attempt: 1, Of: attempts, Reason: debug.ErrorNoProposal})
	if t.ios15() {
		t.trace(debug.ISAKMPNoNotification{At: t.at()})
	}
	w := payload.NewWriter(t.header(payload.ExchangeInformational, t.messageID()))
	w.Add(payload.TypeNotify, &payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, Type: payload.NoProposalChosen})
	t.transmit(w.Message(), "INFO", false)
	t.trace(debug.ISAKMPNoParanoid{At: t.at()})
	t.deleting(debug.SAPolicyRefused)
	t.trace(debug.ISAKMPMachineError{At: t.at(), Code: 2})
	if t.aggressive {
		t.move(debug.FromPeer, debug.AMExch, DestSA)
	} else {
		t.move(debug.Internal, debug.ProcessMainMode, RMM1)
		t.move(debug.FromPeer, debug.MMExch, DestSA)
	}
	t.trace(debug.CryptoModeFailure{Mode: t.mode(), Peer: t.peerAddr()})
	t.unlock(debug.ForSADeleted)
	t.buried()
}

// replyChoice sends message 2: the one proposal chosen.
func (t *turn) replyChoice() {
	t.number = 2
	sa := payload.SA{DOI: payload.DOIIPsec, Situation: payload.SituationIdentityOnly, Proposals: []payload.Proposal{t.chosen}}
	w := payload.NewWriter(t.header(payload.ExchangeMain, 0))
	w.Add(payload.TypeSA, &sa)
	t.writeChosenNATT(w)
	t.shown = debug.MMSASetup
	// The initiator sends message 1 again if this one is lost. Whoever forged its
	// address must not get more than one answer.
	t.transmit(w.Message(), "MM2", false)
}

// CheckOffer reports whether a datagram can be a first message, before anything is kept
// of it.
func CheckOffer(datagram []byte) error {
	m, err := newMessage(exchange.Message{Data: datagram})
	if err != nil {
		return err
	}
	if err := m.decode(); err != nil {
		return err
	}
	table := mainMode
	if m.header.Exchange == payload.ExchangeAggressive {
		table = aggressiveMode
	}
	first := table[slices.IndexFunc(table, func(r row) bool { return r.state == Ready })]
	if err := m.check(first.need, anywhere); err != nil {
		return err
	}
	body := m.first(payload.TypeSA)
	sa, err := payload.DecodeSA(body)
	transforms := 0
	for _, p := range sa.Proposals {
		transforms += len(p.Transforms)
	}
	if err == nil && (transforms > maxOffered || len(body) > maxOffer) {
		err = &payload.DecodeError{Payload: payload.TypeSA, Notify: payload.BadProposalSyntax, Reason: "too many transforms, or too long"}
	}
	return err
}

// Bounds of a first message's offer: of the work that it causes, for each transform is
// compared with each policy, and of what is kept of it, in octets. The longest offers of real
// peers have about twenty transforms, of forty octets each.
const (
	maxOffered = 64
	maxOffer   = 4096
)
