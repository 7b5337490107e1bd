package router

import (
	"strings"
	"testing"
	"time"

	"conft/ike/iketest"
	"conft/internal/config"
)

// second gives an end another trustpoint, for an authority of its own.
func (e *end) second(t *testing.T, name string, ca *issuer) {
	t.Helper()
	p := config.NewTrustpoint(name)
	p.Revocation = []string{"none"}
	e.c.PKI.Trustpoints = append(e.c.PKI.Trustpoints, p)
	if err := e.pki.Authenticate(name, ca.cert, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// The peers of a profile are vouched for by the profile's trustpoints alone, whether their
// identity or a certificate map has chosen the profile, in both roles.
func TestProfileTrustpoints(t *testing.T) {
	byAddress := config.ISAKMPProfile{Name: "P", Match: []config.IdentityMatch{{Kind: config.MatchAddress}}}
	byMap := config.ISAKMPProfile{Name: "P", Maps: []string{"PEERS"}}
	const refused = "was issued by cn=ca, which is no authority of the profile's trustpoints (OTHER)"
	for name, c := range map[string]struct {
		at     string // the router with the profile
		match  config.ISAKMPProfile
		points []string
		says   string // "" for a tunnel
	}{
		"responder, all":          {"R3", byAddress, nil, ""},
		"responder, its own":      {"R3", byAddress, []string{"OTHER", "LAB"}, ""},
		"responder, another":      {"R3", byAddress, []string{"OTHER"}, refused},
		"responder, map":          {"R3", byMap, []string{"LAB"}, ""},
		"responder, map, another": {"R3", byMap, []string{"OTHER"}, refused},
		"initiator, its own":      {"R1", byAddress, []string{"LAB"}, ""},
		"initiator, map":          {"R1", byMap, []string{"LAB"}, ""},
		"initiator, another":      {"R1", byAddress, []string{"OTHER"}, "No Cert or pre-shared address key."},
		"initiator, none there":   {"R1", byAddress, []string{"GONE"}, "No Cert or pre-shared address key."},
	} {
		t.Run(name, func(t *testing.T) {
			l := newSigLab(t, func(l *sigLab) {
				at := map[string]*end{"R1": l.e1, "R3": l.e3}[c.at]
				at.second(t, "OTHER", newIssuer(t, "other", nil))
				at.c.PKI.Certificates = []*config.CertificateMap{{Name: "PEERS", Seq: 10, Rules: []config.CertificateRule{{Field: "subject-name", Op: "co", Value: "r"}}}}
				p := c.match
				p.Trustpoints = c.points
				at.c.ISAKMPProfiles = []*config.ISAKMPProfile{&p}
				at.c.CryptoMaps[0].Entries[0].Profile = "P"
			})
			router := map[string]int{"R1": 0, "R3": 1}[c.at]
			said := func(text string) bool { return l.said([]*iketest.Router{l.r1, l.r3}[router], text) }
			if up := l.up(); up != (c.says == "") {
				t.Fatalf("up: %t\n%s", up, strings.Join(l.net.Log, "\n"))
			}
			if c.says == "" && !said(":: peer matches P profile") || c.says != "" && !said(c.says) {
				t.Errorf("%s does not say %q:\n%s", c.at, c.says, strings.Join(l.net.Log, "\n"))
			}
		})
	}
}

// An initiator asks for certificates of its profile's authorities only, and proves who it
// is by its profile's own certificate.
func TestProfileTrustpointAsked(t *testing.T) {
	l := newSigLab(t, func(l *sigLab) {
		l.e1.second(t, "AAA", newIssuer(t, "other", nil))
		l.e1.c.ISAKMPProfiles = []*config.ISAKMPProfile{{Name: "P", Match: []config.IdentityMatch{{Kind: config.MatchAddress}}, Trustpoints: []string{"LAB"}}}
		l.e1.c.CryptoMaps[0].Entries[0].Profile = "P"
	})
	if !l.up() || !l.said(l.r1, "constructing CERT_REQ for issuer cn=ca") || l.said(l.r1, "constructing CERT_REQ for issuer cn=other") {
		t.Error(strings.Join(l.net.Log, "\n"))
	}
	p := l.e1.policy()
	theirs := p.Credentials[0]
	theirs.Trustpoint = "AAA"
	p.Credentials = append(p.Credentials[:0:0], theirs, p.Credentials[0])
	if all, own := p.Credential("", nil), p.Credential("P", nil); all.Trustpoint != "AAA" || own.Trustpoint != "LAB" {
		t.Errorf("without a profile the certificate of %s, with it that of %s", all.Trustpoint, own.Trustpoint)
	}
	if gone := p.Credential("GONE", nil); gone != nil {
		t.Errorf("a profile that is gone has the certificate of %s", gone.Trustpoint)
	}
}
