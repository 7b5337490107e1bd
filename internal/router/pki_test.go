package router

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/pki"
)

// memory is nvram without a file.
type memory map[string][]byte

func (m memory) Get(key string) ([]byte, bool, error) { v, ok := m[key]; return v, ok, nil }
func (m memory) Put(key string, value []byte) error   { m[key] = slices.Clone(value); return nil }
func (m memory) Delete(key string) error              { delete(m, key); return nil }
func (m memory) Keys(string) ([]string, error)        { return nil, nil }

// issuer is a certification authority.
type issuer struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

var serials int64

func newIssuer(t *testing.T, cn string, above *issuer) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{Subject: pkix.Name{CommonName: cn}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	i := &issuer{c, key}
	if above == nil {
		above = i
	}
	i.cert = above.issue(t, c, key.Public())
	return i
}

func (i *issuer) issue(t *testing.T, c *x509.Certificate, key any) *x509.Certificate {
	t.Helper()
	serials++
	c.SerialNumber = big.NewInt(serials)
	if c.NotAfter.IsZero() {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, i.cert, key, i.key)
	if err != nil {
		t.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// end is one router of the classic lab that authenticates with certificates: its
// configuration and what its store holds.
type end struct {
	*Router
	c   *config.Config
	own *x509.Certificate // as enrolled, even if Import would refuse it; nil for none
}

func newEnd(t *testing.T, name string, local, remote uint32) *end {
	t.Helper()
	store, err := pki.Open(memory{}, func() {})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Generate("K", 1024, time.Now()); err != nil {
		t.Fatal(err)
	}
	r := &Router{pki: store, crls: pki.NewRevocations(), clock: NewClock(ClockSource(0), func() bool { return true }),
		plugs: newPlugTable([]mapping{{Interface: "GigabitEthernet0/1", Link: "eth1"}})}
	c := config.New()
	c.Hostname = name
	c.AddInterface(&config.Interface{Name: "GigabitEthernet0/1", Address: config.Address{IP: local, Mask: maskOf(24)}, CryptoMap: "MAP"})
	lan := func(ip uint32) acl.Addr { return acl.Addr{Base: ip, Wildcard: 255} }
	c.AccessLists = []*acl.List{{Name: "100", Entries: []acl.Entry{{Action: acl.Permit, Src: lan(lanOf(local)), Dst: lan(lanOf(remote))}}}}
	c.ISAKMPPolicy = []*config.ISAKMPPolicy{{Priority: 10, Group: 1, Lifetime: 86400}}
	c.TransformSet = []*config.TransformSet{{Name: "T", Transforms: []string{"esp-des", "esp-md5-hmac"}}}
	c.CryptoMaps = []*config.CryptoMap{{Name: "MAP", Entries: []*config.CryptoMapEntry{
		{Seq: 10, Peers: []uint32{remote}, TransformSets: []string{"T"}, MatchAddress: "100"}}}}
	p := config.NewTrustpoint("LAB")
	p.Revocation = []string{"none"}
	c.PKI.Trustpoints = []*config.Trustpoint{p}
	return &end{r, c, nil}
}

func lanOf(ip uint32) uint32 {
	if ip == acl.Word(iketest.Addr1) {
		return acl.Word(iketest.Side1.Prefix.Addr())
	}
	return acl.Word(iketest.Side3.Prefix.Addr())
}

// enrol gives the router the authorities and a certificate; change may spoil it.
func (e *end) enrol(t *testing.T, ca *issuer, change func(*x509.Certificate)) {
	t.Helper()
	c := &x509.Certificate{Subject: pkix.Name{CommonName: e.c.Hostname}, DNSNames: []string{e.c.Hostname + ".lab"},
		IPAddresses: []net.IP{acl.IPv4(e.c.Interfaces[0].Address.IP).AsSlice()}}
	if change != nil {
		change(c)
	}
	own := ca.issue(t, c, e.pki.Key("K").Public())
	if err := e.pki.Authenticate("LAB", ca.cert, time.Now()); err != nil {
		t.Fatal(err)
	}
	e.own = own
}

// policy is the translation of the configuration, with that certificate.
func (e *end) policy() *exchange.Policy {
	p := e.ikePolicy(e.c)
	if e.own != nil {
		have := e.pki.Certificates("LAB")
		p.Credentials = []exchange.Credential{e.credential(&pki.Trustpoint{Name: "LAB", Authorities: have.Authorities, Own: e.own, Key: e.pki.Key("K")})}
		p.Credentials[0].Usable = func() bool { return true }
	}
	return p
}

// sigLab is the classic lab with a certificate on each router.
type sigLab struct {
	ca     *issuer
	e1, e3 *end
	net    *iketest.Net
	r1, r3 *iketest.Router
}

func newSigLab(t *testing.T, spoil func(*sigLab)) *sigLab {
	t.Helper()
	l := &sigLab{ca: newIssuer(t, "ca", nil), net: iketest.New(1)}
	a, b := acl.Word(iketest.Addr1), acl.Word(iketest.Addr3)
	l.e1, l.e3 = newEnd(t, "R1", a, b), newEnd(t, "R3", b, a)
	l.e1.enrol(t, l.ca, nil)
	l.e3.enrol(t, l.ca, nil)
	if spoil != nil {
		spoil(l)
	}
	l.net.Record = true
	l.r1, l.r3 = l.net.Add("R1", iketest.Addr1, l.e1.policy()), l.net.Add("R3", iketest.Addr3, l.e3.policy())
	return l
}

// up reports whether the tunnel comes up within a second of a packet at R1.
func (l *sigLab) up() bool {
	l.r1.Acquire("MAP", 10, iketest.Flow)
	return l.net.Until(time.Second, func() bool { return l.r1.Ping(l.r3, iketest.Flow) == nil && l.net.Idle() })
}

func (l *sigLab) said(r *iketest.Router, text string) bool {
	return slices.ContainsFunc(r.Lines(debug.FlagNone, debug.FlagISAKMP, debug.FlagPKI), func(s string) bool { return strings.Contains(s, text) })
}

func TestSignatures(t *testing.T) {
	l := newSigLab(t, nil)
	if !l.up() {
		t.Fatalf("no tunnel:\n%s", strings.Join(l.net.Log, "\n"))
	}
	if got := l.r1.Core.ISAKMPSAs(l.net.Now)[0].Suite.Auth; got != exchange.RSASig {
		t.Errorf("authenticated by %d", got)
	}
	for _, r := range []*iketest.Router{l.r1, l.r3} {
		for _, text := range []string{
			"ISAKMP:      auth RSA sig", "constructing CERT_REQ for issuer cn=ca", "processing CERT_REQ payload. message ID = 0",
			"peer wants a CT_X509_SIGNATURE cert", "peer want cert issued by cn=ca", " Choosing trustpoint LAB as issuer",
			"SA is doing RSA signature authentication using id type ID_IPV4_ADDR", "next-payload : 6", "constructing CERT payload for cn=" + r.Name,
			"using the LAB trustpoint's keypair to sign", "processing CERT payload. message ID = 0", "processing a CT_X509_SIGNATURE cert",
			"peer's pubkey isn't cached", "processing SIG payload. message ID = 0", "SA has been authenticated with",
			"CRYPTO_PKI: Suitable trustpoints are: LAB,", "CRYPTO_PKI: Certificate is verified",
			"chain cert was anchored to trustpoint LAB, and chain validation result was: CRYPTO_VALID_CERT",
		} {
			if !l.said(r, text) {
				t.Errorf("%s does not say %q", r.Name, text)
			}
		}
	}
	if t.Failed() {
		t.Log(strings.Join(l.net.Log, "\n"))
	}
}

// logged is what IOS's log has of the rejections that it tells apart.
var logged = map[string]string{
	"expired":       "CERTIFICATE_INVALID_EXPIRED: ",
	"expired rule":  "CERTIFICATE_INVALID_EXPIRED: ",
	"not yet valid": "CERTIFICATE_INVALID_NOT_YET_VALID: ",
	"revoked":       "CERTIFICATE_REVOKED: ",
	"no CRL":        "CRL_FETCH_FAIL: CRL fetch for trustpoint LAB failed",
	"no map":        "CERTIFICATE_INVALID_UNAUTHORIZED: ",
}

// What is wrong with a certificate is said by the router that refuses it, with the
// certificate and the rule, and no SA comes of it. R3's is spoilt, so R3 as the
// responder has accepted R1 when R1 refuses it.
func TestSignaturesRefused(t *testing.T) {
	crl := filepath.Join(t.TempDir(), "ca.crl")
	for name, c := range map[string]struct {
		spoil func(*testing.T, *sigLab)
		says  string
	}{
		"expired": {func(t *testing.T, l *sigLab) {
			l.e3.enrol(t, l.ca, func(c *x509.Certificate) {
				c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
			})
		}, "is bad: certificate cn=R3 (SN: "},
		"expired rule": {func(t *testing.T, l *sigLab) {
			l.e3.enrol(t, l.ca, func(c *x509.Certificate) {
				c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
			})
		}, ") has expired: its validity period ended "},
		"not yet valid": {func(t *testing.T, l *sigLab) {
			l.e3.enrol(t, l.ca, func(c *x509.Certificate) {
				c.NotBefore, c.NotAfter = time.Now().Add(time.Hour), time.Now().Add(2*time.Hour)
			})
		}, ") is not yet valid: its validity period starts "},
		"another authority": {func(t *testing.T, l *sigLab) {
			own := newIssuer(t, "other", nil).issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "R3"}}, l.e3.pki.Key("K").Public())
			l.e3.own = own
		}, "was issued by cn=other, which is no trustpoint's authority"},
		"another identity": {func(t *testing.T, l *sigLab) {
			l.e3.enrol(t, l.ca, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"r9.lab"}, nil })
		}, "is not that of "},
		"revoked": {func(t *testing.T, l *sigLab) {
			der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Minute), NextUpdate: time.Now().Add(time.Hour),
				RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: l.e3.own.SerialNumber, RevocationTime: time.Now().Add(-time.Minute)}}}, l.ca.cert, l.ca.key)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(crl, der, 0o600); err != nil {
				t.Fatal(err)
			}
			p := l.e1.c.PKI.Trustpoints[0]
			p.Revocation, p.CRLQuery = []string{"crl"}, "file://"+crl
		}, "was revoked by cn=ca on "},
		"no CRL": {func(t *testing.T, l *sigLab) {
			l.e1.c.PKI.Trustpoints[0].Revocation = []string{"crl"}
		}, "cannot be checked for revocation: the certificate names no CRL distribution point"},
		"another's key": {func(t *testing.T, l *sigLab) {
			if err := l.e3.pki.Generate("K", 1024, time.Now()); err != nil {
				t.Fatal(err)
			}
		}, "is not proved to be the peer's: signature does not verify"},
		"no map": {func(t *testing.T, l *sigLab) {
			l.e1.c.PKI.Certificates = []*config.CertificateMap{{Name: "P", Seq: 10, Rules: []config.CertificateRule{{Field: "subject-name", Op: "co", Value: "R7"}}}}
			l.e1.c.PKI.Trustpoints[0].Match = []string{"P"}
		}, "matches no certificate map of trustpoint LAB"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newSigLab(t, func(l *sigLab) { c.spoil(t, l) })
			if name == "another identity" { // R3 lies about its name
				p := l.e3.policy()
				p.Credentials[0].Names = []string{"R3.lab"}
				l.net = iketest.New(1)
				l.r1, l.r3 = l.net.Add("R1", iketest.Addr1, l.e1.policy()), l.net.Add("R3", iketest.Addr3, p)
			}
			if l.up() {
				t.Fatal("there is a tunnel")
			}
			if !l.said(l.r1, c.says) || !l.said(l.r1, "%CRYPTO-5-IKMP_INVAL_CERT: Certificate received from 23.23.23.3 is bad: ") ||
				!l.said(l.r1, "CRYPTO_PKI: Certificate not validated: ") {
				t.Errorf("R1 does not say %q:\n%s", c.says, strings.Join(l.r1.Lines(debug.FlagNone, debug.FlagPKI), "\n"))
			}
			if log := logged[name]; !l.said(l.r1, "%PKI-3-"+cmp.Or(log, "CERTIFICATE_INVALID: ")) {
				t.Errorf("the log does not have %q:\n%s", log, strings.Join(l.r1.Lines(debug.FlagNone), "\n"))
			}
			if forged := name == "another's key"; l.said(l.r1, ":signature invalid!") != forged || l.said(l.r1, ": peer's cert is not valid") == forged {
				t.Error("R1 does not say what is wrong:", strings.Join(l.r1.Lines(debug.FlagISAKMP), "\n"))
			}
			if f := l.r1.Core.Failures(); len(f) == 0 || !strings.Contains("is bad: "+f[0].Reason, c.says) || f[0].Message != 6 {
				t.Errorf("failures: %+v", f)
			}
			if sas := l.r1.Core.ISAKMPSAs(l.net.Now); len(sas) > 0 && sas[0].State == "QM_IDLE" {
				t.Errorf("R1 has %+v", sas)
			}
		})
	}
}

