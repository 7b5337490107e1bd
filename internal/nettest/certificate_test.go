package nettest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certAuthority is the CA of a test.
type certAuthority struct {
	t      *testing.T
	cert   *x509.Certificate
	key    *rsa.PrivateKey
	serial int64
}

// The clocks of the routers begin in 1993, that of strongSwan is the machine's.
var (
	longAgo  = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	farAhead = time.Date(2049, 1, 1, 0, 0, 0, 0, time.UTC)
)

func newCertAuthority(t *testing.T, cn string) *certAuthority {
	t.Helper()
	a := &certAuthority{t: t, key: rsaKey(t)}
	template := &x509.Certificate{Subject: pkix.Name{CommonName: cn, Organization: []string{"lab"}}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: []byte(cn)}
	a.cert = template
	a.cert = a.sign(template, &a.key.PublicKey)
	return a
}

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *certAuthority) sign(c *x509.Certificate, key any) *x509.Certificate {
	a.t.Helper()
	a.serial++
	c.SerialNumber = big.NewInt(a.serial)
	c.NotBefore = longAgo
	if c.NotAfter.IsZero() {
		c.NotAfter = farAhead
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, key, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return out
}

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// lines are a certificate as it is pasted.
func certLines(c *x509.Certificate) []string {
	return append(strings.Split(strings.TrimSpace(pemText("CERTIFICATE", c.Raw)), "\n"), "quit")
}

// peer is strongSwan's end with a certificate of the authority; change may spoil it.
func (a *certAuthority) peer(change func(*x509.Certificate)) (Peer, *x509.Certificate) {
	a.t.Helper()
	key := rsaKey(a.t)
	c := &x509.Certificate{Subject: pkix.Name{CommonName: "moon", Organization: []string{"lab"}}, KeyUsage: x509.KeyUsageDigitalSignature,
		IPAddresses: []net.IP{net.IPv4(23, 23, 23, 3)}, DNSNames: []string{"moon.lab"}}
	if change != nil {
		change(c)
	}
	own := a.sign(c, &key.PublicKey)
	return Peer{
		Local: "23.23.23.3", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24",
		IKE: "aes128-sha1-modp1024", ESP: "aes128-sha1",
		Certificate: pemText("CERTIFICATE", own.Raw), Key: pemText("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)),
		LocalID: "23.23.23.3", RemoteID: "r1.lab",
	}, own
}

// enrol gives r1 keys and certificates as an operator does, by pasting; it enrols with
// the authority and trusts it.
func (a *certAuthority) enrol(r *Conft) { a.enrolAs(r, "r1") }

// enrolAs does so for a router of another name.
func (a *certAuthority) enrolAs(r *Conft, name string) {
	a.t.Helper()
	r.Exec("configure terminal", "hostname "+name, "ip domain name lab", "crypto key generate rsa modulus 2048",
		"crypto pki trustpoint CA", "enrollment terminal", "subject-name cn="+name+",o=lab", "revocation-check none", "exit", "end")
	r.Exec(append(append([]string{"configure terminal", "crypto pki authenticate CA"}, certLines(a.cert)...), "yes", "end")...)
	screen := r.Exec("crypto pki enroll CA", "no", "yes", "no")
	_, rest, _ := strings.Cut(screen, "Certificate Request follows:\n\n")
	text, _, _ := strings.Cut(rest, "\n---End")
	der, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, "\n", ""))
	if err != nil {
		a.t.Fatalf("%v in\n%s", err, screen)
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		a.t.Fatal(err)
	}
	own := a.sign(&x509.Certificate{RawSubject: request.RawSubject, DNSNames: request.DNSNames, KeyUsage: x509.KeyUsageDigitalSignature}, request.PublicKey)
	r.Exec(append([]string{"crypto pki import CA certificate"}, certLines(own)...)...)
}

// signatures is r1's end of a tunnel that is authenticated by certificates.
func (c *chain) signatures(t *testing.T, a *certAuthority) *Conft {
	t.Helper()
	r := c.tunnel(t, []string{"authentication rsa-sig", "encryption aes", "group 2"}, "esp-aes esp-sha-hmac")
	a.enrol(r)
	r.Exec("configure terminal", "logging buffered 500000", "end", "debug crypto pki transactions")
	return r
}

