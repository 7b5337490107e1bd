package v1

import (
	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// Aggressive Mode with a pre-shared key, RFC 2409, section 5.4:
//
//	 Initiator                        Responder
//	-----------                      -----------
//	 HDR, SA, KE, Ni, IDii -->
//	                       <--    HDR, SA, KE, Nr, IDir, HASH_R
//	 HDR, HASH_I           -->
//
// With signatures, RFC 2409, section 5.1, CERT and SIG take the place of HASH.
//
// Half the messages of Main Mode, at a price: the identities are in clear, and whoever
// asks gets HASH_R, on which guesses of the key can be tried at leisure. With NAT
// traversal NAT-D payloads ride in messages 2 and 3, and message 3 is the first from
// port 4500 (RFC 3947, sections 3.2 and 4). It "MAY NOT be sent under protection of the
// ISAKMP SA", so both forms are accepted; ours is encrypted.
var aggressiveMode = []row{
	{state: IAM1, number: debug.AM2, need: []payload.Type{payload.TypeSA, payload.TypeKE, payload.TypeNonce, payload.TypeID, payload.TypeHash},
		read: (*turn).readAM2, resume: (*turn).resumeAM2, reply: (*turn).replyAM3, next: P1Complete},

	{state: Ready, number: debug.AM1, need: []payload.Type{payload.TypeSA, payload.TypeKE, payload.TypeNonce, payload.TypeID},
		read: (*turn).readAM1, resume: (*turn).resumeAM1, reply: (*turn).replyAM2, next: RAM2},
	{state: RAM2, number: debug.AM3, need: []payload.Type{payload.TypeHash}, floats: true,
		read: (*turn).readAM3, reply: func(*turn) {}, next: P1Complete},
}

// wantsAggressive reports whether the configuration asks for Aggressive Mode with the
// peer: by `crypto isakmp peer`, or by the ISAKMP profile of the crypto map.
func (t *turn) wantsAggressive() bool {
	q := t.env.Policy.Profile(t.profile)
	return t.env.Policy.AggressiveWith(t.peerAddr()) != nil || q != nil && q.Aggressive
}

// alike leaves those policies that have the group and the authentication of the first:
// the public value goes out together with the proposals, so there is nothing to negotiate
// (RFC 2409, section 5), and so does the identity, which must be that of the certificate
// or of the key.
func alike(list []exchange.ISAKMPProposal) []exchange.ISAKMPProposal {
	var same []exchange.ISAKMPProposal
	for _, s := range list {
		if s.Group == list[0].Group && s.Auth == list[0].Auth {
			same = append(same, s)
		}
	}
	return same
}

// lastNumber is the number of the last message of phase 1.
func (p *Phase1) lastNumber() int {
	if p.aggressive {
		return debug.AM3
	}
	return 6
}

// heard has a message of the peer that is protected by this SA, so message 3 has arrived.
func (t *turn) heard() {
	t.alive.heard = t.env.Now
	if t.unheard {
		t.unheard = false
		t.do(exchange.Disarm{Timer: exchange.Timer{Kind: exchange.Retransmit}})
	}
}

// repeatAM3 sends message 3 again to a responder that has not been heard of since. No
// answer is due to it, and a responder may not ask for it again by message 2, so a loss
// would leave an SA that one side only believes in. A Quick Mode that fails under such
// an SA ends it.
func (t *turn) repeatAM3() {
	if t.retries == attempts {
		return
	}
	t.retries++
	t.number = debug.AM3
	t.trace(debug.ISAKMPRetransmit{At: t.at(), State: debug.AGInitExch, Again: true})
	t.do(t.sent)
	t.do(exchange.Arm{Timer: exchange.Timer{Kind: exchange.Retransmit}, After: retransmitEvery})
}
