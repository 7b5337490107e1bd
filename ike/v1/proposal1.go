package v1

import (
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
	"conft/internal/suite"
)

// offers are the policies that can be proposed: those that both sides may authenticate
// by, with a pre-shared key or with certificates.
func (t *turn) offers() []exchange.ISAKMPProposal {
	var list []exchange.ISAKMPProposal
	key := t.credential() != nil
	for _, s := range t.env.Policy.Proposals {
		if s.Auth == exchange.PreShared && key || s.Auth == exchange.RSASig && t.signs() {
			list = append(list, s)
		}
	}
	if t.aggressive && t.initiator() {
		return alike(list)
	}
	return list
}

// signs reports whether RSA signatures can be used.
func (t *turn) signs() bool { return t.env.Policy.Signs(t.profile) }

// offer is the initiator's SA payload: one proposal, a transform for each policy.
func offer(list []exchange.ISAKMPProposal) payload.SA {
	prop := payload.Proposal{Number: 1, Protocol: payload.ProtocolISAKMP}
	for i, s := range list {
		prop.Transforms = append(prop.Transforms, payload.Transform{Number: uint8(i + 1), ID: payload.KeyIKE, Attributes: attributes1(s)})
	}
	return payload.SA{DOI: payload.DOIIPsec, Situation: payload.SituationIdentityOnly, Proposals: []payload.Proposal{prop}}
}

// attributes1 are the attributes of a policy in IOS's order.
func attributes1(s exchange.ISAKMPProposal) []payload.Attribute {
	a := []payload.Attribute{payload.Number(payload.ISAKMPEncryption, uint32(s.Encryption))}
	if s.KeyBits != 0 {
		a = append(a, payload.Number(payload.ISAKMPKeyLength, uint32(s.KeyBits)))
	}
	return append(a,
		payload.Number(payload.ISAKMPHash, uint32(s.Hash)),
		payload.Number(payload.ISAKMPGroup, uint32(s.Group)),
		payload.Number(payload.ISAKMPAuth, uint32(s.Auth)),
		payload.Number(payload.ISAKMPLifeType, payload.LifeSeconds),
		payload.Number(payload.ISAKMPLifeDuration, s.LifeSeconds))
}

// fallback is IOS's "default protection suite", which every router has behind its
// configured policies. Its RSA signatures are never accepted here.
var fallback = exchange.ISAKMPProposal{
	Priority: 65535, Encryption: suite.DES, Hash: suite.SHA, Group: suite.MODP768, Auth: exchange.RSASig, LifeSeconds: 86400,
}

// choose takes the first transform that a policy accepts, each transform against every
// policy in priority order. An initiator checks the responder's choice the same way:
// that it was on offer.
func (t *turn) choose(proposals []payload.Proposal) bool {
	policies := append(t.env.Policy.Proposals[:len(t.env.Policy.Proposals):len(t.env.Policy.Proposals)], fallback)
	for _, prop := range proposals {
		if prop.Protocol != payload.ProtocolISAKMP {
			continue
		}
		for i := range prop.Transforms {
			tr := &prop.Transforms[i]
			next := uint8(payload.TypeTransform)
			if i == len(prop.Transforms)-1 {
				next = uint8(payload.TypeNone)
			}
			for _, policy := range policies {
				if !t.checkTransform(tr, policy, next) {
					continue
				}
				t.traceLife(tr, policy)
				t.suite = policy
				t.lowered = offeredLife(tr) > uint64(policy.LifeSeconds)
				t.life = time.Duration(lower(policy.LifeSeconds, offeredLife(tr))) * time.Second
				t.chosen = payload.Proposal{Number: prop.Number, Protocol: prop.Protocol, SPI: prop.SPI, Transforms: []payload.Transform{*tr}}
				return true
			}
		}
	}
	if !t.env.Tracing && len(t.env.Policy.Proposals) > 0 {
		t.trace(debug.ISAKMPMismatch{At: t.at(), What: t.closest}) // stands for all
	}
	return false
}

