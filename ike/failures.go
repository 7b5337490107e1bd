package ike

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"conft/debug"
	"conft/ike/exchange"
)

// Bounds of what is remembered of failures.
const (
	peerFailures     = 8  // of each peer that a crypto map names
	strangerFailures = 32 // of all others together, who can forge their addresses
)

// failures are the last failures, the newest last: those of a configured peer under its
// address, those of strangers under the zero address. Each is read from the events that
// debug prints, so that whatever is said there can be looked up here.
type failures map[netip.Addr][]exchange.Failure

const noKey = "no pre-shared key"

// account is what one step of a machine, or one refused datagram, says of a failure.
type account struct {
	f       exchange.Failure
	failed  bool
	located bool // its exchange and message are known, wherever the machine stands
	closest debug.Mismatch
}

// read takes one event into account. What says why comes before what says that.
func (a *account) read(e debug.Event) {
	switch e := e.(type) {
	case debug.ISAKMPMismatch:
		if e.Fallback || e.What < a.closest {
			break
		}
		a.closest = e.What
		switch e.What {
		case debug.MismatchNoKey:
			a.f.Reason = noKey
		case debug.MismatchNoCertificate:
			a.f.Reason = "no usable certificate"
		default:
			a.f.Reason = e.What.Attribute() + " offered does not match policy"
		}
	case debug.ISAKMPNoKey:
		a.f.Reason = noKey
	case debug.ISAKMPNoCredentials:
		switch {
		case e.Certificate && e.Key:
			a.f.Reason = "no usable certificate"
		case e.Certificate:
			a.f.Reason = "no pre-shared key and no usable certificate"
		}
	case debug.ISAKMPCannotStart:
		a.because("no policy that can be offered")
	case debug.ISAKMPNotProposed:
		a.because("no transform set can be proposed: " + e.Cause())
		a.locate(debug.QuickMode, 1)
	case debug.ISAKMPReserved:
		a.because("decryption gives noise: pre-shared keys differ?")
	case debug.ISAKMPHashMismatch:
		a.because("hash does not match: pre-shared keys differ?")
	case debug.CryptoInvalidCert:
		a.f.Reason = e.Reason
	case debug.ISAKMPNotifyRefused:
		a.because(cmp.Or(e.Type, "notification") + " in clear, not believed")
		a.locate(debug.InformationalMode, 0)
	case debug.IPsecProxyRefused:
		switch mirror := debug.InvalidProxy.String() + "; `" + e.Mirror() + "` would be the mirror"; {
		case e.Taken:
			a.f.Reason = debug.InvalidProxy.String() + "; another peer behind the same NAT has this traffic"
		case e.Wanted != "":
			a.f.Reason = fmt.Sprintf("crypto map %s wants ISAKMP profile %s, phase 1 has %s", e.Nearest.Place(), e.Wanted, cmp.Or(e.Profile, "none"))
		case e.Nearest.Map != "":
			a.f.Reason = fmt.Sprintf("%s, crypto map %s has `%s`", mirror, e.Nearest.Place(), e.Nearest.Entry())
		default:
			a.f.Reason = mirror
		}
	case debug.IPsecFlagsRefused:
		a.f.Reason = e.Difference()
	case debug.IPsecTransformRefused:
		a.f.Reason = debug.InvalidTransform.String() + " " + strings.TrimSpace(e.Transform)
	case debug.IPsecPeerRefused:
		a.f.Reason = debug.InvalidPeer.String()
	case debug.IPsecLocalRefused:
		a.f.Reason = debug.InvalidLocal.String()
	case debug.ISAKMPInvalidated:
		a.because(e.Code.String())
	case debug.ISAKMPPeerProfile:
		if e.Wanted != "" && e.Profile != e.Wanted {
			a.because("peer does not match ISAKMP profile " + e.Wanted + ", which the crypto map wants")
		}
	case debug.ISAKMPKeyNotInProfile:
		a.because("the key is in no keyring of the peer's ISAKMP profile")
	case debug.ISAKMPNotify:
		if e.Type == debug.NotifyIdentity {
			a.because("peer refuses our identities: is its access list the mirror of ours?")
		}
	case debug.ISAKMPAcceptable:
		if e.Refused && exchangeOf(e.Message) == debug.QuickMode {
			a.because("no transform offered is known or possible here")
		}
	case debug.ISAKMPDeleteSPI:
		a.because("peer accepts none of our IPsec proposals")
		a.locate(debug.QuickMode, 1)
	default:
		a.conclude(e)
	}
}