// A tunnel with strongSwan is authenticated by certificates, whoever begins; keys and
// certificates survive a restart, the configuration shows neither.
func TestStrongSwanCertificates(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"initiator", "responder"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			c := newChain(t)
			ca := newCertAuthority(t, "ca")
			tunnel, _ := ca.peer(nil)
			tunnel.CA = pemText("CERTIFICATE", ca.cert.Raw)
			peer := StartStrongSwan(t, c.r3, tunnel)
			r := c.signatures(t, ca)
			if role == "responder" {
				if err := peer.Initiate(); err != nil {
					t.Fatalf("%v\n%s", err, r.Exec("show logging"))
				}
			}
			c.ping(t, c.a, "20.1.1.2") // the last message of a peer that began may be under way
			c.every(t, c.a, "20.1.1.2", 3)
			c.every(t, c.b, "10.1.1.2", 3)
			if sas := r.Exec("show crypto isakmp sa detail"); !strings.Contains(sas, " rsig ") {
				t.Error(sas)
			}
			if log := r.Exec("show logging"); !strings.Contains(log, "CRYPTO_PKI: chain cert was anchored to trustpoint CA") || strings.Contains(log, "unknown") {
				t.Error(log)
			}
			r.Exec("write")
			text := r.Exec("show startup-config", "show crypto key mypubkey rsa")
			if strings.Contains(text, "BEGIN") || !strings.Contains(text, "crypto pki trustpoint CA\n enrollment terminal\n subject-name cn=r1,o=lab\n revocation-check none\n") {
				t.Error(text)
			}
			r.Close()
			r.Start()
			c.ping(t, c.a, "20.1.1.2")
		})
	}
}

// Both call themselves by the subjects of their certificates.
func TestStrongSwanDistinguishedNames(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"initiator", "responder"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			c := newChain(t)
			ca := newCertAuthority(t, "ca")
			tunnel, _ := ca.peer(nil)
			tunnel.CA = pemText("CERTIFICATE", ca.cert.Raw)
			tunnel.LocalID, tunnel.RemoteID = "O=lab, CN=moon", "O=lab, CN=r1, unstructuredName=r1.lab" // IOS puts the name into the subject
			peer := StartStrongSwan(t, c.r3, tunnel)
			r := c.signatures(t, ca)
			r.Exec("configure terminal", "crypto isakmp identity dn", "end", "clear crypto isakmp")
			if role == "responder" {
				if err := peer.Initiate(); err != nil {
					t.Fatalf("%v\n%s", err, r.Exec("show logging"))
				}
			}
			c.ping(t, c.a, "20.1.1.2") // the last message of a peer that began may be under way
			c.every(t, c.a, "20.1.1.2", 3)
			if log := r.Exec("show logging"); !strings.Contains(log, "authentication using id type ID_DER_ASN1_DN") || strings.Contains(log, "Using FQDN as My ID") {
				t.Error(log)
			}
		})
	}
}

// The same in aggressive mode.
func TestStrongSwanCertificatesAggressive(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"initiator", "responder"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			c := newChain(t)
			ca := newCertAuthority(t, "ca")
			tunnel, _ := ca.peer(nil)
			tunnel.CA, tunnel.Aggressive = pemText("CERTIFICATE", ca.cert.Raw), true
			peer := StartStrongSwan(t, c.r3, tunnel)
			r := c.signatures(t, ca)
			r.Exec("configure terminal", "crypto isakmp peer address 23.23.23.3", "set aggressive-mode client-endpoint fqdn r1.lab", "end",
				"clear crypto isakmp")
			if role == "responder" {
				if err := peer.Initiate(); err != nil {
					t.Fatalf("%v\n%s", err, r.Exec("show logging"))
				}
			}
			c.ping(t, c.a, "20.1.1.2") // the last message of a peer that began may be under way
			c.every(t, c.a, "20.1.1.2", 3)
			c.every(t, c.b, "10.1.1.2", 3)
			if sas := r.Exec("show crypto isakmp sa detail"); !strings.Contains(sas, " rsig ") {
				t.Error(sas)
			}
			state := map[string]string{"initiator": "Old State = IKE_I_AM1  New State = IKE_P1_COMPLETE", "responder": "Old State = IKE_R_AM2  New State = IKE_P1_COMPLETE"}[role]
			if log := r.Exec("show logging"); !strings.Contains(log, state) || !strings.Contains(log, "CRYPTO_PKI: chain cert was anchored to trustpoint CA") {
				t.Error(log)
			}
		})
	}
}

