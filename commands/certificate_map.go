package commands

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

// certificateMapBlock is a list of rules that a peer's certificate is compared with.
// Several sequence numbers are alternatives; within one all rules must hold.
var certificateMapBlock = grammar.Block[*config.Config, *config.CertificateMap]{
	Syntax: pkiWords + "certificate map WORD$name <1-65535>$seq",
	Help: grammar.Help{
		"certificate": "Actions on certificates",
		"map":         "Define certificate attributes map",
		"$name":       "Tag for a certificate map",
		"$seq":        "Sequence to insert into certificate map entry",
	},
	Open: func(c *config.Config, a grammar.Args) (*config.CertificateMap, error) {
		m := &config.CertificateMap{Name: a.String("name"), Seq: a.Int("seq")}
		at, found := slices.BinarySearchFunc(c.PKI.Certificates, m, func(a, b *config.CertificateMap) int {
			return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Seq, b.Seq))
		})
		if !found {
			c.PKI.Certificates = slices.Insert(c.PKI.Certificates, at, m)
		}
		return c.PKI.Certificates[at], nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		c.PKI.Certificates = without(c.PKI.Certificates, func(m *config.CertificateMap) bool {
			return m.Name == a.String("name") && m.Seq == a.Int("seq")
		})
		return nil
	},
	Each: func(c *config.Config) iter.Seq2[string, *config.CertificateMap] {
		return func(yield func(string, *config.CertificateMap) bool) {
			for _, m := range c.PKI.Certificates {
				if !yield(fmt.Sprintf("crypto pki certificate map %s %d", m.Name, m.Seq), m) {
					return
				}
			}
		}
	},
	Sub: certificateMapMode,
}

var certificateMapMode = grammar.NewMode[*config.CertificateMap]("ca-certificate-map", "CA certificate map configuration commands:",
	grammar.Line[*config.CertificateMap]{
		Syntax: "{subject-name | issuer-name | alt-subject-name | unstructured-subject-name | serial-number}$field ![{co | eq | nc | ne}$op LINE]",
		Help: grammar.Help{
			"subject-name":              "Subject Name",
			"issuer-name":               "Issuer Name",
			"alt-subject-name":          "Alternate Subject Name",
			"unstructured-subject-name": "Unstructured subject name",
			"serial-number":             "Serial number",
			"co":                        "contains",
			"eq":                        "equal",
			"nc":                        "does not contain",
			"ne":                        "not equal",
			"LINE":                      "String for comparison",
		},
		Set: func(m *config.CertificateMap, a grammar.Args) error {
			if r := certificateRule(a); !slices.Contains(m.Rules, r) {
				m.Rules = append(m.Rules, r)
			}
			return nil
		},
		No: func(m *config.CertificateMap, a grammar.Args) error {
			rule := certificateRule(a)
			m.Rules = without(m.Rules, func(r config.CertificateRule) bool {
				return r == rule || r.Field == rule.Field && rule.Op == ""
			})
			return nil
		},
		Write: func(m *config.CertificateMap, w *grammar.Writer) {
			for _, r := range m.Rules {
				w.Line(r.Field, r.Op, r.Value)
			}
		},
	},
	known[*config.CertificateMap](knownCertificateMap),
)

func certificateRule(a grammar.Args) config.CertificateRule {
	return config.CertificateRule{Field: a.String("field"), Op: a.String("op"), Value: a.String("LINE")}
}