// The responder refuses as well.
func TestResponderRefuses(t *testing.T) {
	l := newSigLab(t, func(l *sigLab) {
		l.e1.enrol(t, l.ca, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
		})
	})
	if l.up() || !l.said(l.r3, "%CRYPTO-5-IKMP_INVAL_CERT: Certificate received from 12.12.12.1 is bad: certificate cn=R1 (SN: ") {
		t.Errorf("R3 says:\n%s", strings.Join(l.r3.Lines(debug.FlagNone), "\n"))
	}
	l.net.Run(3 * time.Minute)
	if f := l.r1.Core.Failures(); len(f) == 0 || f[0].Reason != "no answer once encrypted: does the peer refuse our certificate?" {
		t.Errorf("R1 remembers %+v", f)
	}
}

// Who has both a key and a certificate agrees with who has one of them.
func TestMixedPolicies(t *testing.T) {
	key := func(e *end) {
		e.c.ISAKMPPolicy = append(e.c.ISAKMPPolicy, &config.ISAKMPPolicy{Priority: 20, Authentication: config.PreShare, Group: 1, Lifetime: 86400})
		e.c.ISAKMPKeys = []config.ISAKMPKey{{Key: config.Secret{Text: "cisco"}, IP: e.c.CryptoMaps[0].Entries[0].Peers[0], Mask: maskOf(32)}}
	}
	bare := func(e *end) {
		e.c.PKI.Trustpoints = nil
		e.own = nil
	}
	for name, c := range map[string]struct {
		r1, r3 []func(*end)
		auth   exchange.Authentication // 0: none
		says   string                  // by R3
	}{
		"both with both":                {[]func(*end){key}, []func(*end){key}, exchange.RSASig, ""},
		"both against a key":            {[]func(*end){key}, []func(*end){key, bare}, exchange.PreShared, textRSARefused},
		"a key against both":            {[]func(*end){key, bare}, []func(*end){key}, exchange.PreShared, ""},
		"both against a certificate":    {[]func(*end){key}, nil, exchange.RSASig, ""},
		"a certificate against both":    {nil, []func(*end){key}, exchange.RSASig, ""},
		"a certificate against a key":   {nil, []func(*end){key, bare}, 0, textRSARefused},
		"a key against a certificate":   {[]func(*end){key, bare}, nil, 0, "Preshared authentication offered but does not match policy!"},
		"nothing against a certificate": {[]func(*end){bare}, nil, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := newSigLab(t, func(l *sigLab) {
				for _, f := range c.r1 {
					f(l.e1)
				}
				for _, f := range c.r3 {
					f(l.e3)
				}
			})
			if up := l.up(); up != (c.auth != 0) {
				t.Fatalf("up: %t\n%s", up, strings.Join(l.net.Log, "\n"))
			}
			if c.auth != 0 {
				if got := l.r3.Core.ISAKMPSAs(l.net.Now)[0].Suite.Auth; got != c.auth {
					t.Errorf("authenticated by %d, want %d", got, c.auth)
				}
			}
			if c.says != "" && !l.said(l.r3, c.says) {
				t.Errorf("R3 does not say %q:\n%s", c.says, strings.Join(l.r3.Lines(debug.FlagISAKMP), "\n"))
			}
		})
	}
}

