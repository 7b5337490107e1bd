package commands

import (
	"iter"
	"net/url"
	"slices"
	"strings"

	"conft/internal/config"
	"conft/internal/pki"
	"conft/shell/grammar"
)

type trustpointLine = grammar.Line[*config.Trustpoint]

// The words that begin every PKI command; `ca` is their older spelling.
const pkiWords = "crypto {pki | ca} "

var pkiHelp = grammar.Help{
	"crypto": "Encryption module",
	"pki":    "Public Key components",
	"ca":     "Certification authority",
}

var trustpointBlock = grammar.Block[*config.Config, *config.Trustpoint]{
	Syntax: pkiWords + "trustpoint WORD$name",
	Help:   withHelp(pkiHelp, grammar.Help{"trustpoint": "Define a CA trustpoint", "$name": "CA Server Name"}),
	Open: func(c *config.Config, a grammar.Args) (*config.Trustpoint, error) {
		name := a.String("name")
		if len(name) > 63 || strings.Contains(name, "/") {
			return nil, a.Invalid("name")
		}
		if t := c.Trustpoint(name); t != nil {
			return t, nil
		}
		t := config.NewTrustpoint(name)
		at, _ := slices.BinarySearchFunc(c.PKI.Trustpoints, t, func(a, b *config.Trustpoint) int { return strings.Compare(a.Name, b.Name) })
		c.PKI.Trustpoints = slices.Insert(c.PKI.Trustpoints, at, t)
		return t, nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		name := a.String("name")
		if c.Trustpoint(name) == nil {
			return refuse("CA trustpoint '%s' is not known.", name)
		}
		c.PKI.Trustpoints = without(c.PKI.Trustpoints, func(t *config.Trustpoint) bool { return t.Name == name })
		a.AtOnce()
		a.Note("% Removing an enrolled trustpoint destroys all certificates\n received from the related Certificate Authority.")
		return nil
	},
	Each: func(c *config.Config) iter.Seq2[string, *config.Trustpoint] {
		return func(yield func(string, *config.Trustpoint) bool) {
			for _, t := range c.PKI.Trustpoints {
				if !yield("crypto pki trustpoint "+t.Name, t) {
					return
				}
			}
		}
	},
	Sub: trustpointMode,
}

var enrollmentWords = map[config.Enrollment]string{config.EnrollmentTerminal: "terminal", config.EnrollmentSelfSigned: "selfsigned"}

