package commands

import (
	"crypto/x509"
	"fmt"
	"io"
	"strings"

	"conft/internal/config"
	"conft/internal/pki"
)

// showTrustpointStatus prints `show crypto pki trustpoints status`: how far each is with
// getting its certificates.
func showTrustpointStatus(w io.Writer, c *config.Config, s *pki.Store, name string) {
	for _, t := range c.PKI.Trustpoints {
		if name != "" && t.Name != name {
			continue
		}
		have := s.Certificates(t.Name)
		fmt.Fprintf(w, "Trustpoint %s:\n", t.Name)
		issuers := have.Authorities
		if have.SelfSigned {
			issuers = []*x509.Certificate{have.Own}
		}
		for _, a := range issuers {
			showStatusOf(w, "Issuing CA certificate", a)
		}
		if len(issuers) == 0 {
			fmt.Fprint(w, textNoIssuer)
		}
		keys, authenticated, requests := "No", "No", "None"
		if s.Key(c.KeyLabel(t)) != nil {
			keys = "Yes (General Purpose, non-exportable)"
		}
		if len(issuers) > 0 {
			authenticated = "Yes"
		}
		if have.Own != nil {
			showStatusOf(w, "Router General Purpose certificate", have.Own)
			requests = "Yes"
		}
		fmt.Fprintf(w, "  State:\n    Keys generated ............. %s\n    Issuing CA authenticated ....... %s\n    Certificate request(s) ..... %s\n\n",
			keys, authenticated, requests)
	}
}

func showStatusOf(w io.Writer, title string, c *x509.Certificate) {
	md5, sha1 := pki.Fingerprints(c)
	fmt.Fprintf(w, "  %s configured:\n    Subject Name:\n     %s\n    Fingerprint MD5: %s\n    Fingerprint SHA1: %s\n",
		title, strings.Join(pki.NameParts(c.RawSubject), ","), md5, sha1)
}