const textRSARefused = "RSA signature authentication offered but does not match policy!"

// The identity is one that the certificate holds: the address, else the name, else the
// subject. A chain over another authority is sent along.
func TestSignatureIdentities(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*x509.Certificate)
		says   string
	}{
		"address":          {nil, "using id type ID_IPV4_ADDR"},
		"name":             {func(c *x509.Certificate) { c.IPAddresses = nil }, ":Using FQDN as My ID"},
		"subject":          {func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, nil }, "using id type ID_DER_ASN1_DN"},
		"subject in words": {func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, nil }, "CN=R3"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newSigLab(t, func(l *sigLab) {
				l.e1.enrol(t, l.ca, c.change)
				l.e3.enrol(t, l.ca, c.change)
			})
			if !l.up() || !l.said(l.r1, c.says) || !l.said(l.r3, c.says) {
				t.Error(strings.Join(l.net.Log, "\n"))
			}
		})
	}
	t.Run("chain", func(t *testing.T) {
		l := newSigLab(t, func(l *sigLab) {
			sub := newIssuer(t, "sub", l.ca)
			l.e3.enrol(t, sub, nil)
			l.e3.pki.Authenticate("LAB", sub.cert, time.Now())
			root := config.NewTrustpoint("ROOT")
			root.Revocation = []string{"none"}
			l.e3.c.PKI.Trustpoints = append(l.e3.c.PKI.Trustpoints, root)
			l.e3.pki.Authenticate("ROOT", l.ca.cert, time.Now())
		})
		if !l.up() || !l.said(l.r1, "validation path has 2 certs") {
			t.Error(strings.Join(l.net.Log, "\n"))
		}
	})
}

