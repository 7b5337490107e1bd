package commands

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"conft/internal/pki"
)

// authority is a CA of the day on which the fake router's clock stands.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

var routerTime = time.Date(2002, 3, 1, 0, 0, 0, 0, time.UTC)

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{t, nil, key}
	template := &x509.Certificate{SerialNumber: big.NewInt(0x4B), Subject: pkix.Name{CommonName: "CA", Organization: []string{"lab"}},
		NotBefore: routerTime, NotAfter: routerTime.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	a.cert = a.sign(template, template, key.Public())
	return a
}

func (a *authority) sign(c, issuer *x509.Certificate, key any) *x509.Certificate {
	a.t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, issuer, key, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return out
}

// grant issues what a request asks for.
func (a *authority) grant(request []byte) *x509.Certificate {
	a.t.Helper()
	q, err := x509.ParseCertificateRequest(request)
	if err == nil {
		err = q.CheckSignature()
	}
	if err != nil {
		a.t.Fatal(err)
	}
	return a.sign(&x509.Certificate{SerialNumber: big.NewInt(13), RawSubject: q.RawSubject, DNSNames: q.DNSNames, IPAddresses: q.IPAddresses,
		NotBefore: routerTime, NotAfter: routerTime.AddDate(0, 1, 0), KeyUsage: x509.KeyUsageDigitalSignature}, a.cert, q.PublicKey)
}

// pasted is a certificate in lines as they are typed, ended by quit.
func pasted(c *x509.Certificate) []string {
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	return append(strings.Split(strings.TrimSpace(string(text)), "\n"), "quit")
}

const trustText = `hostname R1
ip domain name lab.local
crypto pki trustpoint CA
 enrollment terminal
 ip-address 12.12.12.1
 subject-name cn=R1, o="lab, west"
`

func TestKeys(t *testing.T) {
	r := newFake(t, "")
	if _, err := try(r, "crypto key generate rsa"); err == nil || !strings.Contains(err.Error(), "hostname other than Router") {
		t.Error(err)
	}
	r.config = load(t, "hostname R1\n")
	if _, err := try(r, "crypto key generate rsa"); err == nil || err.Error() != "% Please define a domain-name first." {
		t.Error(err)
	}
	r.config = load(t, trustText)
	expect(t, "crypto key generate rsa", run(t, r, "crypto key generate rsa", "100", "768"), `The name for the keys will be: R1.lab.local
Choose the size of the key modulus in the range of 360 to 4096 for your
  General Purpose Keys. Choosing a key modulus greater than 512 may take
  a few minutes.

How many bits in the modulus [512]: 100
% A decimal number between 360 and 4096.
How many bits in the modulus [512]: 768
% Generating 768 bit RSA keys, keys will be non-exportable...
[OK] (elapsed time was 0 seconds)

Warning: an RSA modulus of 768 bits is weak; use it only with a peer that takes nothing better
`)
	first := r.pki.Key("R1.lab.local")
	expect(t, "generating again", run(t, r, "crypto key generate rsa general-keys modulus 512", "no"),
		"% You already have RSA keys defined named R1.lab.local.\n% Do you really want to replace them? [yes/no]: no\n")
	if r.pki.Key("R1.lab.local") != first {
		t.Error("the key pair was replaced")
	}
	run(t, r, "crypto key generate rsa label K modulus 2048")
	show := run(t, r, "show crypto key mypubkey rsa")
	if n := strings.Count(show, "Key type: RSA KEYS"); n != 2 || !strings.Contains(show, "% Key pair was generated at: 00:01:43 UTC Mar 1 2002\nKey name: K\n") {
		t.Errorf("%d keys:\n%s", n, show)
	}
	if one := run(t, r, "show crypto key mypubkey rsa K"); !strings.Contains(one, " Key Data:\n  30820122 300D0609 2A864886 F70D0101 01050003 82010F00 3082010A 02820101 \n") {
		t.Error(one)
	}
	expect(t, "crypto key zeroize rsa K", run(t, r, "crypto key zeroize rsa K", "yes"), "% Keys to be removed are named 'K'.\n"+
		"% All router certs issued using these keys will also be removed.\nDo you really want to remove these keys? [yes/no]: yes\n")
	run(t, r, "crypto key zeroize rsa", "yes")
	if len(r.pki.Keys()) != 0 {
		t.Error("keys are left")
	}
	if _, err := try(r, "crypto key zeroize rsa"); err == nil {
		t.Error("there was something to zeroize")
	}
}