var trustpointMode = grammar.NewMode[*config.Trustpoint]("ca-trustpoint", "CA trustpoint configuration commands:",
	trustpointLine{
		Syntax: "enrollment ![{terminal | selfsigned}$how]",
		Help: grammar.Help{
			"enrollment": "Enrollment parameters",
			"terminal":   "Enroll via the terminal (cut-and-paste)",
			"selfsigned": "Generate a self-signed certificate",
		},
		Set: func(t *config.Trustpoint, a grammar.Args) error {
			t.Enrollment = config.EnrollmentTerminal
			if a.Has("selfsigned") {
				t.Enrollment = config.EnrollmentSelfSigned
			}
			return nil
		},
		No: func(t *config.Trustpoint, _ grammar.Args) error { t.Enrollment = config.EnrollmentNone; return nil },
		Write: func(t *config.Trustpoint, w *grammar.Writer) {
			if t.Enrollment != config.EnrollmentNone {
				w.Line("enrollment", enrollmentWords[t.Enrollment])
			}
		},
	},
	trustpointLine{
		Syntax: "serial-number [none]",
		Help:   grammar.Help{"serial-number": "include serial number", "none": "do not include the serial number"},
		Set: func(t *config.Trustpoint, a grammar.Args) error {
			if t.Serial = config.SerialIncluded; a.Has("none") {
				t.Serial = config.SerialNone
			}
			return nil
		},
		No: func(t *config.Trustpoint, _ grammar.Args) error { t.Serial = config.SerialAsked; return nil },
		Write: func(t *config.Trustpoint, w *grammar.Writer) {
			switch t.Serial {
			case config.SerialIncluded:
				w.Line("serial-number")
			case config.SerialNone:
				w.Line("serial-number none")
			}
		},
	},
	trustpointLine{
		Syntax: "fqdn ![none | WORD]",
		Help: grammar.Help{
			"fqdn": "include fully-qualified domain name",
			"none": "do not include the fully-qualified domain name",
			"WORD": "fully-qualified domain name",
		},
		Set: func(t *config.Trustpoint, a grammar.Args) error {
			if t.FQDN = a.String("WORD"); a.Has("none") {
				t.FQDN = "none"
			}
			return nil
		},
		No: func(t *config.Trustpoint, _ grammar.Args) error { t.FQDN = ""; return nil },
		Write: func(t *config.Trustpoint, w *grammar.Writer) {
			if t.FQDN != "" {
				w.Line("fqdn", t.FQDN)
			}
		},
	},
	trustpointLine{
		Syntax: "ip-address ![none | A.B.C.D]",
		Help: grammar.Help{
			"ip-address": "include ip address",
			"none":       "no ip address",
			"A.B.C.D":    "IP address",
		},
		Set: func(t *config.Trustpoint, a grammar.Args) error {
			t.IPAddress, t.NoIPAddress = a.IP("A.B.C.D"), a.Has("none")
			return nil
		},
		No: func(t *config.Trustpoint, _ grammar.Args) error { t.IPAddress, t.NoIPAddress = 0, false; return nil },
		Write: func(t *config.Trustpoint, w *grammar.Writer) {
			switch {
			case t.NoIPAddress:
				w.Line("ip-address none")
			case t.IPAddress != 0:
				w.Line("ip-address", ipText(t.IPAddress))
			}
		},
	},
	trustpointLine{
		Syntax: "subject-name ![LINE]",
		Help:   grammar.Help{"subject-name": "Subject Name", "LINE": "Subject name, such as cn=R1,o=lab"},
		Set: func(t *config.Trustpoint, a grammar.Args) error {
			if _, err := pki.Subject(a.String("LINE"), "", ""); err != nil {
				return refuse("Invalid subject name: %v", err)
			}
			t.SubjectName = a.String("LINE")
			return nil
		},
		No: func(t *config.Trustpoint, _ grammar.Args) error { t.SubjectName = ""; return nil },
		Write: func(t *config.Trustpoint, w *grammar.Writer) {
			if t.SubjectName != "" {
				w.Line("subject-name", t.SubjectName)
			}
		},
	},
	trustpointLine{
		Syntax: "revocation-check ![{crl | none}...$methods]",
		Help: grammar.Help{
			"revocation-check": "Revocation checking options",
			"crl":              "Revocation check by CRL",
			"none":             "Ignore revocation check",
		},
		Set: func(t *config.Trustpoint, a grammar.Args) error {
			list := a.Strings("methods")
			if at := slices.Index(list, "none"); at >= 0 {
				list = list[:at+1] // nothing is asked behind it
			}
			t.Revocation = slices.Compact(list)
			return nil
		},
		No: func(t *config.Trustpoint, _ grammar.Args) error { t.Revocation = []string{"crl"}; return nil },
		Write: func(t *config.Trustpoint, w *grammar.Writer) {
			w.Line("revocation-check", strings.Join(t.Revocation, " "))
		},
	},
	trustpointLine{
		Syntax: "crl query ![WORD]",
		Help: grammar.Help{
			"crl":   "CRL options",
			"query": "Where the CRL is, in place of what certificates say",
			"WORD":  "http://HOST/PATH or file:///PATH",
		},
		Set: func(t *config.Trustpoint, a grammar.Args) error {
			u, err := url.Parse(a.String("WORD"))
			if err != nil || u.Scheme != "http" && u.Scheme != "file" || u.Scheme == "http" && u.Host == "" || u.Scheme == "file" && (u.Host != "" || u.Path == "") {
				return refuse("The CRL's place is to be http://HOST/PATH or file:///PATH")
			}
			t.CRLQuery = u.String()
			return nil
		},
		No: func(t *config.Trustpoint, _ grammar.Args) error { t.CRLQuery = ""; return nil },
		Write: func(t *config.Trustpoint, w *grammar.Writer) {
			if t.CRLQuery != "" {
				w.Line("crl query", t.CRLQuery)
			}
		},
	},
	trustpointLine{
		Syntax: "rsakeypair ![WORD]",
		Help:   grammar.Help{"rsakeypair": "Specify rsakeypair for this identity", "WORD": "RSA keypair label"},
		Set:    func(t *config.Trustpoint, a grammar.Args) error { t.KeyPair = a.String("WORD"); return nil },
		No:     func(t *config.Trustpoint, _ grammar.Args) error { t.KeyPair = ""; return nil },
		Write: func(t *config.Trustpoint, w *grammar.Writer) {
			if t.KeyPair != "" {
				w.Line("rsakeypair", t.KeyPair)
			}
		},
	},
	trustpointLine{
		Syntax: "match certificate ![WORD]",
		Help: grammar.Help{
			"match":       "Match a certificate attribute map",
			"certificate": "Peers must match a certificate map",
			"WORD":        "Certificate map tag",
		},
		Set: func(t *config.Trustpoint, a grammar.Args) error {
			if !slices.Contains(t.Match, a.String("WORD")) {
				t.Match = append(t.Match, a.String("WORD"))
			}
			return nil
		},
		No: func(t *config.Trustpoint, a grammar.Args) error {
			t.Match = without(t.Match, func(m string) bool { return !a.Has("WORD") || m == a.String("WORD") })
			return nil
		},
		Write: func(t *config.Trustpoint, w *grammar.Writer) {
			for _, m := range t.Match {
				w.Line("match certificate", m)
			}
		},
	},
	known[*config.Trustpoint](knownTrustpoint),
)