// A profile is found by the peer's certificate, and an initiator that wants one takes no
// peer whose certificate does not match.
func TestProfileByCertificate(t *testing.T) {
	for value, match := range map[string]bool{"cn=R3": true, "cn=R7": false} {
		l := newSigLab(t, func(l *sigLab) {
			l.e1.c.PKI.Certificates = []*config.CertificateMap{{Name: "M", Seq: 10, Rules: []config.CertificateRule{{Field: "subject-name", Op: "co", Value: value}}}}
			l.e1.c.ISAKMPProfiles = []*config.ISAKMPProfile{{Name: "BRANCH", Maps: []string{"M"}}}
			l.e1.c.CryptoMaps[0].Entries[0].Profile = "BRANCH"
		})
		if up := l.up(); up != match || match != l.said(l.r1, ":: peer matches BRANCH profile") {
			t.Errorf("%s: up %t\n%s", value, up, strings.Join(l.net.Log, "\n"))
		}
	}
}

// Whichever datagram is lost, the tunnel comes up.
func TestSignaturesWithLoss(t *testing.T) {
	for k := 1; k <= 9; k++ {
		l := newSigLab(t, nil)
		l.net.Fate = func(p *iketest.Packet) []time.Duration {
			if p.N == k {
				return nil
			}
			return []time.Duration{0}
		}
		l.r1.Acquire("MAP", 10, iketest.Flow)
		if !l.net.Until(2*time.Minute, func() bool { return l.r1.Ping(l.r3, iketest.Flow) == nil }) {
			t.Errorf("without datagram %d:\n%s", k, strings.Join(l.net.Log, "\n"))
		}
	}
}