// A trustpoint is authenticated, enrolled and filled by pasting, and everything is
// there again after a restart.
func TestEnrollment(t *testing.T) {
	r := newFake(t, trustText)
	nvram := memory{}
	r.pki, _ = pki.Open(nvram, func() {})
	ca := newAuthority(t)
	for line, want := range map[string]string{
		"crypto pki authenticate X":                     "% CA trustpoint 'X' is not known.",
		"crypto pki enroll CA":                          "% There are no RSA keys named R1.lab.local",
		"crypto ca import X pkcs12 terminal password p": "% CA trustpoint 'X' is not known.",
	} {
		if _, err := try(r, line); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", line, err)
		}
	}
	run(t, r, "crypto key generate rsa modulus 1024")
	md5, sha1 := pki.Fingerprints(ca.cert)
	if _, err := try(r, "crypto pki enroll CA"); err == nil || !strings.Contains(err.Error(), "authenticate the CA") {
		t.Error(err)
	}
	run(t, r, "crypto pki authenticate CA", append(pasted(ca.cert), "no")...)
	if len(r.pki.Certificates("CA").Authorities) != 0 {
		t.Error("a CA that was not accepted")
	}
	expect(t, "crypto pki authenticate", run(t, r, "crypto pki authenticate CA", append(pasted(ca.cert), "yes")...), `
Enter the base 64 encoded CA certificate.
End with a blank line or the word "quit" on a line by itself

Certificate has the following attributes:
       Fingerprint MD5: `+md5+`
      Fingerprint SHA1: `+sha1+`

% Do you accept this certificate? [yes/no]: yes
Trustpoint CA certificate accepted.
% Certificate successfully imported

`)
	if _, err := try(r, "crypto pki authenticate CA"); err == nil || err.Error() != "% Please delete your existing CA certificate first.\n"+
		"% You must use 'no crypto pki trustpoint <trustpoint-name>' to delete the CA certificate." {
		t.Error(err)
	}
	screen := run(t, r, "crypto pki enroll CA", "no", "yes", "no")
	head, rest, _ := strings.Cut(screen, "Certificate Request follows:\n\n")
	text, _, found := strings.Cut(rest, "\n---End")
	request, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, "\n", ""))
	if !found || err != nil {
		t.Fatalf("%v\n%s", err, screen)
	}
	expect(t, "crypto pki enroll", head, `% Start certificate enrollment .. 

% The subject name in the certificate will include: cn=R1, o="lab, west"
% The subject name in the certificate will include: R1.lab.local
% Include the router serial number in the subject name? [yes/no]: no
% The IP address in the certificate is 12.12.12.1

Display Certificate Request to terminal? [yes/no]: yes
`)
	own := ca.grant(request)
	if !slices.Equal(own.DNSNames, []string{"R1.lab.local"}) || own.IPAddresses[0].String() != "12.12.12.1" {
		t.Errorf("%v %v", own.DNSNames, own.IPAddresses)
	}
	for what, bad := range map[string]*x509.Certificate{"is not for the RSA keypair": ca.cert, "was issued by cn=CA": newAuthority(t).grant(request)} {
		if _, err := try(r, "crypto pki import CA certificate", pasted(bad)...); err == nil ||
			!strings.Contains(err.Error(), what) && !strings.Contains(err.Error(), "not signed by the key") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := try(r, "crypto pki import CA certificate", "nonsense", ""); err == nil {
		t.Error("nonsense was imported")
	}
	if got := run(t, r, "crypto pki import CA certificate", pasted(own)...); !strings.HasSuffix(got, "% Router Certificate successfully imported\n\n") {
		t.Error(got)
	}

	if r.pki, err = pki.Open(nvram, func() {}); err != nil {
		t.Fatal(err)
	}
	show := run(t, r, "show crypto pki certificates")
	expect(t, "show crypto pki certificates", show, `Certificate
  Status: Available
  Certificate Serial Number (hex): 0D
  Certificate Usage: General Purpose
  Issuer: 
    cn=CA
    o=lab
  Subject: 
    Name: R1.lab.local
    IP Address: 12.12.12.1
    hostname=R1.lab.local
    cn=R1
    o=lab, west
  Validity Date: 
    start date: 00:00:00 UTC Mar 1 2002
    end   date: 00:00:00 UTC Apr 1 2002
  Associated Trustpoints: CA 

CA Certificate
  Status: Available
  Certificate Serial Number (hex): 4B
  Certificate Usage: Signature
  Issuer: 
    cn=CA
    o=lab
  Subject: 
    cn=CA
    o=lab
  Validity Date: 
    start date: 00:00:00 UTC Mar 1 2002
    end   date: 00:00:00 UTC Mar 1 2003
  Associated Trustpoints: CA 

`)
	if v := run(t, r, "show crypto ca certificates verbose CA"); !strings.Contains(v, "  Signature Algorithm: SHA256 with RSA Encryption\n  Fingerprint MD5: "+md5) ||
		!strings.Contains(v, "    RSA Public Key: (1024 bit)\n") || !strings.Contains(v, "  Key Label: R1.lab.local\n") {
		t.Error(v)
	}
	expect(t, "show crypto pki trustpoints", run(t, r, "show crypto pki trustpoints"), `Trustpoint CA:
    Subject Name: 
    cn=CA
    o=lab
          Serial Number (hex): 4B
    Certificate configured.


`)
	_, sha1 = pki.Fingerprints(r.pki.Certificates("CA").Own)
	for _, line := range []string{"show crypto pki trustpoints status", "show crypto pki trustpoints CA status"} {
		got := run(t, r, line)
		if !strings.HasPrefix(got, "Trustpoint CA:\n  Issuing CA certificate configured:\n    Subject Name:\n     cn=CA,o=lab\n    Fingerprint MD5: ") ||
			!strings.Contains(got, "  Router General Purpose certificate configured:\n    Subject Name:\n     ") || !strings.HasSuffix(got, sha1+`
  State:
    Keys generated ............. Yes (General Purpose, non-exportable)
    Issuing CA authenticated ....... Yes
    Certificate request(s) ..... Yes

`) {
			t.Errorf("%s:\n%s", line, got)
		}
	}
	for _, line := range []string{"show crypto pki trustpoints GONE", "show crypto pki certificates GONE"} {
		if _, err := try(r, line); err == nil || err.Error() != "% CA trustpoint 'GONE' is not known." {
			t.Errorf("%s: %v", line, err)
		}
	}
	run(t, r, "crypto pki crl request CA")
	if !slices.Contains(r.did, "forget CRLs") {
		t.Error("the CRLs were kept")
	}
	run(t, r, "crypto key zeroize rsa", "yes")
	if c := r.pki.Certificates("CA"); c.Own != nil || len(c.Authorities) != 1 {
		t.Error("the certificate outlives its key")
	}
	if got := run(t, r, "show crypto pki trustpoints status"); !strings.HasSuffix(got, `
  State:
    Keys generated ............. No
    Issuing CA authenticated ....... Yes
    Certificate request(s) ..... None

`) {
		t.Errorf("without keys:\n%s", got)
	}
}

