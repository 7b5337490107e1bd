package commands

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"io"
	"strings"

	"conft/internal/config"
	"conft/internal/pki"
	"conft/shell/grammar"
)

func showPKI(r Router) []exec {
	return []exec{
		{
			Syntax: "show crypto key mypubkey rsa [WORD]",
			Help: grammar.Help{
				"key":      "Show long term public keys",
				"mypubkey": "Show public keys associated with this router",
				"rsa":      "Show RSA public keys",
				"WORD":     "RSA keypair label",
			},
			Run: output(func(w io.Writer, a grammar.Args) error {
				showRSAKeys(w, r.PKI().Keys(), a.String("WORD"))
				return nil
			}),
		},
		{
			Syntax: "show " + pkiWords + "certificates [verbose] [WORD]",
			Help: withHelp(pkiHelp, grammar.Help{
				"certificates": "Show certificates",
				"verbose":      "Show them in detail",
				"WORD":         "Trustpoint Name",
			}),
			Run: output(func(w io.Writer, a grammar.Args) error {
				if err := namedTrustpoint(r, a); err != nil {
					return err
				}
				showCertificates(w, r.Config(), r.PKI(), a.String("WORD"), a.Has("verbose"))
				return nil
			}),
		},
		{
			Syntax: "show " + pkiWords + "trustpoints [{status | WORD [status]}]",
			Help: withHelp(pkiHelp, grammar.Help{
				"trustpoints": "Show trustpoints",
				"status":      "Show trustpoint status",
				"WORD":        "Trustpoint Name",
			}),
			Run: output(func(w io.Writer, a grammar.Args) error {
				if err := namedTrustpoint(r, a); err != nil {
					return err
				}
				if a.Has("status") {
					showTrustpointStatus(w, r.Config(), r.PKI(), a.String("WORD"))
					return nil
				}
				showTrustpoints(w, r.Config(), r.PKI(), a.String("WORD"))
				return nil
			}),
		},
		{
			Syntax: "show " + pkiWords + "crls",
			Help:   withHelp(pkiHelp, grammar.Help{"crls": "Show Certificate Revocation Lists"}),
			Run:    output(func(w io.Writer, _ grammar.Args) error { showCRLs(w, r.CRLs()); return nil }),
		},
	}
}

// namedTrustpoint refuses the name of a trustpoint that is not there.
func namedTrustpoint(r Router, a grammar.Args) error {
	if name := a.String("WORD"); name != "" && r.Config().Trustpoint(name) == nil {
		return refuse("CA trustpoint '%s' is not known.", name)
	}
	return nil
}

// showCRLs prints `show crypto pki crls`: the lists that are kept.
func showCRLs(w io.Writer, lists []pki.KeptCRL) {
	for _, l := range lists {
		fmt.Fprintf(w, textCRL, pki.Name(l.List.RawIssuer), pki.Time(l.List.ThisUpdate))
		if !l.List.NextUpdate.IsZero() {
			fmt.Fprintf(w, textCRLNext, pki.Time(l.List.NextUpdate))
		}
		fmt.Fprintf(w, textCRLPlace, l.Place)
	}
}

// showRSAKeys prints `show crypto key mypubkey rsa`: public halves only.
func showRSAKeys(w io.Writer, keys []*pki.KeyPair, label string) {
	for _, k := range keys {
		if label != "" && k.Label != label {
			continue
		}
		fmt.Fprintf(w, "%% Key pair was generated at: %s\nKey name: %s\nKey type: RSA KEYS\n Storage Device: private-config\n"+
			" Usage: General Purpose Key\n Key is not exportable.\n Key Data:\n", pki.Time(k.Generated), k.Label)
		der, err := x509.MarshalPKIXPublicKey(k.Public())
		if err != nil {
			continue // no RSA key fails
		}
		for len(der) > 0 {
			n := min(32, len(der))
			fmt.Fprintf(w, "  %s\n", words(der[:n]))
			der = der[n:]
		}
	}
}

// words is octets in groups of eight digits, a blank behind each.
func words(b []byte) string {
	var s strings.Builder
	for i := 0; i < len(b); i += 4 {
		fmt.Fprintf(&s, "%X ", b[i:min(i+4, len(b))])
	}
	return s.String()
}

