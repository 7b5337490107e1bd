package v1

import (
	"slices"
	"testing"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
	"conft/internal/suite"
)

// A peer may offer each of 255 transforms of AH with each of 255 of ESP: not every pair of
// them is looked at.
func TestBundleChoicesAreBounded(t *testing.T) {
	_, r := negotiate(6)
	many := func(protocol payload.Protocol, id uint8, auth suite.Auth) payload.Proposal {
		p := payload.Proposal{Number: 1, Protocol: protocol, SPI: octets(0x12345)}
		for n := range 255 {
			p.Transforms = append(p.Transforms, payload.Transform{Number: uint8(n), ID: id, Attributes: []payload.Attribute{
				payload.Number(payload.IPsecEncapsulation, payload.EncapsTunnel), payload.Number(payload.IPsecAuth, uint32(auth))}})
		}
		return p
	}
	turn := &turn{Phase1: r.Phase1, env: r.env}
	n := &node{}
	ids := r.env.Policy.Tunnels[0].Selectors[0]
	if turn.agree(n, []payload.Proposal{many(payload.ProtocolAH, 2, suite.HMACMD5), many(payload.ProtocolESP, uint8(suite.ESPDES), suite.HMACMD5)}, ids) {
		t.Fatal("agreed on what nobody has")
	}
	count := 0
	for _, a := range turn.out {
		if trace, ok := a.(exchange.Trace); ok {
			if _, ok := trace.Event.(debug.ISAKMPTransform); ok {
				count++
			}
		}
	}
	if count == 0 || count > maxChoices {
		t.Errorf("%d transforms were looked at", count)
	}
}

// What cannot be one SA is not chosen: two of a protocol, three of them, IPComp, different
// modes or groups, an AH transform whose attribute names another algorithm.
func TestWhatIsNoBundle(t *testing.T) {
	ah := func(id uint8, auth suite.Auth, encaps uint32) payload.Proposal {
		return payload.Proposal{Number: 1, Protocol: payload.ProtocolAH, SPI: octets(0x1001), Transforms: []payload.Transform{{Number: 1, ID: id,
			Attributes: []payload.Attribute{payload.Number(payload.IPsecEncapsulation, encaps), payload.Number(payload.IPsecAuth, uint32(auth))}}}}
	}
	esp := ah(uint8(suite.ESPDES), suite.HMACMD5, payload.EncapsTunnel)
	esp.Protocol = payload.ProtocolESP
	comp := esp
	comp.Protocol = payload.ProtocolIPComp
	grouped := ah(2, suite.HMACMD5, payload.EncapsTunnel)
	grouped.Transforms[0].Attributes = append(slices.Clone(grouped.Transforms[0].Attributes), payload.Number(payload.IPsecGroup, 2))
	good := ah(2, suite.HMACMD5, payload.EncapsTunnel)
	for name, v := range map[string]struct {
		list []payload.Proposal
		want bool
	}{
		"AH and ESP":        {[]payload.Proposal{good, esp}, true},
		"ESP and AH":        {[]payload.Proposal{esp, good}, true},
		"two of AH":         {[]payload.Proposal{good, good}, false},
		"three":             {[]payload.Proposal{good, esp, comp}, false},
		"ESP and IPComp":    {[]payload.Proposal{esp, comp}, false},
		"AH alone":          {[]payload.Proposal{good}, false},
		"ESP alone":         {[]payload.Proposal{esp}, false},
		"other mode":        {[]payload.Proposal{ah(2, suite.HMACMD5, payload.EncapsTransport), esp}, false},
		"other group":       {[]payload.Proposal{grouped, esp}, false},
		"other algorithm":   {[]payload.Proposal{ah(3, suite.HMACMD5, payload.EncapsTunnel), esp}, false},
		"no such algorithm": {[]payload.Proposal{ah(4, 3, payload.EncapsTunnel), esp}, false},
	} {
		_, r := negotiate(6)
		tunnel := &r.env.Policy.Tunnels[0]
		tunnel.Transforms = []exchange.TransformSet{{AH: suite.HMACMD5, Transform: suite.ESPDES, Auth: suite.HMACMD5}}
		turn := &turn{Phase1: r.Phase1, env: r.env}
		n := &node{}
		if got := turn.agree(n, v.list, tunnel.Selectors[0]); got != v.want {
			t.Errorf("%s: %t", name, got)
		}
		if v.want && (n.deal.outAH != 0x1001 || n.deal.outSPI != 0x1001 || n.deal.protocol != payload.ProtocolESP) {
			t.Errorf("%s: %+v", name, n.deal)
		}
	}
}