func TestPKCS12(t *testing.T) {
	r := newFake(t, trustText)
	ca := newAuthority(t)
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	own := ca.sign(&x509.Certificate{SerialNumber: big.NewInt(14), Subject: pkix.Name{CommonName: "R1"},
		NotBefore: routerTime, NotAfter: routerTime.AddDate(0, 1, 0)}, ca.cert, key.Public())
	for name, encoder := range map[string]*pkcs12.Encoder{"legacy": pkcs12.LegacyRC2, "3des": pkcs12.LegacyDES, "modern": pkcs12.Modern2023} {
		file, err := encoder.Encode(key, own, []*x509.Certificate{ca.cert}, "pass")
		if err != nil {
			t.Fatal(err)
		}
		lines := append(strings.Split(strings.TrimSpace(pki.Base64(file)), "\n"), "")
		if _, err := try(r, "crypto pki import CA pkcs12 terminal password wrong", lines...); err == nil || err.Error() != "% PKCS12 import failed: the passphrase is wrong" {
			t.Errorf("%s: %v", name, err)
		}
		screen := run(t, r, "crypto pki import CA pkcs12 terminal password pass", lines...)
		if !strings.Contains(screen, "CRYPTO_PKI: Imported PKCS12 file successfully.\n") {
			t.Errorf("%s:\n%s", name, screen)
		}
		if got := run(t, r, "show crypto pki trustpoints CA status"); !strings.Contains(got, "Keys generated ............. Yes") || !strings.Contains(Text(r.Config()), "\n rsakeypair CA\n") {
			t.Errorf("%s: the key pair is not the trustpoint's:\n%s", name, got)
		}
		c := r.pki.Certificates("CA")
		if c.Own == nil || !bytes.Equal(c.Own.Raw, own.Raw) || len(c.Authorities) != 1 || r.pki.KeyOf(own) == nil {
			t.Errorf("%s: %+v", name, c)
		}
		if err := r.pki.Zeroize("CA"); err != nil {
			t.Fatal(err)
		}
		if err := r.pki.Generate("CA", 512, routerTime); err != nil {
			t.Fatal(err)
		}
		if _, err := try(r, "crypto pki import CA pkcs12 terminal password pass", lines...); err == nil || !strings.Contains(err.Error(), "another key pair named CA") {
			t.Errorf("%s: %v", name, err)
		}
		r.pki.Zeroize("CA")
	}
}

