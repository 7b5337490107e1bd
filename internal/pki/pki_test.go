package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"conft/debug"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// key makes RSA keys once for all tests.
var keys = func() (list [4]*rsa.PrivateKey) {
	for i := range list {
		k, err := rsa.GenerateKey(rand.Reader, 1024)
		if err != nil {
			panic(err)
		}
		list[i] = k
	}
	return list
}()

var serial atomic.Int64

// issue makes a certificate; change may spoil it.
func issue(t *testing.T, cn string, key *rsa.PrivateKey, issuer *x509.Certificate, issuerKey *rsa.PrivateKey, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(serial.Add(1)), Subject: pkix.Name{CommonName: cn, Organization: []string{"lab"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), KeyUsage: usage,
		DNSNames: []string{cn + ".lab"}, IPAddresses: []net.IP{net.IPv4(192, 0, 2, 1)},
		SignatureAlgorithm: x509.SHA256WithRSA,
	}
	if issuer == nil {
		issuer = c
	}
	if strings.HasPrefix(cn, "ca") {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	}
	if change != nil {
		change(c)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, issuer, key.Public(), issuerKey)
	if err != nil {
		t.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// withSHA1 signs a certificate again with SHA-1, which crypto/x509 does not do.
func withSHA1(t *testing.T, c *x509.Certificate, key *rsa.PrivateKey) *x509.Certificate {
	t.Helper()
	// sha256WithRSAEncryption and sha1WithRSAEncryption differ in one octet.
	sha256OID, sha1OID := []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11}, []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5}
	replace := func(b []byte) []byte {
		return []byte(strings.ReplaceAll(string(b), string(sha256OID), string(sha1OID)))
	}
	tbs := replace(c.RawTBSCertificate)
	h := sha1.Sum(tbs)
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA1, h[:])
	if err != nil {
		t.Fatal(err)
	}
	raw := replace(c.Raw)
	raw = append(raw[:len(raw)-len(sig)], sig...)
	out, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// claim is what the holder of a certificate presents.