// showCertificates prints `show crypto pki certificates`: our own before those of
// authorities.
func showCertificates(w io.Writer, c *config.Config, s *pki.Store, name string, verbose bool) {
	for _, t := range c.PKI.Trustpoints {
		if name != "" && t.Name != name {
			continue
		}
		have := s.Certificates(t.Name)
		if have.Own != nil {
			title := "Certificate"
			if have.SelfSigned {
				title = "Router Self-Signed Certificate"
			}
			showCertificate(w, title, "General Purpose", have.Own, t.Name, verbose)
			if verbose {
				fmt.Fprintf(w, "  Key Label: %s\n", keyLabel(s, have.Own))
			}
			fmt.Fprintln(w)
		}
		for _, a := range have.Authorities {
			showCertificate(w, "CA Certificate", "Signature", a, t.Name, verbose)
			fmt.Fprintln(w)
		}
	}
}

// keyLabel is the name of the key pair that a certificate is for.
func keyLabel(s *pki.Store, own *x509.Certificate) string {
	if k := s.KeyOf(own); k != nil {
		return k.Label
	}
	return "(no key pair)"
}

func showCertificate(w io.Writer, title, usage string, c *x509.Certificate, trustpoint string, verbose bool) {
	fmt.Fprintf(w, "%s\n  Status: Available\n", title)
	if verbose {
		fmt.Fprintf(w, "  Version: %d\n", c.Version)
	}
	fmt.Fprintf(w, "  Certificate Serial Number (hex): %s\n  Certificate Usage: %s\n  Issuer: \n", pki.Serial(c), usage)
	showName(w, c.RawIssuer)
	fmt.Fprint(w, "  Subject: \n")
	for _, n := range c.DNSNames {
		fmt.Fprintf(w, "    Name: %s\n", n)
	}
	for _, a := range c.IPAddresses {
		fmt.Fprintf(w, "    IP Address: %s\n", a)
	}
	showName(w, c.RawSubject)
	if len(c.CRLDistributionPoints) > 0 {
		fmt.Fprint(w, "  CRL Distribution Points: \n")
		for _, p := range c.CRLDistributionPoints {
			fmt.Fprintf(w, "    %s\n", p)
		}
	}
	fmt.Fprintf(w, "  Validity Date: \n    start date: %s\n    end   date: %s\n", pki.Time(c.NotBefore), pki.Time(c.NotAfter))
	if verbose {
		if key, ok := c.PublicKey.(*rsa.PublicKey); ok {
			fmt.Fprintf(w, "  Subject Key Info:\n    Public Key Algorithm: rsaEncryption\n    RSA Public Key: (%d bit)\n", key.N.BitLen())
		}
		md5, sha1 := pki.Fingerprints(c)
		fmt.Fprintf(w, "  Signature Algorithm: %s\n  Fingerprint MD5: %s\n  Fingerprint SHA1: %s\n", signatureName(c), md5, sha1)
	}
	fmt.Fprintf(w, "  Associated Trustpoints: %s \n", trustpoint)
}

// signatureName is "SHA256 with RSA Encryption" for Go's "SHA256-RSA".
func signatureName(c *x509.Certificate) string {
	if hash, ok := strings.CutSuffix(c.SignatureAlgorithm.String(), "-RSA"); ok {
		return hash + " with RSA Encryption"
	}
	return c.SignatureAlgorithm.String()
}

func showName(w io.Writer, der []byte) {
	for _, p := range pki.NameParts(der) {
		fmt.Fprintf(w, "    %s\n", p)
	}
}

// showTrustpoints prints `show crypto pki trustpoints`.
func showTrustpoints(w io.Writer, c *config.Config, s *pki.Store, name string) {
	for _, t := range c.PKI.Trustpoints {
		if name != "" && t.Name != name {
			continue
		}
		fmt.Fprintf(w, "Trustpoint %s:\n", t.Name)
		have := s.Certificates(t.Name)
		shown := have.Own
		if len(have.Authorities) > 0 {
			shown = have.Authorities[0]
		}
		if shown != nil {
			fmt.Fprint(w, "    Subject Name: \n")
			showName(w, shown.RawSubject)
			fmt.Fprintf(w, "          Serial Number (hex): %s\n", pki.Serial(shown))
		}
		switch {
		case have.SelfSigned:
			fmt.Fprintf(w, "    Persistent self-signed certificate trust point\n    Using key label %s\n", keyLabel(s, have.Own))
		case shown != nil:
			fmt.Fprint(w, "    Certificate configured.\n")
		}
		fmt.Fprint(w, "\n\n")
	}
}
