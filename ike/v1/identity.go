package v1

import (
	"bytes"
	"crypto/hmac"
	"slices"
	"strings"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// credential returns the pre-shared key for the peer, nil if there is none. A responder
// in Aggressive Mode knows the peer's name when it looks; everybody else has only the
// address to go by.
func (t *turn) credential() *exchange.PresharedKey {
	p := t.env.Policy
	if t.aggressive && t.initiator() {
		if a := p.AggressiveWith(t.peerAddr()); a != nil && a.Password != nil {
			return &exchange.PresharedKey{Secret: a.Password}
		}
	}
	search := p.Keyrings(t.profile)
	if t.aggressive && !t.initiator() {
		if k := p.KeyOf(t.peerID.Name(), search); k != nil {
			return k
		}
	}
	return p.KeyFor(t.peerAddr(), search)
}

// traceKey says which key was found.
func (t *turn) traceKey(k *exchange.PresharedKey) {
	switch {
	case !t.env.Tracing:
	case k.Keyring != "":
		t.trace(debug.ISAKMPKeyringKey{At: t.at(), Host: k.Host != "", Keyring: k.Keyring})
	case k.Host != "":
		t.trace(debug.ISAKMPHostKeyFound{At: t.at(), Host: k.Host})
	case k.Prefix.IsValid():
		t.trace(debug.ISAKMPKeyFound{At: t.at(), Peer: t.peerAddr()})
	default: // of `crypto isakmp peer`
		t.trace(debug.ISAKMPTunnelPassword{At: t.at()})
	}
}

// ownID is the body of our ID payload, with its debug lines.
func (t *turn) ownID(port uint16, next payload.Type) []byte {
	id := t.self().Payload(t.local.Addr(), 17, port)
	body := id.AppendBody(nil)
	t.traceOwnID(id, next, len(body), false)
	return body
}

func (t *turn) traceOwnID(id payload.ID, next payload.Type, body int, signed bool) {
	if !t.env.Tracing {
		return
	}
	t.trace(debug.ISAKMPAuthenticating{At: t.at(), Type: debug.IDType(id.Type), Signature: signed})
	t.traceID(id, next, body, true)
	t.trace(debug.ISAKMPPayloadLength{At: t.at(), Length: idLength(body)})
}

// self is what we call ourselves towards the peer.
func (t *turn) self() exchange.Identity {
	p := t.env.Policy
	if t.aggressive && t.initiator() {
		if a := p.AggressiveWith(t.peerAddr()); a != nil && !a.Identity.IsZero() {
			return a.Identity
		}
	}
	if q := p.Profile(t.profile); q != nil && !q.Self.IsZero() {
		return q.Self
	}
	return p.Identity
}

// readPeerID reads who the peer says it is and finds the profile that applies. It returns
// a copy of the body, which the peer's hash covers.
func (t *turn) readPeerID(m *message) ([]byte, error) {
	t.processing(debug.PayloadID, 0)
	raw := slices.Collect(m.all(payload.TypeID))[0]
	id, err := payload.DecodeID(raw.Body)
	if err != nil {
		return nil, err
	}
	t.traceID(id, raw.Next, len(raw.Body), false)
	// "If an implementation receives any other values, this MUST be treated as an error
	// and the security association setup MUST be aborted." RFC 2407, section 4.6.2.
	if !id.Phase1() {
		return nil, &payload.DecodeError{Payload: payload.TypeID, Notify: payload.InvalidIDInformation, Reason: "not a port of IKE"}
	}
	t.peerID = exchange.Identity{Type: id.Type, Data: slices.Clone(id.Data)}
	return bytes.Clone(raw.Body), t.applyProfile()
}

// applyProfile lets the peer's identity decide on the profile. An initiator whose request
// names one takes no other. The key that was used must be one of the profile's: whoever
// holds another peer's key must not choose a profile by a name.
func (t *turn) applyProfile() error {
	p := t.env.Policy
	found := p.ProfileOf(t.peerID)
	if t.wanted != "" {
		if found = p.Profile(t.wanted); found != nil && !found.Matches(t.peerID) {
			found = nil
		}
	}
	name := ""
	if found != nil {
		name = found.Name
	}
	t.trace(debug.ISAKMPPeerProfile{At: t.at(), Profile: name})
	t.profile = name
	if t.signed() { // its certificate may match where its identity does not
		return nil
	}
	if name != t.wanted && t.wanted != "" {
		return errRefused
	}
	if t.psk == nil { // Aggressive Mode, where the key is looked up later
		return nil
	}
	if k := t.credential(); k == nil || !hmac.Equal(k.Secret, t.psk) {
		t.trace(debug.ISAKMPKeyNotInProfile{At: t.at()})
		return errRefused
	}
	return nil
}

// profileNames are those of all profiles, as IOS lists them.
func (t *turn) profileNames() string {
	var names []string
	for _, q := range t.env.Policy.Profiles {
		names = append(names, q.Name)
	}
	return strings.Join(names, " ")
}

// idLength is what IOS prints: the length of the payload with its generic header.
func idLength(body int) int { return body + 4 }

func (t *turn) traceID(id payload.ID, next payload.Type, body int, own bool) {
	if !t.env.Tracing {
		return
	}
	t.trace(debug.ISAKMPID{At: t.at(), Own: own, Next: uint8(next), Type: debug.IDType(id.Type),
		Value: exchange.Identity{Type: id.Type, Data: id.Data}.String(), Protocol: id.Protocol, Port: id.Port, Length: idLength(body)})
}