// Enrollment asks what the trustpoint does not say: serial number and address.
func TestEnrollmentAsks(t *testing.T) {
	const (
		serial  = "% Include the router serial number in the subject name? [yes/no]: "
		address = "% Include an IP address in the subject name? [no]: "
		which   = "Enter Interface name or IP Address[]: "
		display = "Generate Self Signed Router Certificate? [yes/no]: yes\n\nRouter Self Signed Certificate successfully created\n\n"
	)
	for _, test := range []struct {
		lines, screen string
		answers       []string
		subject, ip   string
	}{
		{"", "% The subject name in the certificate will include: R1.lab.local\n" + serial + "yes\n% The serial number in the certificate will be: C0NF7\n" +
			address + "yes\n" + which + "e9/9\n% Bad interface or address. Try again.\n" + which + "g0/0\n" + display,
			[]string{"yes", "yes", "e9/9", "g0/0", "yes"}, "serialNumber=C0NF7,hostname=R1.lab.local", "12.12.12.1"},
		{" fqdn none\n", "% The fully-qualified domain name will not be included in the certificate\n" + serial + "no\n" + address + "\n" + display,
			[]string{"no", "", "yes"}, "", ""},
		{" fqdn r.x\n serial-number\n", "% The fully-qualified domain name in the certificate will be: r.x\n% The serial number in the certificate will be: C0NF7\n" +
			address + "yes\n" + which + "9.9.9.9\n" + display, []string{"yes", "9.9.9.9", "yes"}, "serialNumber=C0NF7,hostname=r.x", "9.9.9.9"},
		{" fqdn none\n serial-number none\n ip-address none\n", "% The fully-qualified domain name will not be included in the certificate\n" + display,
			[]string{"yes"}, "", ""},
	} {
		r := newFake(t, "hostname R1\nip domain name lab.local\ninterface GigabitEthernet0/0\n ip address 12.12.12.1 255.255.255.0\ncrypto pki trustpoint CA\n enrollment selfsigned\n"+test.lines)
		run(t, r, "crypto key generate rsa modulus 1024")
		if got := run(t, r, "crypto pki enroll CA", test.answers...); got != test.screen {
			t.Errorf("%q: got\n%s\nwant\n%s", test.lines, got, test.screen)
			continue
		}
		own := r.pki.Certificates("CA").Own
		var ip string
		for _, a := range own.IPAddresses {
			ip += a.String()
		}
		if got := pki.Name(own.RawSubject); got != test.subject || ip != test.ip {
			t.Errorf("%q: %q %q", test.lines, got, ip)
		}
	}
}

func TestSelfSigned(t *testing.T) {
	r := newFake(t, strings.Replace(trustText, "terminal", "selfsigned", 1))
	run(t, r, "crypto key generate rsa modulus 1024")
	screen := run(t, r, "crypto pki enroll CA", "no", "yes")
	if !strings.HasSuffix(screen, "\nRouter Self Signed Certificate successfully created\n\n") {
		t.Error(screen)
	}
	if got := run(t, r, "show crypto pki certificates"); !regexp.MustCompile(`^Router Self-Signed Certificate\n  Status: Available\n`).MatchString(got) {
		t.Error(got)
	}
	if got := run(t, r, "show crypto pki trustpoints CA"); !strings.Contains(got, "    Persistent self-signed certificate trust point\n    Using key label R1.lab.local\n") {
		t.Error(got)
	}
}

// What makes keys can be typed in configuration mode, and cannot be stored.
func TestActions(t *testing.T) {
	pos := Config.Start()
	for _, line := range []string{"crypto key generate rsa", "crypto ca authenticate CA", "crypto pki import CA pkcs12 terminal password x"} {
		step, err := pos.Apply(newRouter(), line)
		if err != nil || step.Do != line || step.Changed {
			t.Errorf("%s: %+v %v", line, step, err)
		}
		if err := Load(newRouter(), line+"\n"); err == nil {
			t.Errorf("%s is accepted in a stored configuration", line)
		}
	}
}