// A message 5 with one bit changed proves nothing: not in the identity, not in the
// certificate, not in the signature.
func TestSignaturesSpoilt(t *testing.T) {
	for _, at := range []int{30, 60, 200, 400, 620} {
		l := newSigLab(t, nil)
		l.net.Fate = func(p *iketest.Packet) []time.Duration {
			if p.N >= 5 && p.From.Addr() == iketest.Addr1 {
				p.Data[min(at, len(p.Data)-1)] ^= 1
			}
			return []time.Duration{0}
		}
		l.r1.Acquire("MAP", 10, iketest.Flow)
		l.net.Run(3 * time.Minute)
		for _, r := range []*iketest.Router{l.r1, l.r3} {
			for _, sa := range r.Core.ISAKMPSAs(l.net.Now) {
				if sa.State == "QM_IDLE" {
					t.Errorf("octet %d: %s has %+v", at, r.Name, sa)
				}
			}
		}
	}
}

// The judgement follows the configuration: maps and revocation of each trustpoint.
func TestTrustpointsTranslated(t *testing.T) {
	l := newSigLab(t, nil)
	l.e1.c.PKI.Certificates = []*config.CertificateMap{
		{Name: "A", Seq: 10, Rules: []config.CertificateRule{{Field: "subject-name", Op: "co", Value: "x"}}}, {Name: "B", Seq: 10}}
	l.e1.c.PKI.Trustpoints[0].Match = []string{"A"}
	p := l.e1.trustpoints(l.e1.c)[0]
	if got := fmt.Sprint(p.Maps, p.Restricted, p.Revocation); got != "[[{subject-name co x}]] true [none]" {
		t.Error(got)
	}
}

// A trustpoint that is removed takes its certificates with it.
func TestTrustpointRemoved(t *testing.T) {
	l := newSigLab(t, nil)
	without := l.e1.c.Clone()
	without.PKI.Trustpoints = nil
	l.e1.forgetTrustpoints(l.e1.c, l.e1.c)
	if len(l.e1.pki.Certificates("LAB").Authorities) != 1 {
		t.Error("the certificates of a trustpoint that stays are gone")
	}
	l.e1.forgetTrustpoints(l.e1.c, without)
	if len(l.e1.pki.Certificates("LAB").Authorities) != 0 {
		t.Error("the certificates are still there")
	}
}