// conclude reads the events that say that something has failed.
func (a *account) conclude(e debug.Event) {
	switch e := e.(type) {
	case debug.CryptoModeFailure:
		a.fail(e.Peer, "refused")
	case debug.CryptoBadMessage:
		a.fail(e.Peer, "message malformed")
	case debug.CryptoNotEncrypted:
		a.fail(e.Peer, "message not encrypted")
		a.locate("", 0) // anybody may have sent it
	case debug.ISAKMPTooEarly:
		a.fail(e.Peer, "informational message before authentication, not believed")
		a.locate(debug.InformationalMode, 0)
	case debug.CryptoNotAuthenticated:
		a.fail(e.Peer, "quick mode before phase 1 is authenticated")
		a.locate(debug.QuickMode, 1)
	case debug.CryptoNotOffered:
		a.f.Reason = e.Attribute + " chosen was not offered"
	case debug.CryptoNoSA:
		a.fail(e.Peer, "message belongs to no SA")
	case debug.CryptoAggressiveDisabled:
		a.because("aggressive mode is disabled")
		a.locate(debug.AggressiveMode, 1)
	case debug.ISAKMPIgnoreDelete:
		a.fail(e.Peer, "ESP with unknown SPI, and no ISAKMP SA to say so")
		a.locate(debug.InformationalMode, 0)
	case debug.ISAKMPRequestFailed:
		a.fail(a.f.Peer, "cannot start")
	case debug.ISAKMPDeleteNode:
		if e.Error && e.Reason == debug.NodeErrCount {
			a.fail(a.f.Peer, "no answer to the last retransmission")
		} else if e.Error {
			a.fail(a.f.Peer, "refused")
		}
	case debug.ISAKMPDeleteSA:
		a.lost(e)
	}
}

// lost reads the end of an SA. That of one that is cleared, has served its time or is
// deleted by the peer is no failure.
func (a *account) lost(e debug.ISAKMPDeleteSA) {
	switch {
	case e.Reason == debug.SADeathP1 && e.State == debug.MMKeyExch && e.Signed:
		a.fail(e.Peer, "no answer once encrypted: does the peer refuse our certificate?")
	case e.Reason == debug.SADeathP1 && e.State == debug.MMKeyExch:
		a.fail(e.Peer, "no answer once encrypted: pre-shared keys differ?")
	case e.Reason == debug.SADeathP1:
		a.fail(e.Peer, "no answer to the last retransmission")
	case e.Reason == debug.SAPeerDead:
		a.fail(e.Peer, "dead peer detection found no life")
	case e.Reason == debug.SAPolicyRefused:
		a.fail(e.Peer, "no proposal accepted")
	}
}

// because gives a reason, unless a better one is known.
func (a *account) because(reason string) {
	if a.f.Reason == "" {
		a.f.Reason = reason
	}
}

func (a *account) fail(peer netip.Addr, reason string) {
	a.failed, a.f.Peer = true, peer
	a.because(reason)
}

func (a *account) locate(x debug.Mode, message int) {
	a.f.Exchange, a.f.Message, a.located = x, message, true
}

// stand takes note of where the machine stands, which is what has failed unless an event
// says otherwise.
func (a *account) stand(at debug.At) {
	a.f.Role = at.Role
	if !a.located {
		a.locate(exchangeOf(at.Message), messageOf(at.Message))
	}
}

// exchangeOf and messageOf say where in the classic nine messages, or the three of
// Aggressive Mode, a number is.
func exchangeOf(n int) debug.Mode {
	switch {
	case n >= debug.AM1:
		return debug.AggressiveMode
	case n >= 7:
		return debug.QuickMode
	case n >= 1:
		return debug.MainMode
	}
	return debug.InformationalMode
}

func messageOf(n int) int {
	switch {
	case n >= debug.AM1:
		return n - debug.AM1 + 1
	case n >= 7:
		return n - 6
	}
	return n
}

// remember keeps a failure. One that repeats itself is counted, also where others came
// between, so that datagrams with a forged address cannot push out all that a peer's own
// negotiations have left.
func (c *Core) remember(f exchange.Failure) {
	key, room := f.Peer, peerFailures
	if !c.configured[key] {
		key, room = netip.Addr{}, strangerFailures
	}
	list := c.failures[key]
	f.Time, f.Times = c.now, 1
	same := slices.IndexFunc(list, func(known exchange.Failure) bool {
		known.Time, known.Times = f.Time, f.Times
		return known == f
	})
	switch {
	case same >= 0:
		f.Times += list[same].Times
		list = slices.Delete(list, same, same+1)
	case len(list) == room:
		list = slices.Delete(list, 0, 1)
	}
	c.failures[key] = append(list, f)
}

// configure learns which peers crypto maps name, and forgets the failures of others.
func (c *Core) configure(p *exchange.Policy) {
	c.configured = make(map[netip.Addr]bool)
	for _, t := range p.Tunnels {
		for _, peer := range t.Peers {
			c.configured[peer] = true
		}
	}
	maps.DeleteFunc(c.failures, func(peer netip.Addr, _ []exchange.Failure) bool { return peer.IsValid() && !c.configured[peer] })
}

// Failures returns what is remembered, the newest first.
func (c *Core) Failures() []exchange.Failure {
	var all []exchange.Failure
	for _, list := range c.failures {
		all = append(all, list...)
	}
	slices.SortFunc(all, func(a, b exchange.Failure) int {
		return cmp.Or(b.Time.Compare(a.Time), a.Peer.Compare(b.Peer), strings.Compare(a.Reason, b.Reason))
	})
	return all
}