// A peer whose certificate is no good gets no tunnel, and the log names certificate
// and rule.
func TestStrongSwanCertificatesRefused(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name   string
		change func(*x509.Certificate) // of the peer's certificate
		other  bool                    // it is another authority's
		crl    bool                    // that says it is revoked
		id     string                  // that the peer claims
		says   string
	}{
		{name: "expired", change: func(c *x509.Certificate) { c.NotAfter = longAgo.AddDate(1, 0, 0) },
			says: "certificate cn=moon,o=lab (SN: 02) has expired: its validity period ended 00:00:00 UTC Jan 1 1991"},
		{name: "another authority", other: true, says: "certificate cn=moon,o=lab (SN: 02) was issued by cn=evil,o=lab, which is no trustpoint's authority"},
		{name: "revoked", crl: true, says: "certificate cn=moon,o=lab (SN: 02) was revoked by cn=ca,o=lab on "},
		// strongSwan does not lie about itself, but it may call itself by its key, which
		// nobody is configured to know.
		{name: "another identity", id: "@#6d6f6f6e", change: func(c *x509.Certificate) { c.SubjectKeyId = []byte("moon") },
			says: "certificate cn=moon,o=lab (SN: 02) is not that of an identity of type 11, whom the peer claims to be"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := newChain(t)
			ca := newCertAuthority(t, "ca")
			from := ca
			if x.other {
				from = newCertAuthority(t, "evil")
			}
			tunnel, own := from.peer(x.change)
			tunnel.CA = pemText("CERTIFICATE", ca.cert.Raw)
			if x.id != "" {
				tunnel.LocalID = x.id
			}
			r := c.signatures(t, ca)
			if x.crl {
				file := filepath.Join(t.TempDir(), "ca.crl")
				der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: longAgo, NextUpdate: farAhead,
					RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: own.SerialNumber, RevocationTime: longAgo}}}, ca.cert, ca.key)
				if err == nil {
					err = os.WriteFile(file, der, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
				r.Exec("configure terminal", "crypto pki trustpoint CA", "revocation-check crl", "crl query file://"+file, "end")
			}
			peer := StartStrongSwan(t, c.r3, tunnel)
			// Time enough to ask again, twice.
			if err := peer.InitiateFor(6 * time.Second); err == nil {
				t.Fatal("there is a tunnel")
			}
			if log := r.Exec("show logging"); !strings.Contains(log, "%CRYPTO-5-IKMP_INVAL_CERT: Certificate received from 23.23.23.3 is bad: "+x.says) {
				t.Errorf("nothing says %q:\n%s", x.says, log)
			}
			if sas := r.Exec("show crypto isakmp sa"); strings.Contains(sas, "QM_IDLE") {
				t.Error(sas)
			}
		})
	}
}

// A user generates keys and pastes a certificate at the console, in configuration mode
// as on IOS.
func TestCertificatesAtTheConsole(t *testing.T) {
	t.Parallel()
	Root(t)
	x, _ := console(t, Namespace(t, "r"))
	x.Type("\r")
	x.Expect("Router>")
	x.Enter("enable", "Router#")
	x.Enter("conf t", "(config)#")
	x.Enter("no logging console", "Router(config)#")
	if out := x.Enter("crypto key generate rsa", "Router(config)#"); out != "% Please define a hostname other than Router.\n" {
		t.Errorf("%q", out)
	}
	x.Enter("hostname r1", "r1(config)#")
	x.Enter("ip domain name lab", "r1(config)#")
	x.Type("crypto key generate rsa\r")
	x.Expect("The name for the keys will be: r1.lab\r\n")
	x.Expect("How many bits in the modulus [512]: ")
	if out := x.Enter("1024", "r1(config)#"); !strings.HasPrefix(out, "% Generating 1024 bit RSA keys, keys will be non-exportable...\n[OK] (elapsed time was ") {
		t.Errorf("%q", out)
	}
	x.Enter("crypto ca trustpoint CA", "r1(ca-trustpoint)#")
	x.Enter("enrollment terminal", "r1(ca-trustpoint)#")
	// A global command typed in the sub-mode leaves it.
	x.Type("crypto pki authenticate CA\r")
	x.Expect("on a line by itself\r\n\r\n")
	for _, l := range certLines(newCertAuthority(t, "ca").cert) {
		x.Type(l + "\r")
	}
	x.Expect("Fingerprint SHA1: ")
	x.Expect("% Do you accept this certificate? [yes/no]: ")
	if out := x.Enter("yes", "r1(config)#"); !strings.HasPrefix(out, "Trustpoint CA certificate accepted.\n% Certificate successfully imported\n") {
		t.Errorf("%q", out)
	}
	if out := x.Enter("do show crypto pki certificates", "r1(config)#"); !strings.Contains(out, "CA Certificate\n  Status: Available\n") {
		t.Errorf("%q", out)
	}
	x.Type("crypto key zeroize rsa\r")
	x.Expect("Do you really want to remove these keys? [yes/no]: ")
	x.Enter("yes", "r1(config)#")
	if out := x.Enter("do show crypto key mypubkey rsa", "r1(config)#"); out != "" {
		t.Errorf("%q", out)
	}
	x.Enter("exit", "r1#")
	x.Type("exit\r")
}