func claim(t *testing.T, key *rsa.PrivateKey, certs ...*x509.Certificate) Claim {
	t.Helper()
	hash := sha1.Sum([]byte("HASH_I"))
	sig, err := signRaw(key, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	c := Claim{Kind: IdentityFQDN, Identity: []byte("r1.lab"), Hash: hash[:], Signature: sig}
	for _, x := range certs {
		c.Certificates = append(c.Certificates, x.Raw)
	}
	return c
}

func validator(point Trustpoint) *Validator {
	if point.Revocation == nil {
		point.Revocation = []string{"none"}
	}
	return &Validator{Trustpoints: []*Trustpoint{&point}, Revocations: NewRevocations()}
}

func quiet(debug.PKIStep, string) {}

func TestValidate(t *testing.T) {
	ca := issue(t, "ca", keys[0], nil, keys[0], nil)
	sub := issue(t, "ca-sub", keys[1], ca, keys[0], nil)
	leaf := issue(t, "r1", keys[2], ca, keys[0], nil)
	below := issue(t, "r1", keys[2], sub, keys[1], nil)
	stranger := issue(t, "ca", keys[3], nil, keys[3], nil) // the same name, another key
	with := func(change func(*x509.Certificate)) *x509.Certificate {
		return issue(t, "r1", keys[2], ca, keys[0], change)
	}
	authority := func(change func(*x509.Certificate)) *x509.Certificate {
		return issue(t, "ca-odd", keys[1], ca, keys[0], change)
	}
	of := func(i *x509.Certificate) Claim { return claim(t, keys[2], issue(t, "r1", keys[2], i, keys[1], nil), i) }
	id := func(kind IdentityKind, identity string) Claim {
		c := claim(t, keys[2], leaf)
		c.Kind, c.Identity = kind, []byte(identity)
		return c
	}
	odd := authority(func(c *x509.Certificate) { c.IsCA = false })
	for _, c := range []struct {
		name  string
		claim Claim
		rule  Rule
		says  string // "" when all is well
	}{
		{"right", claim(t, keys[2], leaf), 0, ""},
		{"through another authority", claim(t, keys[2], below, sub), 0, ""},
		{"with the root as well", claim(t, keys[2], below, sub, ca, sub), 0, ""},
		{"by address", id(IdentityAddress, "\xc0\x00\x02\x01"), 0, ""},
		{"by name", id(IdentityName, string(leaf.RawSubject)), 0, ""},
		{"SHA-1", claim(t, keys[2], withSHA1(t, leaf, keys[0])), 0, ""},
		{"none", claim(t, keys[2]), RulePresent, "no certificate was presented"},
		{"nonsense", Claim{Certificates: [][]byte{{1, 2, 3}}}, RuleForm, "cannot be read"},
		{"the other authority missing", claim(t, keys[2], below), RuleIssuer, "r1,o=lab"},
		{"unknown authority", claim(t, keys[2], issue(t, "r1", keys[2], issue(t, "ca2", keys[3], nil, keys[3], nil), keys[3], nil)), RuleIssuer, "was issued by"},
		{"authority of the same name", claim(t, keys[2], issue(t, "r1", keys[2], stranger, keys[3], nil)), RuleSignature, "not signed by the key of"},
		{"forged SHA-1", claim(t, keys[2], withSHA1(t, leaf, keys[3])), RuleSignature, "not signed by the key of"},
		{"expired", claim(t, keys[2], with(func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Minute) })), RuleExpired, "has expired: its validity period ended 11:59:00 UTC Nov 23 2026"},
		{"not yet", claim(t, keys[2], with(func(c *x509.Certificate) { c.NotBefore = now.Add(time.Minute) })), RuleNotYetValid, "is not yet valid"},
		{"expired authority", of(authority(func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Minute) })), RuleExpired, "ca-odd"},
		{"no authority", of(odd), RuleAuthority, "basicConstraints"},
		{"authority without the right", of(authority(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature })), RuleKeyUsage, "may not sign certificates"},
		{"constrained authority", of(authority(func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"lab"} })), RuleCritical, "name constraints"},
		{"key for encryption only", claim(t, keys[2], with(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })), RuleKeyUsage, "signatures"},
		{"critical extension", claim(t, keys[2], with(func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: []int{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
		})), RuleCritical, "critical extension"},
		{"another's certificate", claim(t, keys[3], leaf), RuleProof, "does not verify"},
		{"another's name", id(IdentityFQDN, "r2.lab"), RuleIdentity, "r2.lab"},
		{"another's address", id(IdentityAddress, "\xc0\x00\x02\x02"), RuleIdentity, "192.0.2.2"},
		{"another's subject", id(IdentityName, string(ca.RawSubject)), RuleIdentity, "cn=ca"},
		{"a key id", id(11, "x"), RuleIdentity, "identity of type 11"},
		{"no name", id(IdentityFQDN, ""), RuleIdentity, "claims to be"},
	} {
		_, point, err := validator(Trustpoint{Name: "LAB", Authorities: []*x509.Certificate{ca}}).Validate(c.claim, now, quiet)
		var r *Rejection
		switch {
		case c.says == "" && (err != nil || point.Name != "LAB"):
			t.Errorf("%s: %v", c.name, err)
		case c.says != "" && (!errors.As(err, &r) || r.Rule != c.rule || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// A path is no longer than its authorities allow.
func TestPathLength(t *testing.T) {
	ca := issue(t, "ca", keys[0], nil, keys[0], func(c *x509.Certificate) { c.MaxPathLenZero = true })
	sub := issue(t, "ca-sub", keys[1], ca, keys[0], nil)
	leaf := issue(t, "r1", keys[2], sub, keys[1], nil)
	_, _, err := validator(Trustpoint{Authorities: []*x509.Certificate{ca}}).Validate(claim(t, keys[2], leaf, sub), now, quiet)
	if r := (*Rejection)(nil); !errors.As(err, &r) || r.Rule != RulePathLength {
		t.Error(err)
	}
}

// What crowds of certificates a peer may send does not decide how long we compute.
func TestChecksAreBounded(t *testing.T) {
	ca := issue(t, "ca", keys[0], nil, keys[0], nil)
	var crowd []*x509.Certificate
	loop := issue(t, "ca-x", keys[1], nil, keys[1], nil)
	for range maxPresented - 1 {
		crowd = append(crowd, issue(t, "ca-x", keys[1], loop, keys[1], nil))
	}
	leaf := issue(t, "r1", keys[2], loop, keys[1], nil)
	c := chainer{now: now, anchors: []anchor{{cert: ca}}, presented: crowd}
	if _, r := c.find(leaf); r == nil || c.checks > maxChecks*2*maxDepth {
		t.Errorf("%v after %d checks", r, c.checks)
	}
}

// A peer's self-signed certificate is good when the operator has accepted that very one.
func TestSelfSignedPeer(t *testing.T) {
	own := issue(t, "r1", keys[2], nil, keys[2], nil)
	if _, _, err := validator(Trustpoint{Authorities: []*x509.Certificate{own}, Revocation: []string{"crl"}}).Validate(claim(t, keys[2], own), now, quiet); err != nil {
		t.Error(err)
	}
}

// "The verifier must not parse": blocks that are nearly right do not verify.
func TestStrictPadding(t *testing.T) {
	hash := sha1.Sum([]byte("HASH_R"))
	key := keys[0]
	size := key.Size()
	raw := func(em []byte) []byte { // the private operation on any block
		return new(big.Int).Exp(new(big.Int).SetBytes(em), key.D, key.N).FillBytes(make([]byte, size))
	}
	block := func(pad int, hash []byte, behind int) []byte {
		em := append([]byte{0, 1}, slices.Repeat([]byte{0xff}, pad)...)
		em = append(append(em, 0), hash...)
		return append(em, make([]byte, behind)...)
	}
	n := size - 3 - len(hash)
	right := block(n, hash[:], 0)
	if err := verifyRaw(&key.PublicKey, hash[:], raw(right)); err != nil {
		t.Fatal(err)
	}
	second := slices.Clone(right)
	second[1] = 2
	hole := slices.Clone(right)
	hole[10] = 0
	info := append([]byte{0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14}, hash[:]...)
	for name, em := range map[string][]byte{
		"garbage behind the hash":   block(8, hash[:], n-8),
		"no padding":                block(0, hash[:], n),
		"block type 2":              second,
		"zero in the padding":       hole,
		"with DigestInfo":           block(size-3-len(info), info, 0),
		"hash cut short":            block(size-3-10, hash[:10], 0),
		"another hash":              block(n, slices.Repeat([]byte{7}, 20), 0),
		"a hash that ends so":       block(n, append(slices.Clone(hash[:19]), hash[19]^1), 0),
		"a hash that begins so":     block(n, append([]byte{hash[0] ^ 1}, hash[1:]...), 0),
		"the hash and nothing else": append(make([]byte, size-20), hash[:]...),
	} {
		if verifyRaw(&key.PublicKey, hash[:], raw(em)) == nil {
			t.Errorf("%s verifies", name)
		}
	}
	good := raw(right)
	for name, sig := range map[string][]byte{"cut short": good[1:], "longer": append([]byte{0}, good...), "empty": nil} {
		if verifyRaw(&key.PublicKey, hash[:], sig) == nil {
			t.Errorf("a signature %s verifies", name)
		}
	}
	for k := byte(0); ; k++ { // until a signature plus N is no longer than N
		other := slices.Repeat([]byte{k}, 20)
		s := new(big.Int).SetBytes(raw(block(n, other, 0)))
		if over := s.Add(s, key.N).Bytes(); len(over) == size {
			if verifyRaw(&key.PublicKey, other, over) == nil {
				t.Error("a signature plus N verifies")
			}
			break
		}
	}
	large := new(big.Int).SetBit(big.NewInt(1), maxKeyBits, 1)
	for name, bad := range map[string]*rsa.PublicKey{
		"exponent 1": {N: key.N, E: 1}, "even modulus": {N: new(big.Int).Lsh(key.N, 1), E: 65537}, "a large modulus": {N: large, E: 3},
		"a small modulus": {N: new(big.Int).SetBit(big.NewInt(1), MinModulus-2, 1), E: 3},
	} {
		if err := verifyRaw(bad, hash[:], make([]byte, bad.Size())); !errors.Is(err, errKeySize) {
			t.Errorf("a key with %s: %v", name, err)
		}
	}
}

func crl(t *testing.T, ca *x509.Certificate, key *rsa.PrivateKey, from, to time.Time, revoked ...*x509.Certificate) []byte {
	t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: from, NextUpdate: to}
	for _, c := range revoked {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: from})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, ca, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// CRLs come by HTTP and from files, are kept until their next update, and a
// certificate whose state cannot be known is refused unless `none` follows.
func TestRevocation(t *testing.T) {
	var list atomic.Pointer[[]byte]
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if b := list.Load(); b != nil {
			w.Write(*b)
			return
		}
		http.NotFound(w, r)
	}))
	defer server.Close()
	ca := issue(t, "ca", keys[0], nil, keys[0], nil)
	leaf := issue(t, "r1", keys[2], ca, keys[0], func(c *x509.Certificate) { c.CRLDistributionPoints = []string{server.URL + "/ca.crl"} })
	local := issue(t, "r1", keys[2], ca, keys[0], func(c *x509.Certificate) { c.CRLDistributionPoints = []string{"file:///etc/passwd"} })
	bare := issue(t, "r1", keys[2], ca, keys[0], nil)
	serve := func(b []byte) { list.Store(&b) }
	file := filepath.Join(t.TempDir(), "ca.crl")
	if err := os.WriteFile(file, crl(t, ca, keys[0], now.Add(-time.Hour), now.Add(time.Hour), leaf), 0o600); err != nil {
		t.Fatal(err)
	}
	good := crl(t, ca, keys[0], now.Add(-time.Hour), now.Add(time.Hour))
	revoked := crl(t, ca, keys[0], now.Add(-time.Hour), now.Add(time.Hour), leaf)
	other := issue(t, "ca2", keys[3], nil, keys[3], nil)
	for _, c := range []struct {
		name  string
		serve []byte
		cert  *x509.Certificate
		point Trustpoint
		rule  Rule
		says  string
	}{
		{"not revoked", good, leaf, Trustpoint{}, 0, ""},
		{"revoked", revoked, leaf, Trustpoint{}, RuleRevoked, "was revoked by cn=ca,o=lab on 11:00:00 UTC Nov 23 2026"},
		{"revoked, with none", revoked, leaf, Trustpoint{Revocation: []string{"crl", "none"}}, RuleRevoked, "was revoked"},
		{"revoked in a file", good, leaf, Trustpoint{CRL: "file://" + file}, RuleRevoked, "was revoked"},
		{"no CRL", nil, leaf, Trustpoint{}, RuleCRL, "the server answers 404"},
		{"no CRL, with none", nil, leaf, Trustpoint{Revocation: []string{"crl", "none"}}, 0, ""},
		{"not asked", revoked, leaf, Trustpoint{Revocation: []string{"none"}}, 0, ""},
		{"no distribution point", good, bare, Trustpoint{}, RuleCRL, "names no CRL distribution point"},
		{"a certificate names a file", good, local, Trustpoint{}, RuleCRL, "cannot be fetched"},
		{"expired CRL", crl(t, ca, keys[0], now.Add(-time.Hour), now.Add(-time.Minute)), leaf, Trustpoint{}, RuleCRL, "the CRL has expired"},
		{"another's CRL", crl(t, other, keys[3], now.Add(-time.Hour), now.Add(time.Hour)), leaf, Trustpoint{}, RuleCRL, "the CRL is of cn=ca2"},
		{"forged CRL", crl(t, issue(t, "ca", keys[3], nil, keys[3], nil), keys[3], now.Add(-time.Hour), now.Add(time.Hour)), leaf, Trustpoint{}, RuleCRL, "the CRL was not signed"},
		{"no CRL there", []byte("hello"), leaf, Trustpoint{}, RuleCRL, "is not a CRL"},
		{"endless CRL", make([]byte, maxCRL+1), leaf, Trustpoint{}, RuleCRL, "too large"},
	} {
		list.Store(nil)
		if c.serve != nil {
			serve(c.serve)
		}
		c.point.Authorities = []*x509.Certificate{ca}
		if c.point.Revocation == nil {
			c.point.Revocation = []string{"crl"}
		}
		_, _, err := validator(c.point).Validate(claim(t, keys[2], c.cert), now, quiet)
		var r *Rejection
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.says != "" && (!errors.As(err, &r) || r.Rule != c.rule || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v", c.name, err)
		}
	}

	serve(good)
	v := validator(Trustpoint{Authorities: []*x509.Certificate{ca}, Revocation: []string{"crl"}})
	check := func(at time.Time, times int32) {
		t.Helper()
		asked.Store(0)
		for range 3 {
			if _, _, err := v.Validate(claim(t, keys[2], leaf), at, quiet); err != nil {
				t.Error(err)
			}
		}
		if asked.Load() != times {
			t.Errorf("at %v asked %d times, want %d", at, asked.Load(), times)
		}
	}
	check(now, 1)
	check(now.Add(30*time.Minute), 0)
	if kept := v.Revocations.Kept(); len(kept) != 1 || string(kept[0].List.RawIssuer) != string(ca.RawSubject) || !strings.HasPrefix(kept[0].Place, "http://") {
		t.Errorf("kept are %+v", kept)
	}
	v.Revocations.Forget()
	check(now, 1)
	// A peer without proof must not make us ask anybody.
	v.Revocations.Forget()
	asked.Store(0)
	if _, _, err := v.Validate(claim(t, keys[3], leaf), now, quiet); err == nil || asked.Load() != 0 {
		t.Errorf("%v, asked %d times", err, asked.Load())
	}
}