// checkTransform compares a transform with a policy and reports the first difference.
func (t *turn) checkTransform(tr *payload.Transform, policy exchange.ISAKMPProposal, next uint8) bool {
	e := debug.ISAKMPMismatch{At: t.at(), Fallback: policy.Priority == fallback.Priority}
	differs := t.mismatch(&e, tr, policy)
	if differs && !e.Fallback {
		t.closest = max(t.closest, e.What)
	}
	if !t.env.Tracing { // one message may hold a thousand pairs
		return !differs
	}
	t.trace(debug.ISAKMPChecking{At: t.at(), Transform: tr.Number, Priority: policy.Priority})
	for _, a := range tr.Attributes {
		v, _ := a.Uint()
		t.trace(debug.ISAKMPAttribute{At: t.at(), Class: uint16(a.Type), Value: v, Octets: len(a.Data)})
	}
	if differs {
		t.trace(e)
	}
	t.trace(debug.ISAKMPAcceptable{At: t.at(), Refused: differs, Next: next})
	return !differs
}

// mismatch finds the first difference of a transform from a policy.
func (t *turn) mismatch(e *debug.ISAKMPMismatch, tr *payload.Transform, policy exchange.ISAKMPProposal) (differs bool) {
	value := func(kind payload.AttributeType) uint64 { v, _ := tr.Uint(kind); return v }
	differ := func(what debug.Mismatch, kind payload.AttributeType, wanted uint64) bool {
		e.What, e.Offered, e.Wanted = what, value(kind), wanted
		return true
	}
	auth := value(payload.ISAKMPAuth)
	other := func(what debug.Mismatch) bool { return differ(what, payload.ISAKMPAuth, uint64(policy.Auth)) }
	switch {
	case tr.ID != payload.KeyIKE, value(payload.ISAKMPEncryption) != uint64(policy.Encryption):
		return differ(debug.MismatchEncryption, payload.ISAKMPEncryption, uint64(policy.Encryption))
	case !sameKeyLength(policy.Encryption, int(value(payload.ISAKMPKeyLength)&0xffff), policy.KeyBits):
		return differ(debug.MismatchKeyLength, payload.ISAKMPKeyLength, uint64(policy.KeyBits))
	case value(payload.ISAKMPHash) != uint64(policy.Hash):
		return differ(debug.MismatchHash, payload.ISAKMPHash, uint64(policy.Hash))
	case value(payload.ISAKMPGroup) != uint64(policy.Group):
		return differ(debug.MismatchGroup, payload.ISAKMPGroup, uint64(policy.Group))
	case auth == payload.AuthPreShared && policy.Auth != exchange.PreShared:
		return other(debug.MismatchPreshared)
	case auth == payload.AuthPreShared && t.credential() == nil:
		return other(debug.MismatchNoKey)
	case auth == payload.AuthRSASig && (policy.Auth != exchange.RSASig || policy.Priority == fallback.Priority):
		return other(debug.MismatchRSASig)
	case auth == payload.AuthRSASig && !t.signs():
		return other(debug.MismatchNoCertificate)
	case auth == payload.AuthXAUTHInitPreShared:
		return other(debug.MismatchXauth)
	case auth != payload.AuthPreShared && auth != payload.AuthRSASig:
		return other(debug.MismatchAuth)
	}
	return false
}

// sameKeyLength compares key lengths as the cipher understands them: a cipher of one
// key length has none to state.
func sameKeyLength(e suite.Encryption, offered, ours int) bool {
	return e.KeyLen(offered) == e.KeyLen(ours) && e.KeyLen(ours) != 0
}

// offeredLife is the lifetime of a transform in seconds, 0 when it states none.
func offeredLife(tr *payload.Transform) uint64 {
	if kind, _ := tr.Uint(payload.ISAKMPLifeType); kind != payload.LifeSeconds {
		return 0
	}
	v, _ := tr.Uint(payload.ISAKMPLifeDuration)
	return v
}

// lower is the lower of our lifetime and the peer's, where the peer has stated one.
func lower(ours uint32, theirs uint64) uint32 {
	if theirs != 0 && theirs < uint64(ours) {
		return uint32(theirs)
	}
	return ours
}

// haveKey looks for the pre-shared key once the vendor IDs are read, as IOS does.
func (t *turn) haveKey() error {
	key := t.credential()
	if key == nil {
		t.trace(debug.ISAKMPNoKey{At: t.at(), Peer: t.peerAddr()})
		if t.initiator() && !t.signs() { // no longer
			return t.refused()
		}
		return nil // so that the transforms are seen to fail
	}
	t.traceKey(key)
	t.trace(debug.ISAKMPLocalKey{At: t.at()})
	if t.profile != "" && !t.initiator() {
		t.trace(debug.ISAKMPProfileXauth{At: t.at(), Profile: t.profile})
	} else {
		t.trace(debug.ISAKMPScanProfiles{At: t.at(), Names: t.profileNames()})
	}
	return nil
}