func TestMaps(t *testing.T) {
	ca := issue(t, "ca", keys[0], nil, keys[0], nil)
	leaf := issue(t, "r1", keys[2], ca, keys[0], nil)
	for text, want := range map[string]bool{
		"subject-name co CN=R1":            true,
		"subject-name eq cn=r1, o=lab":     true,
		"subject-name eq cn=r1":            false,
		"subject-name nc cn=r2":            true,
		"subject-name ne cn=r1,o=lab":      false,
		"issuer-name co cn=ca":             true,
		"alt-subject-name eq r1.lab":       true,
		"alt-subject-name eq 192.0.2.1":    true,
		"alt-subject-name nc r1":           false,
		"serial-number eq " + Serial(leaf): true,
		"unstructured-subject-name co r":   false,
	} {
		f := strings.SplitN(text, " ", 3)
		m := Map{{f[0], f[1], f[2]}}
		if got := Admits([]Map{m}, leaf); got != want {
			t.Errorf("%s: %t", text, got)
		}
		_, _, err := validator(Trustpoint{Authorities: []*x509.Certificate{ca}, Maps: []Map{m}, Restricted: true}).Validate(claim(t, keys[2], leaf), now, quiet)
		if r := (*Rejection)(nil); (err == nil) != want || err != nil && (!errors.As(err, &r) || r.Rule != RuleMap) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if Admits(nil, leaf) || Admits([]Map{{}}, leaf) {
		t.Error("a map without rules admits")
	}
}

// No format of fmt shows the private half of a key pair.
func TestKeysAreNotPrinted(t *testing.T) {
	k := &KeyPair{"R1.lab", now, keys[0]}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		if got := fmt.Sprintf(format, k); got != "key pair R1.lab" {
			t.Errorf("%s prints %s", format, got)
		}
	}
}
